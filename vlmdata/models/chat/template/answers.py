"""Marks around what the assistant says, so that it is found in what a template makes of it."""

from __future__ import annotations

import re
from dataclasses import replace

from vlmdata.models.chat.template.run import BEGIN, END
from vlmdata.types import Message, TextPart

Range = tuple[int, int]


def marked(message: Message) -> Message:
    """A message of the assistant with marks around its words, the space around them outside; others as they are."""
    if message.role != "assistant":
        return message
    parts = list(message.content) or [TextPart("")]
    words = [number for number, part in enumerate(parts) if isinstance(part, TextPart)]
    if not words:
        return replace(message, content=(TextPart(BEGIN), *parts, TextPart(END)))
    for number, mark in ((words[0], BEGIN), (words[-1], END)):
        part = parts[number]
        assert isinstance(part, TextPart)
        head = len(part.text) - len(part.text.lstrip())
        at = head if mark == BEGIN else max(len(part.text.rstrip()), head)
        parts[number] = TextPart(part.text[:at] + mark + part.text[at:])
    return replace(message, content=tuple(parts))


def with_space(text: str, place: Range, answer: Message) -> Range:
    """The place of an answer with the space around its words, where the template kept it."""
    start, stop = place
    said = answer.text
    before, after = said[: len(said) - len(said.lstrip())], said[len(said.rstrip()) :] if said.strip() else ""
    if text.endswith(before, 0, start):
        start -= len(before)
    return start, stop + len(after) if text.startswith(after, stop) else stop


def ranges_of(marked_text: str) -> tuple[str, list[Range]]:
    """A text without its marks, and where these were, in order."""
    pieces = re.split(f"([{BEGIN}{END}])", marked_text)
    ranges: list[Range] = []
    at = start = 0
    for piece in pieces:
        if piece == BEGIN:
            start = at
        elif piece == END:
            ranges.append((start, at))
        else:
            at += len(piece)
    return "".join(piece for piece in pieces if piece not in (BEGIN, END)), ranges
