"""Where pictures stand among the words of a conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vlmdata.errors import BadRecord
from vlmdata.models.chat.format import Messages, Placement
from vlmdata.types import ImagePart, Part, TextPart


def checked(messages: Messages, pictures: int) -> None:
    """Every one of a sample's pictures is shown once.

    Raises ``BadRecord``: ``unknown_picture``, ``picture_shown_twice``, ``picture_not_shown``; the detail is its number.
    """
    shown = Counter(part.image for message in messages for part in message.content if isinstance(part, ImagePart))
    for number, times in sorted(shown.items()):
        if not 0 <= number < pictures:
            raise BadRecord("unknown_picture", str(number))
        if times > 1:
            raise BadRecord("picture_shown_twice", str(number))
    if missing := set(range(pictures)) - shown.keys():
        raise BadRecord("picture_not_shown", str(min(missing)))


def placed(messages: Messages, placement: Placement) -> Messages:
    """With pictures where ``placement`` says; see ``ChatFormat``."""
    if placement == "front":
        return _to_the_front(messages)
    return tuple(
        replace(message, content=_first(message.content)) if _is_moved(message.content, placement) else message
        for message in messages
    )


def glued(content: Sequence[Part], glue: str) -> tuple[Part, ...]:
    """With ``glue``, the newline that data sets write beside ``<image>``, between pictures and words where it belongs.

    One newline goes with the mark when data is read (haotian-liu/LLaVA, llava/train/train.py::
    preprocess_multimodal). It comes back behind pictures at the beginning of a turn or of a line, behind others where a
    word follows at once on a space before (``Image-1: <image>`` in InternVL's data), and before pictures at the end of
    a turn; not where words have space of their own.
    """
    if not glue:
        return tuple(content)
    made: list[Part] = []
    for number, part in enumerate(content):
        if number and _lacks_glue(content, number):
            made.append(TextPart(glue))
        made.append(part)
    return tuple(made)


def _lacks_glue(content: Sequence[Part], number: int) -> bool:
    """Whether glue belongs between part ``number`` and the one before it."""
    before, part = content[number - 1], content[number]
    if isinstance(before, TextPart):
        ends = all(isinstance(one, ImagePart) for one in content[number:])
        return isinstance(part, ImagePart) and ends and not before.text[-1:].isspace()
    first = next((at for at in range(number - 1, -1, -1) if isinstance(content[at], TextPart)), None)
    words = "\n" if first is None else _text(content[first])
    if words.endswith("\n"):
        return part != TextPart("") and not _text(part)[:1].isspace()
    return words[-1:].isspace() and _text(part)[:1].isalnum()


def _text(part: Part) -> str:
    return part.text if isinstance(part, TextPart) else ""


def _is_moved(content: Sequence[Part], placement: Placement) -> bool:
    pictures = sum(isinstance(part, ImagePart) for part in content)
    if placement == "single_first":
        return pictures == 1 and not isinstance(content[0], ImagePart)
    return placement == "first" and pictures > 0


def _first(content: Sequence[Part]) -> tuple[Part, ...]:
    """Pictures, then all words as one text without the space around it."""
    words = "".join(part.text for part in content if isinstance(part, TextPart)).strip()
    return (*_pictures(content), *([TextPart(words)] if words else []))


def _to_the_front(messages: Messages) -> Messages:
    """All pictures before the words of the first turn that is not the system's."""
    pictures = tuple(part for message in messages for part in _pictures(message.content))
    bare = [replace(message, content=_words(message.content)) for message in messages]
    turn = next((number for number, message in enumerate(messages) if message.role != "system"), None)
    if turn is not None:
        bare[turn] = replace(bare[turn], content=(*pictures, *bare[turn].content))
    return tuple(bare)


def _pictures(content: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(part for part in content if isinstance(part, ImagePart))


def _words(content: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(part for part in content if not isinstance(part, ImagePart))
