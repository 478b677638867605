"""How large stores may grow is said in one small file."""

from __future__ import annotations

from pathlib import Path

import pytest

from vlmdata.errors import InputError
from vlmdata.io.reuse import BOUNDED, bounds, room_for, set_bound


def test_what_is_set_is_read_and_the_rest_stays(home: Path) -> None:
    assert bounds() == BOUNDED
    set_bound("renders", 5 * 10**9)
    set_bound("answers", 0)
    assert bounds() == {**BOUNDED, "renders": 5 * 10**9, "answers": 0}
    set_bound("renders", BOUNDED["renders"])
    assert "renders" not in (home / "cache.toml").read_text()


@pytest.mark.parametrize(
    "text", ["[bounds", "[bounds]\nrenders = 'x'", "[bounds]\nother = 1", "[bounds]\nanswers = -1"]
)
def test_a_file_that_says_something_else_is_refused_by_name(home: Path, text: str) -> None:
    (home / "cache.toml").write_text(text)
    with pytest.raises(InputError, match=r"cache\.toml"):
        bounds()


def test_room_is_the_bound_or_what_the_disk_has(home: Path) -> None:
    set_bound("renders", 1000)
    assert room_for("renders") == 1000
    set_bound("renders", 10**18)
    (home / "renders").mkdir()
    (home / "renders" / "some").write_bytes(b"x" * 5000)
    assert 5000 < room_for("renders") < 10**17
