"""Records as cards of the page: pictures, conversation, where they came from. All of bounded length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vlmdata.report.brief import cut
from vlmdata.report.overlay import Colours, Picture, colour_of, name_of, picture
from vlmdata.report.sequence import Sequence, sequence
from vlmdata.types import Record

_PICTURES = 4
_TURNS = 8
_OTHERS = 5
_OPTIONS = 26
_TAGS = 24
_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a turn. ``kind`` is text, image or region; ``colour`` that of a region's first mark."""

    kind: str
    text: str
    colour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A message with what belongs to it: ``options`` with whether each is the answer, and ``others`` (alternatives)."""

    role: str
    pieces: tuple[Piece, ...]
    options: tuple[tuple[str, bool], ...]
    others: tuple[str, ...]
    more_others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One sample as it is shown."""

    key: str
    pictures: tuple[Picture, ...]
    more_pictures: int
    turns: tuple[Turn, ...]
    more_turns: int
    tags: tuple[str, ...]
    language: str | None
    origin: str
    license: str
    commercial: str
    sequence: Sequence | None

    @property
    def weight(self) -> int:
        """Characters that its pictures take on the page."""
        return sum(len(uri) for picture in self.pictures for uri, _ in picture.layers)


def card(record: Record) -> Card:
    """The card of a row of SCHEMA. Optional columns may be absent."""
    colours: Colours = {}
    infos, marks = record["image_info"], record.get("annotations") or ()
    pictures = tuple(
        picture(
            info,
            record["images"],
            [mark for mark in marks if mark["image_index"] == number],
            colours,
            several=len(infos) > 1,
        )
        for number, info in enumerate(infos[:_PICTURES])
    )
    terms = record["license"]
    return Card(
        key=record["key"],
        pictures=pictures,
        more_pictures=len(infos) - len(pictures),
        turns=tuple(_turns(record, {mark["id"]: mark for mark in marks}, colours)),
        more_turns=max(0, len(record["messages"]) - _TURNS),
        tags=tuple(record["tags"][:_TAGS]),
        language=record["language"],
        origin=_line(record["dataset"], record["config"], record["source"]),
        license=_line(*dict.fromkeys((terms["images"], terms["annotations"], terms["generator"]))),
        commercial=terms["commercial"],
        sequence=sequence(record),
    )


def _turns(record: Record, marks: dict[str, Any], colours: Colours) -> Iterator[Turn]:
    for number, message in enumerate(record["messages"][:_TURNS]):
        others = [one["text"] for one in record.get("alternatives") or () if one["message"] == number]
        choices = [one for one in record.get("choices") or () if one["message"] == number]
        yield Turn(
            role=message["role"],
            pieces=tuple(_pieces(message, marks, colours)),
            options=tuple(
                (cut(option, _CHARACTERS), place == one["answer"])
                for one in choices
                for place, option in enumerate(one["options"][:_OPTIONS])
            ),
            others=tuple(cut(text, _CHARACTERS) for text in others[:_OTHERS]),
            more_others=max(0, len(others) - _OTHERS),
        )


def _pieces(message: Any, marks: dict[str, Any], colours: Colours) -> Iterator[Piece]:
    """Its parts, until ``_CHARACTERS`` are said."""
    left = _CHARACTERS
    for part in message["content"]:
        if left <= 0:
            yield Piece(kind="text", text="…")
            return
        match part["type"]:
            case "text":
                yield Piece(kind="text", text=cut(part["text"], left))
                left -= len(part["text"])
            case "image":
                yield Piece(kind="image", text=f"image {part['image_index']}")
            case _:
                spoken = [marks[name] for name in part["regions"]]
                colour = colour_of(spoken[0], colours) if spoken else None
                yield Piece(kind="region", text=cut(", ".join(map(name_of, spoken)), left), colour=colour)


def _line(*words: str | None) -> str:
    return cut(" ".join(filter(None, words)), _CHARACTERS)
