"""Pictures in the terminal: what is sent is the picture, in the terminal's own words, and never into a pipe."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vlmdata.cli.terminal_picture import Pictures, picture_lines, spoken

DRAWN = (Pictures.kitty, Pictures.iterm, Pictures.sixel, Pictures.blocks)


def png(width: int = 200, height: int = 100) -> bytes:
    """Left half red, right half blue."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("environment", "by"),
    [
        ({"TERM": "xterm-kitty"}, Pictures.kitty),
        ({"TERM": "xterm-ghostty"}, Pictures.kitty),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "240802"}, Pictures.kitty),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Pictures.iterm),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Pictures.iterm),
        ({"TERM": "foot"}, Pictures.sixel),
        ({"TERM": "xterm-256color"}, Pictures.blocks),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, Pictures.blocks),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, Pictures.none),
        ({"TERM": "dumb"}, Pictures.none),
        ({}, Pictures.none),
    ],
)
def test_a_terminal_is_known_by_its_variables(environment: dict[str, str], by: Pictures) -> None:
    assert spoken(Pictures.auto, environment, is_terminal=True) == by
    assert spoken(Pictures.sixel, environment, is_terminal=True) == Pictures.sixel
    assert spoken(Pictures.auto, environment, is_terminal=False) == Pictures.none
    assert spoken(Pictures.kitty, environment, is_terminal=False) == Pictures.none


@pytest.mark.parametrize("by", DRAWN)
def test_what_does_not_decode_is_not_drawn(by: Pictures) -> None:
    assert list(picture_lines(b"x", by, 80)) == []
    assert list(picture_lines(png()[:60], by, 80)) == []


def test_blocks_have_two_pixels_a_cell() -> None:
    lines = list(picture_lines(png(), Pictures.blocks, 80))
    assert len(lines) == 5
    cells = re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m▀", lines[2])
    assert cells == [("255", "0", "0") * 2] * 10 + [("0", "0", "255") * 2] * 10
    assert all(line.endswith("\x1b[0m") for line in lines)


def test_blocks_without_true_colour_take_the_cube() -> None:
    (first, *_) = picture_lines(png(), Pictures.blocks, 80, true_color=False)
    assert "\x1b[38;5;196;48;5;196m▀" in first
    assert "\x1b[38;5;21;48;5;21m▀" in first


def test_kitty_gets_the_picture_in_chunks() -> None:
    noisy = io.BytesIO()
    grain = np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)
    Image.fromarray(grain).save(noisy, "PNG")
    (line,) = picture_lines(noisy.getvalue(), Pictures.kitty, 80)
    escapes = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", line)
    assert escapes[0][0] == "a=T,f=100,c=12,r=4,q=2,m=1"
    assert [keys for keys, _ in escapes[1:]] == ["m=1"] * (len(escapes) - 2) + ["m=0"]
    assert max(len(chunk) for _, chunk in escapes) <= 4096
    shown = Image.open(io.BytesIO(b64decode("".join(chunk for _, chunk in escapes))))
    assert np.array_equal(np.asarray(shown), grain)


def test_iterm_gets_the_picture_and_its_cells() -> None:
    (line,) = picture_lines(png(), Pictures.iterm, 80)
    head, body = line.strip().split(":", 1)
    assert head == "\x1b]1337;File=inline=1;width=20;height=5;preserveAspectRatio=0"
    assert Image.open(io.BytesIO(b64decode(body.removesuffix("\x07")))).size == (200, 100)


def test_sixels_are_the_picture() -> None:
    (line,) = picture_lines(png(), Pictures.sixel, 80)
    shown = _read_sixel(line.strip())
    assert shown.shape == (100, 200, 3)
    assert np.abs(shown[50, 10].astype(int) - (255, 0, 0)).max() <= 2
    assert np.abs(shown[99, 199].astype(int) - (0, 0, 255)).max() <= 2


def _read_sixel(text: str) -> np.ndarray:
    """The few commands that are written, read by the letter of the manual."""
    size = re.match(r'\x1bP0;1q"1;1;(\d+);(\d+)', text)
    assert size
    assert text.endswith("\x1b\\")
    pixels = np.zeros((int(size[2]) + 6, int(size[1]), 3), np.uint8)
    colours: dict[str, tuple[int, ...]] = {}
    colour, top, left = "0", 0, 0
    for command in re.findall(r"#\d+;2;\d+;\d+;\d+|#\d+|!\d+[?-~]|[$\-?-~]", text[size.end() : -2]):
        if command.startswith("#"):
            colour, *rgb = command[1:].split(";")
            if rgb:
                colours[colour] = tuple(round(int(value) * 2.55) for value in rgb[1:])
        elif command in "$-":
            left, top = 0, top + 6 * (command == "-")
        else:
            count, bits = int(command[1:-1] or 1), ord(command[-1]) - 63
            for bit in range(6):
                if bits >> bit & 1:
                    pixels[top + bit, left : left + count] = colours[colour]
            left += count
    return pixels[: int(size[2])]


@pytest.mark.parametrize(
    ("size", "cells"), [((4000, 3000), (43, 16)), ((3000, 60), (48, 1)), ((10, 4000), (1, 16)), ((1, 1), (1, 1))]
)
def test_every_shape_fits(size: tuple[int, int], cells: tuple[int, int]) -> None:
    lines = list(picture_lines(png(*size), Pictures.blocks, 80))
    assert (lines[0].count("▀"), len(lines)) == cells


def _inspected(folder: Path, *words: str) -> bytes:
    """What ``vlmdata inspect`` writes on a terminal."""
    command = [sys.executable, "-c", "from vlmdata.cli.main import run; run()", "inspect", str(folder), *words]
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "100"}
    for name in ("TMUX", "NO_COLOR", "TERM_PROGRAM", "KITTY_WINDOW_ID", "KONSOLE_VERSION"):
        environment.pop(name, None)
    own, others = pty.openpty()
    with subprocess.Popen(command, stdout=others, stdin=others, stderr=others, env=environment) as running:
        os.close(others)
        said = b""
        try:
            while chunk := os.read(own, 65536):
                said += chunk
        except OSError:  # Linux says so where the other side is closed
            pass
    os.close(own)
    assert running.returncode == 0, said
    return said


def test_inspect_draws_on_a_terminal_alone(finished: Path) -> None:
    drawn = _inspected(finished, "--limit", "1")
    assert "▀".encode() in drawn
    assert drawn.index(b"shapes-train-") < drawn.index("▀".encode()) < drawn.index(b"  from ")
    assert b"\x1b_Ga=T" in _inspected(finished, "--limit", "1", "--pictures", "kitty")
    assert "▀".encode() not in _inspected(finished, "--limit", "1", "--pictures", "none")
    piped = subprocess.run(
        [
            sys.executable,
            "-c",
            "from vlmdata.cli.main import run; run()",
            "inspect",
            str(finished),
            "--pictures",
            "blocks",
        ],
        capture_output=True,
        check=True,
    )
    assert "▀".encode() not in piped.stdout
    assert b"\x1b" not in piped.stdout
