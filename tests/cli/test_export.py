"""``vlmdata export`` as people run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed

RECIPE = """
version: 1
name: small
inputs: [{dataset: shapes, limit: 20}]
steps: [{boxes.render: {dialect: llava}}, {tile.anyres: {policy: llava-next}}]
"""


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiled")
    preprocess(parsed(RECIPE, "small.yaml", folder), folder / "small", Where())
    return folder / "small"


def test_it_says_what_was_written_and_where(here: Here, tiled: Path) -> None:
    code, out, err = here("export", tiled, "--to", "mds", "--out", "here")
    assert (code, err) == (0, "")
    first, splits, file, *_ = out.splitlines()
    assert first.endswith("samples as mds")
    assert splits.split()[:2] == ["splits", "train"]
    assert file.strip().startswith("train/shard.00000.mds  ")
    assert Path("here", "train", "index.json").is_file()


def test_json_tells_all_and_the_folder_is_named_after_the_format(here: Here, tiled: Path) -> None:
    code, out, _ = here("export", tiled, "--to", "energon", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["directory"] == f"{tiled.resolve()}-energon"
    assert told["format"] == "energon"
    assert sum(told["samples"].values()) == sum(facts["samples"] for facts in told["files"].values())


def test_samples_left_out_are_told_with_their_reasons(here: Here, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        "version: 1\nname: r\ninputs: [{dataset: shapes, limit: 20}]\nsteps: [{boxes.render: {dialect: llava}}]\n"
    )
    assert here("preprocess", "r.yaml", "--out", "r", "-q")[0] == 0
    code, out, _ = here("export", "r", "--to", "vlmeval")
    assert code == 0
    assert "left out  no_picture 1" in out
    assert "r-vlmeval/left-out.csv" in out
    assert ", MD5 " in out
    code, _, err = here("export", "r", "--to", "vlmeval", "--overwrite", "--strict")
    assert code == 1
    assert "--strict" in err


def test_wrong_use_is_one_line(here: Here, tiled: Path) -> None:
    assert here("export", tiled, "--to", "lava")[::2] == (
        2,
        "vlmdata: unknown format 'lava'; did you mean 'llava'?\n",
    )
    code, _, err = here("export", tiled, "--to", "llava", "--out", "x")
    assert code == 2
    assert "without `tile.anyres`, or with `output: {views: planned}`" in err
    assert here("export", tiled)[0] == 2
