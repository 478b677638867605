"""Rows of named fields (a Parquet row, a line of metadata, the JSON beside a picture) to messages.

Which field speaks is told by its name, how it speaks by its shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from vlmdata.datasets.dialogue import Album, marked_parts, messages_of, pairs
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.errors import BadRecord
from vlmdata.types import Alternative, Choices, ImagePart, Message, Part, TextPart

TEXT_FIELDS = ("texts", "conversations", "messages", "conversation", "text", "caption", "captions")
"""Names of fields that speak, the first one there is taken; capitals do not matter (LAION has ``TEXT``)."""

_DATA_JUICER = re.compile(r"[ \n]?<__dj__(image|video)>[ \n]?")
_BREAK = TextPart("\n\n")
_END_OF_CHUNK = "<|__dj__eoc|>"
"""Data-Juicer's markers (datajuicer/data-juicer, ``data_juicer/utils/mm_utils.py``, ``SpecialTokens``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What the text of a row came to."""

    messages: tuple[Message, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    choices: tuple[Choices, ...] = ()
    tags: tuple[str, ...] = ()


def field_named(names: Iterable[str], wanted: Sequence[str]) -> str | None:
    """The name that equals the earliest of ``wanted``, small and capital letters alike; None where none does."""
    known = {name.lower(): name for name in reversed(list(names))}
    return next((known[one] for one in wanted if one in known), None)


def spoken(value: object, album: Album, folder: PictureFolder) -> Spoken:
    """Messages of a text field, by its shape.

    A string is the caption of the row's pictures, or a document where markers show that it is interleaved, or
    that has no picture. A list of strings is several captions: the first is said, the others are alternatives. A
    list of ``{user, assistant}`` or of turns is a conversation. ``BadRecord``: ``missing_text``,
    ``missing_image`` (captions of nothing), ``bad_field``, and what ``dialogue`` raises.
    """
    if isinstance(value, str):
        return _text(value, album)
    if isinstance(value, Mapping):
        value = _transposed(value)
    if value is None or value == []:
        raise BadRecord("missing_text", "the field that speaks is empty")
    if not isinstance(value, list):
        raise BadRecord("bad_field", f"text is a string or a list, not {type(value).__name__}")
    if all(isinstance(item, str) for item in value):
        return captioned(value, album.rest())
    if all(isinstance(item, Mapping) and {"user", "assistant"} <= item.keys() for item in value):
        return Spoken(messages=pairs(value, album))
    return Spoken(messages=messages_of(value, album, folder))


def captioned(captions: Sequence[str], shown: Sequence[ImagePart]) -> Spoken:
    """Pictures in a user message without text, the first caption as the answer; the others are alternatives.

    White space around a caption goes. ``BadRecord``: ``missing_text``, ``missing_image``.
    """
    texts = [text for caption in captions if (text := caption.strip())]
    if not texts:
        raise BadRecord("missing_text", "the caption is empty")
    if not shown:
        raise BadRecord("missing_image", f"no picture for the caption {texts[0][:60]!r}")
    return Spoken(
        messages=(Message("user", tuple(shown)), Message("assistant", (TextPart(texts[0]),))),
        alternatives=tuple(Alternative(1, text) for text in texts[1:]),
        tags=("caption",),
    )


def as_json(value: object) -> Any:
    """``value`` as ``meta`` can hold it. Bytes and numbers that are not finite become None."""
    if isinstance(value, Mapping):
        return {str(name): as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    return None if isinstance(value, bytes | bytearray) else str(value)


def meta_of(row: Mapping[str, object], used: Iterable[str | None]) -> dict[str, Any]:
    """Every field that is not ``used`` and says something, by its own name."""
    known = set(used)
    values = {name: as_json(value) for name, value in row.items() if name not in known}
    return {name: value for name, value in values.items() if value is not None}


def metas_of(rows: Sequence[Mapping[str, object]], used: Iterable[str | None]) -> dict[str, Any]:
    """The same of several rows that became one sample: by each name a list with the value of each row."""
    each = [meta_of(row, used) for row in rows]
    names = dict.fromkeys(name for one in each for name in one)
    return {name: [one.get(name) for one in each] for name in names}


def _text(text: str, album: Album) -> Spoken:
    """A caption where all pictures come before the text, as Data-Juicer writes one; else a document."""
    chunks = [found for chunk in text.split(_END_OF_CHUNK) if (found := _chunk(chunk, album))]
    parts: list[Part] = [part for chunk in chunks for part in (_BREAK, *chunk)][1:]
    words = [part.text for part in parts if isinstance(part, TextPart)]
    shown = [part for part in parts if isinstance(part, ImagePart)]
    rest = album.rest()
    if len(words) == 1 and isinstance(parts[-1], TextPart) and (shown or rest):
        return captioned(words, [*rest, *shown])
    if not any(word.strip() for word in words):
        raise BadRecord("missing_text", "the text is empty")
    return Spoken(messages=(Message("document", (*rest, *parts)),), tags=("interleaved",) if shown else ())


def _chunk(text: str, album: Album) -> tuple[Part, ...]:
    return marked_parts(_DATA_JUICER.sub(r"<\1>", text.strip()), album)


def _transposed(table: Mapping[Any, Any]) -> list[dict[Any, Any]]:
    """A struct of lists, as older ``datasets`` wrote a ``Sequence`` of structs, as the list of structs it means."""
    lengths = {len(column) if isinstance(column, list) else -1 for column in table.values()}
    if len(lengths) != 1 or -1 in lengths:
        raise BadRecord("bad_field", "text is a string or a list, not a struct")
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
