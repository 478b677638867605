"""What ``vlmdata doctor`` says of this machine."""

from __future__ import annotations

import json
import platform

import pytest

from tests.cli.conftest import Here, Vlmdata
from vlmdata.pixels.cuda.probe import has_driver


def test_it_says_what_is_here(here: Here) -> None:
    code, shown, errors = here("doctor")
    assert (code, errors) == (0, "")
    for word in ("machine", platform.python_version(), "cache", "VLMDATA_HOME", "huggingface", "pillow/webp", "extras"):
        assert word in shown


def test_json_has_the_same_in_parts(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example/")
    monkeypatch.setenv("VLMDATA_HOME", "/nowhere/yet/there")
    code, shown, _ = here("doctor", "--json")
    found = json.loads(shown)
    assert code == 0
    assert list(found) == ["machine", "places", "decoders", "extras", "versions"]
    assert found["machine"]["cores"] >= 1
    assert found["places"]["hub"].startswith("https://hub.example (")
    assert found["places"]["cache"].startswith("/nowhere/yet/there (")
    assert found["decoders"]["cpu"] == "yes"
    assert found["versions"]["pillow"]
    assert {"gpu", "ray", "s3", "video"} <= set(found["extras"])


def test_an_extra_is_there_or_says_how_to_get_it(here: Here) -> None:
    _, shown, _ = here("doctor", "--json")
    for extra, state in json.loads(shown)["extras"].items():
        assert f'pip install "vlmdata[{extra}]"' in state or any(letter.isdigit() for letter in state)


def test_quiet_says_nothing(here: Here) -> None:
    assert here("doctor", "--quiet") == (0, "", "")


@pytest.mark.skipif(has_driver(), reason="there is an NVIDIA driver here")
def test_without_a_gpu_it_says_why_and_cuda_is_refused_in_one_line(here: Here, vlmdata: Vlmdata) -> None:
    _, shown, _ = here("doctor", "--json")
    assert json.loads(shown)["decoders"]["cuda"] == "no: there is no NVIDIA driver here"
    done = vlmdata("preprocess", "demo", "--limit", 5, "--decoder", "cuda")
    assert done.returncode == 2
    assert done.stderr.startswith("vlmdata: --decoder cuda: there is no NVIDIA driver here. ")
    assert len(done.stderr.splitlines()) == 1


def test_a_gpu_does_not_go_with_exact_pixels(vlmdata: Vlmdata, tmp_path) -> None:
    (tmp_path / "exact.yaml").write_text(
        "version: 1\nname: exact\ninputs: [{dataset: shapes, limit: 5}]\nsteps: [clean.image]\n"
        "output: {image: {fidelity: exact}}\n"
    )
    done = vlmdata("preprocess", "exact.yaml", "--decoder", "cuda")
    assert done.returncode == 2
    assert "fidelity: exact" in done.stderr
    assert vlmdata("preprocess", "exact.yaml", "--dry-run").returncode == 0
