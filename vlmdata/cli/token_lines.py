"""Grid, views and image tokens of sizes, a line each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from vlmdata.cli.terminal import say
from vlmdata.cli.tiling_rule import NO_RULE, Rule
from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.tiling import Tiled
from vlmdata.types import Size

STDIN = "-"
_SIZE = re.compile(r"(\d{1,7})[xX×](\d{1,7})")
_WIDTHS = (14, 14, 8, 7, 0)


def show_sizes(words: Iterable[str], rule: Rule | None, images: int, *, as_json: bool, quiet: bool) -> None:
    """Print what ``rule`` makes of sizes, of one of ``images`` pictures in a sample; a size it refuses has a reason."""
    if rule is None:
        raise UsageError(NO_RULE)
    sizes = list(_sizes(words))  # all of them, so that a wrong one is refused before anything is printed
    found = ((size, _tiled(rule, size, images)) for size in sizes)
    if as_json:
        say(_json_lines(rule.policy, found))
    elif not quiet:
        say(_text_lines(found))


def _tiled(rule: Rule, size: Size, images: int) -> Tiled | str:
    try:
        return rule(size, images)
    except BadRecord as bad:
        return bad.reason


def _sizes(words: Iterable[str]) -> Iterator[Size]:
    for word in words:
        if found := _size(word):
            yield found
        elif word == STDIN:
            yield from _listed(typer.get_binary_stream("stdin"), "stdin")
        elif Path(word).is_file():
            with Path(word).open("rb") as lines:
                yield from _listed(lines, word)
        else:
            raise UsageError(f"{word!r} is neither a size such as 640x480 nor a file or folder")


def _listed(lines: Iterable[bytes], name: str) -> Iterator[Size]:
    for number, line in enumerate(lines, start=1):
        for word in line.decode("utf-8", "replace").split():
            if (found := _size(word)) is None:
                raise UsageError(f"{name}:{number}: {word[:40]!r} is no size such as 640x480")
            yield found


def _size(word: str) -> Size | None:
    found = _SIZE.fullmatch(word)
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    return Size(*sides) if min(sides) > 0 else None


def _json_lines(policy: str, found: Iterable[tuple[Size, Tiled | str]]) -> Iterator[str]:
    """One JSON list, an object to a line. ``images`` is what the model sees: views."""
    start = "[\n"
    for size, tiled in found:
        yield start + json.dumps({"policy": policy, "width": size.width, "height": size.height, **_as_json(tiled)})
        start = ","
    yield "]" if start == "," else "[]"


def _as_json(tiled: Tiled | str) -> dict[str, object]:
    if isinstance(tiled, str):
        return {"resized": None, "grid": None, "images": None, "tokens": None, "refused": tiled}
    resized = tiled.resized and [tiled.resized.width, tiled.resized.height]
    return {"resized": resized, "grid": list(tiled.grid), "images": len(tiled.views), "tokens": tiled.tokens}


def _text_lines(found: Iterable[tuple[Size, Tiled | str]]) -> Iterator[str]:
    yield _row("size", "resized", "grid", "views", "tokens")
    for size, tiled in found:
        if isinstance(tiled, str):
            yield _row(str(size), f"refused: {tiled}", "", "", "")
        else:
            grid = f"{tiled.grid[0]}x{tiled.grid[1]}"
            yield _row(str(size), str(tiled.resized or "-"), grid, str(len(tiled.views)), str(tiled.tokens))


def _row(*cells: str) -> str:
    return "".join(f"{cell:{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()
