"""Whatever data holds, a terminal only ever shows it."""

from __future__ import annotations

import os
import pty
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.cli.conftest import COMMAND
from vlmdata.cli.terminal import hanging, printable, several


@given(st.text(st.characters()))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = printable(text)
    categories = {unicodedata.category(one) for one in shown if one not in "\n\t\u200c\u200d"}
    assert categories.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b[31mred\x07", "\\x1b[2J\\x1b[31mred\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("invoice\u202egpj.exe", "invoice\\u202egpj.exe"),
        ("a\rb", "a\\x0db"),
        ("\ud800", "\\ud800"),
        ("赤い円\tcafé\n👩\u200d👧", "赤い円\tcafé\n👩\u200d👧"),
    ],
)
def test_escapes_are_shown_and_words_are_left(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=300), st.integers(40, 140))
def test_lines_fit_the_terminal(text: str, width: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        lines = list(hanging("label", text, indent=2, label_width=11, max_lines=3))
    assert 1 <= len(lines) <= 3
    assert lines[0].startswith("  label")
    assert all(cell_len(line) <= width for line in lines)


def test_wide_letters_are_measured_as_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert list(hanging("", "赤" * 30, indent=0, label_width=10)) == [" " * 10 + "赤" * 15] * 2


def test_a_long_text_ends_in_an_ellipsis_and_a_short_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = list(hanging("", "word " * 100, indent=0, label_width=0, max_lines=2))
    assert len(lines) == 2
    assert lines[1].endswith(" …")
    assert list(hanging("", "a\nb", indent=0, label_width=0, max_lines=2)) == ["a", "b"]


def test_counting_words() -> None:
    assert [several(count, "shard") for count in (0, 1, 1200)] == ["0 shards", "1 shard", "1,200 shards"]


def test_a_terminal_gets_a_bar_and_stdout_none_of_it(recipe: Path, tmp_path: Path) -> None:
    mine, theirs = pty.openpty()
    command = [*COMMAND, "preprocess", str(recipe), "--out", str(tmp_path / "out"), "--workers", "1"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    bar = b""
    while chunk := _read(mine):
        bar += chunk
    os.close(mine)
    assert done.returncode == 0
    assert b"60 rows" in bar or b"0/60" in bar
    assert b"\x1b" not in done.stdout


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # on Linux the end of a terminal is EIO
        return b""
