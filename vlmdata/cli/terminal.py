"""What may be printed on a terminal, and how lists of words are set there."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Iterable, Iterator

import typer

_WIDTH_OF_A_PIPE = 100


def printable(text: str) -> str:
    """``text`` with everything made visible that could move the cursor, colour, hide or reorder what is shown.

    Data is hostile: a caption may hold terminal escapes (C0 and C1 controls) or marks that turn the direction of
    writing. Line breaks and tabs stay.
    """
    return "".join(one if _harmless(one) else _escape(one) for one in text)


def _harmless(one: str) -> bool:
    # Cc controls, Cf invisible format marks, Cs lone surrogates, Zl and Zp line breaks that are none to a terminal.
    # Joiners are needed to write Persian, Hindi and families of emoji.
    return one in "\n\t\u200c\u200d" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escape(one: str) -> str:
    return f"\\x{ord(one):02x}" if ord(one) < 0x100 else f"\\u{ord(one):04x}"


def columns() -> int:
    """Width of the terminal, of ``$COLUMNS``, or what suits a file."""
    return max(40, shutil.get_terminal_size((_WIDTH_OF_A_PIPE, 24)).columns)


def hanging(label: str, text: str, *, indent: int, label_width: int, max_lines: int | None = None) -> Iterator[str]:
    """``text`` beside ``label``, made printable and wrapped; cut with ``…`` after ``max_lines``."""
    from rich.console import Console
    from rich.text import Text

    width = max(20, columns() - indent - label_width)
    wrapped = [line.plain for line in Text(printable(text)).wrap(Console(width=width), width, tab_size=4)] or [""]
    if max_lines is not None and len(wrapped) > max_lines:
        wrapped = [*wrapped[: max_lines - 1], wrapped[max_lines - 1].rstrip()[: width - 2] + " …"]
    for number, line in enumerate(wrapped):
        yield f"{'':{indent}}{label if number == 0 else '':{label_width}}{line}".rstrip()


def say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def say_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def several(count: int, noun: str) -> str:
    """``1 shard``, ``1,200 shards``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
