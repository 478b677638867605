"""Markdown (GitHub's, as the Hub renders it) out of text that may be hostile."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

# What starts a mark in the middle of a line: emphasis, code, links, HTML, entities, cells, strikes, formulas.
_MARKS = re.compile(r"[\\`*\[\]<>|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_FENCE = re.compile("`{3,}")


def plain(text: str) -> str:
    """``in_one_line``, with marks escaped, so that it reads as it is written."""
    return _MARKS.sub(r"\\\g<0>", in_one_line(text))


def in_one_line(text: str) -> str:
    """``visible`` text with single blanks for all others."""
    return " ".join(visible(text.replace("\t", " ")).split())


def visible(text: str) -> str:
    """``text`` with U+FFFD for what no page should hold: it could hide or turn around what is shown. Lines stay."""
    return "".join(one if _harmless(one) else "\ufffd" for one in text)


def _harmless(one: str) -> bool:
    # Joiners are needed to write Persian, Hindi and families of emoji.
    return one in "\n\r\u200c\u200d" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table and an empty line; numbers with thousands separated, nothing for None."""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else plain(str(value))


def listed(items: Iterable[str]) -> Iterator[str]:
    """A list and an empty line."""
    yield from (f"- {plain(item)}" for item in items)
    yield ""


def fenced(text: str, language: str) -> Iterator[str]:
    """A block of code and an empty line. No fence inside can end it."""
    text = visible(text)
    longest = max(map(len, _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    yield f"{fence}{language}"
    yield text.rstrip("\n")
    yield fence
    yield ""
