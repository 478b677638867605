"""What must hold inside one row of the schema: every index and every id leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vlmdata.types.conversation import ROLES
from vlmdata.types.sequence import SPAN_KINDS

KEY = re.compile(r"[a-z0-9_-]{1,120}")

_OWN_FIELD = {"text": "text", "image": "image_index", "region": "regions"}
_FIELDS = frozenset(_OWN_FIELD.values())

Row = Mapping[str, Any]


def inconsistencies(row: Row) -> Iterator[str]:
    """One line per fault of a row of SCHEMA; none for a sound one. Optional columns may be absent."""
    if not KEY.fullmatch(row["key"]):
        yield f"key {row['key']!r} is not 1 to 120 of a-z, 0-9, _ and -"
    yield from _images(row["image_info"], len(row["images"]))
    marks = row.get("annotations") or ()
    yield from _annotations(marks, len(row["image_info"]))
    known = {mark["id"] for mark in marks}
    for number, message in enumerate(row["messages"]):
        yield from _message(f"message {number}", message, len(row["image_info"]), known)
    yield from _answers(row, len(row["messages"]))
    yield from _spans(row.get("text"), row.get("spans") or ())
    yield from _tokens(row)


def _images(infos: Sequence[Row], stored: int) -> Iterator[str]:
    expected = 0
    for number, info in enumerate(infos):
        if info["first"] != expected or info["count"] < 1:
            yield f"image {number}: first {info['first']} and count {info['count']} where {expected} comes next"
        if len(info["views"]) < info["count"]:
            yield f"image {number}: {info['count']} pictures stored, {len(info['views'])} views described"
        expected = info["first"] + info["count"]
    if expected != stored:
        yield f"{stored} pictures stored, {expected} described in image_info"


def _annotations(marks: Sequence[Row], images: int) -> Iterator[str]:
    seen: set[str] = set()
    for mark in marks:
        if mark["id"] in seen:
            yield f"annotation id {mark['id']!r} is used twice"
        seen.add(mark["id"])
        if not 0 <= mark["image_index"] < images:
            yield f"annotation {mark['id']!r} is on image {mark['image_index']} of {images}"
        if not all(0 <= value <= 1000 for value in mark["bbox_1000"] or ()):
            yield f"annotation {mark['id']!r} has bbox_1000 {mark['bbox_1000']} outside 0 to 1000"


def _message(where: str, message: Row, images: int, known: set[str]) -> Iterator[str]:
    if message["role"] not in ROLES:
        yield f"{where} has role {message['role']!r}"
    for part in message["content"]:
        own = _OWN_FIELD.get(part["type"])
        if own is None or part[own] is None or any(part[name] is not None for name in _FIELDS - {own}):
            yield f"{where} has a part of type {part['type']!r} that fills other fields than its own"
        elif own == "image_index" and not 0 <= part[own] < images:
            yield f"{where} shows image {part[own]} of {images}"
        elif own == "regions" and not known.issuperset(part[own]):
            yield f"{where} speaks of {sorted(set(part[own]) - known)}, which no annotation bears"


def _answers(row: Row, messages: int) -> Iterator[str]:
    for column in ("alternatives", "choices"):
        for item in row.get(column) or ():
            if not 0 <= item["message"] < messages:
                yield f"{column} belong to message {item['message']} of {messages}"
    for choices in row.get("choices") or ():
        if choices["answer"] is not None and not 0 <= choices["answer"] < len(choices["options"]):
            yield f"answer {choices['answer']} of {len(choices['options'])} options"


def _spans(text: str | None, spans: Sequence[Row]) -> Iterator[str]:
    """They cover the text from its beginning to its end."""
    place = 0
    for span in spans:
        if span["start"] != place or span["end"] < place or span["kind"] not in SPAN_KINDS:
            yield f"span {span['start']} to {span['end']} of kind {span['kind']!r} where {place} comes next"
        place = span["end"]
    if spans and place != len(text or ""):
        yield f"spans end at {place} of {len(text or '')} characters"


def _tokens(row: Row) -> Iterator[str]:
    ids = row.get("input_ids") or ()
    for column in ("attention_mask", "labels", "position_ids"):
        values = row.get(column) or ()
        if values and len(values) != len(ids):
            yield f"{len(values)} {column} for {len(ids)} input_ids"
    lengths = row.get("sequence_lengths") or ()
    if lengths and sum(lengths) > len(ids):
        yield f"packed texts of {sum(lengths)} tokens in all, and {len(ids)} input_ids"
