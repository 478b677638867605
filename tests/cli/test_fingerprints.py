import json
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from vlmdata.engine.run import Where, fetch
from vlmdata.recipe import named_source


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measured") / "set"
    fetch(named_source("shapes", None, {"split": "validation", "limit": 6}), folder, Where())
    return folder


def test_a_set_becomes_a_file(here: Here, tmp_path: Path, measured: Path) -> None:
    code, out, _ = here("fingerprints", measured, "-o", "set.parquet", "--limit", 4, "--workers", 1)
    assert code == 0
    assert "shapes validation: " in out
    assert "4 samples" in out
    assert f"{tmp_path / 'set.parquet'}  (" in out
    code, out, _ = here("fingerprints", measured, "-o", "again.parquet", "--limit", 4, "--workers", 1, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["path"] == str(tmp_path / "again.parquet")
    assert told["sets"][0]["rows"] == 4
    assert told["bytes"] == (tmp_path / "set.parquet").stat().st_size
    assert (tmp_path / "set.parquet").read_bytes() == (tmp_path / "again.parquet").read_bytes()


def test_quiet_says_nothing(here: Here, measured: Path) -> None:
    assert here("fingerprints", measured, "-o", "q.parquet", "--limit", 1, "--workers", 1, "-q") == (0, "", "")


def test_wrong_use_is_said(here: Here, measured: Path, finished: Path) -> None:
    for words, said in (
        (("mmbnch",), "did you mean 'mmbench'"),
        (("refcoco",), "say which split measures"),
        (("./nowhere",), "nowhere"),
        ((measured, "--split", "train"), "--split, --config and --files go with the name of a data set"),
        ((finished, "--limit", 4), "has no sample that could be read"),  # its pictures are cut into tiles
    ):
        code, _, error = here("fingerprints", *words, "-o", "x.parquet")
        assert code == 2
        assert said in error
