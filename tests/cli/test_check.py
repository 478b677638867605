"""What ``check``, a dry run and ``verify`` say beside the thing itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from tests.made_datasets import register

HEAD = "version: 1\nname: t\n"
CAPTIONS = HEAD + "inputs: [{dataset: photos, present: 30, count: 50}]\n"


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    (tmp_path / "r.yaml").write_text(CAPTIONS)
    return tmp_path / "r.yaml"


def test_advice_goes_to_stderr(here: Here, captions: Path) -> None:
    code, out, err = here("check", captions)
    assert code == 0
    assert out.startswith("version: 1\nname: t\n")
    assert err.startswith("warning: photos: captions without instructions.")
    assert err.count("\n") == 1
    assert here("check", captions, "-q") == (0, "", "")
    assert here("check", "demo")[2] == ""


def test_advice_stands_in_the_json(here: Here, captions: Path) -> None:
    code, out, err = here("check", captions, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [sentence.split(".")[0] for sentence in found["warnings"]] == ["photos: captions without instructions"]
    assert found["inputs"][0]["count"] == 50
    assert json.loads(here("check", "demo", "--json")[1])["warnings"] == []


def test_a_dry_run_says_it_too(here: Here, captions: Path) -> None:
    code, out, err = here("preprocess", captions, "--dry-run")
    assert code == 0
    assert "photos: 27 rows, 50 taken" in out
    assert out.startswith("t: 50 rows in 1 task\n")
    assert "warning: photos: captions without instructions." in err
    planned = json.loads(here("preprocess", captions, "--dry-run", "--json")[1])
    assert (planned["rows"], planned["role"], len(planned["warnings"])) == (50, "train", 1)


def test_a_dry_run_says_what_is_for_evaluation(here: Here, tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(HEAD + "inputs: [{dataset: exam}]\n")
    assert here("preprocess", "e.yaml", "--dry-run")[1].startswith("t: 36 rows of evaluation data in 1 task\n")


@pytest.mark.parametrize("verb", [("check",), ("preprocess",), ("preprocess", "--dry-run")], ids=" ".join)
def test_evaluation_data_in_training_is_refused_by_every_verb(
    here: Here, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    (tmp_path / "m.yaml").write_text(HEAD + "inputs:\n  - {dataset: photos}\n  - {dataset: exam}\n")
    code, out, err = here(*verb, "m.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("vlmdata: m.yaml:3: evaluation data never becomes training data: photos (split train) is for")
    assert list(tmp_path.iterdir()) == [tmp_path / "m.yaml"]


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{allow: [MIT], deny: [mit]}", ":4: licenses: allow holds 'MIT', which 'mit' in deny takes away"),
        ("{allow: MIT}", ":4: licenses.allow should be a list, not 'MIT'"),
        ("{alow: [MIT]}", ":4: unknown parameter 'alow'; did you mean 'allow'?"),
        ("{deny: ['']}", ":4: licenses.deny[0] should have at least 1 character"),
    ],
    ids=["contradiction", "no list", "misspelt", "empty"],
)
def test_a_policy_that_is_none_is_refused(here: Here, tmp_path: Path, policy: str, message: str) -> None:
    (tmp_path / "r.yaml").write_text(HEAD + f"inputs: [{{dataset: shapes}}]\nlicenses: {policy}\n")
    code, out, err = here("check", "r.yaml")
    assert (code, out) == (2, "")
    assert message in err


def test_verify_notes_what_is_missing_and_is_content(here: Here, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(CAPTIONS)
    assert here("preprocess", "r.yaml", "-q", "--workers", 1)[0] == 0
    note = "photos: 30 of 40 rows that are published; 10 are missing"
    assert here("verify", "t") == (0, f"t: 50 samples in 1 shard, all as the manifest says\n{note}\n", "")
    assert json.loads(here("verify", "t", "--json")[1]) == {"directory": "t", "problems": [], "notes": [note]}
    assert here("verify", "t", "-q") == (0, "", "")
