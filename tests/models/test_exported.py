"""Models as folders: where their files are looked for."""

from pathlib import Path

import pytest

from vlmdata.errors import InputError
from vlmdata.models.exported import beside, brought, complaint, graph_in, said


@pytest.fixture
def folder(tmp_path):
    """``folder("onnx/model.onnx", "config.json")``: a folder with these files, each holding its name."""

    def build(*files):
        for file in files:
            Path(tmp_path, "m", file).parent.mkdir(parents=True, exist_ok=True)
            Path(tmp_path, "m", file).write_text(f'{{"is": "{file}"}}')
        return tmp_path / "m"

    return build


@pytest.mark.parametrize("place", ["onnx/model.onnx", "model.onnx"])
def test_a_graph_is_in_the_folder_or_below_onnx(folder, tmp_path, place):
    home = folder(place, "config.json")
    assert complaint("m", "model", tmp_path) is None
    assert brought("m", ("model",), tmp_path) == home
    assert graph_in(home, "model") == home / place
    assert said(home, "config.json") == {"is": "config.json"}


def test_a_graph_may_be_named_itself(folder, tmp_path):
    home = folder("onnx/mine.onnx", "config.json")
    path = brought("m/onnx/mine.onnx", ("model",), tmp_path)
    assert path == graph_in(path, "model") == home / "onnx" / "mine.onnx"
    assert beside(path, "config.json") == home / "config.json"
    assert said(path, "preprocessor_config.json") == {}


def test_a_file_is_not_two_graphs(folder, tmp_path):
    folder("onnx/mine.onnx")
    with pytest.raises(InputError, match="give the folder that holds vision_model and text_model"):
        brought("m/onnx/mine.onnx", ("vision_model", "text_model"), tmp_path)


def test_what_is_missing_is_named(folder, tmp_path):
    folder("onnx/vision_model.onnx")
    assert "no onnx/text_model.onnx or text_model.onnx" in str(complaint("m", "text_model", tmp_path))
    with pytest.raises(InputError, match="text_model"):
        brought("m", ("vision_model", "text_model"), tmp_path)
    assert "no file or folder" in str(complaint("nowhere", "model", tmp_path))


@pytest.mark.parametrize("text", ["{", "[1]", "\xff"])
def test_json_that_is_none_is_refused(folder, text):
    home = folder("config.json")
    (home / "config.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"config\.json is no JSON"):
        said(home, "config.json")
