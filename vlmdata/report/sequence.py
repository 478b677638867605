"""The text as a model reads it, with what is trained told apart from what is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from vlmdata.types import IGNORED, Record

_STRETCHES = 40
_RUNS = 300
_ENDS = {"image": (60, 0), "context": (200, 100), "trained": (300, 150)}
"""Characters shown of the beginning and of the end of a span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A span of the text: its ``kind`` (trained, context or image), beginning, end, and how much lies between."""

    kind: str
    text: str
    between: int
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What ``chat.render``, ``tokenize`` and ``pack`` made of a sample.

    ``tokens`` are counts by kind (trained, context, padding), empty without ``tokenize``; ``runs`` are neighbours of
    one kind with their length, none where they are too many to be seen. ``packed`` is how many texts are in it.
    """

    stretches: tuple[Stretch, ...]
    more_stretches: int
    tokens: dict[str, int]
    runs: tuple[tuple[str, int], ...]
    packed: int

    @property
    def length(self) -> int:
        return sum(self.tokens.values())


def sequence(record: Record) -> Sequence | None:
    """The sequence of a row of SCHEMA; None where it has neither a rendered text nor tokens."""
    spans = (record.get("spans") or ()) if record.get("text") else ()
    labels = record.get("labels") or ()
    if not spans and not labels:
        return None
    runs = [(kind, sum(1 for _ in run)) for kind, run in groupby(_kinds(record))]
    tokens = {"trained": 0, "context": 0, "padding": 0} if runs else {}
    for kind, length in runs:
        tokens[kind] += length
    return Sequence(
        stretches=tuple(_stretch(record["text"], span) for span in spans[:_STRETCHES]),
        more_stretches=max(0, len(spans) - _STRETCHES),
        tokens=tokens,
        runs=tuple(runs) if len(runs) <= _RUNS else (),
        packed=len(record.get("sequence_lengths") or ()),
    )


def _stretch(text: str, span: Record) -> Stretch:
    words = text[span["start"] : span["end"]]
    first, last = _ENDS[span["kind"]]
    if len(words) <= first + last:
        return Stretch(kind=span["kind"], text=words, between=0, end="")
    end = words[len(words) - last :]
    return Stretch(kind=span["kind"], text=words[:first], between=len(words) - first - last, end=end)


def _kinds(record: Record) -> Iterator[str]:
    labels = record.get("labels") or ()
    for label, seen in zip(labels, record.get("attention_mask") or [1] * len(labels), strict=False):
        yield "padding" if not seen else "context" if label == IGNORED else "trained"
