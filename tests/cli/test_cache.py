"""``vlmdata cache``: what is there, how large it may grow, and that it goes when asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from vlmdata.io.cache import renders
from vlmdata.io.reuse import Renders


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with one rendered picture."""
    folder = tmp_path / "home"
    monkeypatch.setenv("VLMDATA_HOME", str(folder))
    store = Renders(renders(), 10**9, 10**9)
    store.put(b"key", (b"x" * 4000,))
    store.close()
    return folder


def test_it_shows_what_is_there(here: Here, home: Path) -> None:
    code, shown, errors = here("cache")
    assert (code, errors) == (0, "")
    assert str(home) in shown
    (line,) = (line for line in shown.splitlines() if line.startswith("  renders"))
    assert "kB" in line
    assert "10 GB   1 picture, the oldest of 20" in line


def test_json_has_bytes_and_bounds(here: Here, home: Path) -> None:
    code, shown, _ = here("cache", "--json")
    found = json.loads(shown)
    assert code == 0
    assert list(found["kinds"]) == ["answers", "renders", "surveys", "fingerprints", "indexes", "archives", "fetched"]
    assert found["kinds"]["renders"]["bytes"] > 4000
    assert found["kinds"]["renders"]["bound"] == 10**10
    assert found["kinds"]["fetched"] == {"bytes": 0, "bound": None, "count": 0, "unit": "data set", "oldest": None}
    assert found["cleared"] == {}


def test_bounds_are_set_and_kinds_cleared(here: Here, home: Path) -> None:
    (home / "renders" / "mine.txt").write_text("mine")
    code, shown, errors = here("cache", "--bound", "renders=20GB", "--bound", "answers=0", "--clear", "renders")
    assert code == 0
    assert "renders: 1" in shown
    assert "mine.txt was not written by vlmdata and stays" in errors
    assert "20 GB" in shown
    assert [path.name for path in (home / "renders").iterdir()] == ["mine.txt"]
    code, shown, _ = here("cache", "--json", "--clear", "all")
    assert json.loads(shown)["cleared"]["renders"] == {"bytes": 0, "left": ["mine.txt"]}
    assert json.loads(shown)["kinds"]["answers"]["bound"] == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--bound", "renders"), "--bound takes WHAT=SIZE such as renders=20GB, not 'renders'"),
        (("--bound", "rendrs=1GB"), "did you mean 'renders'?"),
        (("--bound", "renders=many"), "--bound renders= should be a size such as 512MB or 2GB, not 'many'"),
        (
            ("--bound", "renders=1GB", "--clear", "answer"),
            "--clear: there is no 'answer' in the cache; did you mean 'answers'?",
        ),
    ],
    ids=["no-size", "no-such-bound", "no-number", "no-such-kind"],
)
def test_wrong_use_is_told_and_changes_nothing(here: Here, home: Path, words: tuple[str, ...], complaint: str) -> None:
    code, _, errors = here("cache", *words)
    assert code == 2
    assert complaint in errors
    assert not (home / "cache.toml").exists()
    assert (home / "renders").exists()


def test_quiet_says_nothing(here: Here, home: Path) -> None:
    assert here("cache", "--quiet", "--clear", "renders") == (0, "", "")
    assert list((home / "renders").iterdir()) == []
