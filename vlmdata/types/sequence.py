"""What a trainer reads: the text as a model's template writes it, and its tokens with their labels."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Literal

SpanKind = Literal["trained", "context", "image"]
SPAN_KINDS: tuple[SpanKind, ...] = ("trained", "context", "image")

IGNORED = -100
"""Label of a token without loss (``ignore_index`` of PyTorch's cross entropy)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of a rendered text.

    ``trained`` ones carry loss, ``context`` ones do not, an ``image`` span is what stands for one picture; these come
    in the order in which the text shows pictures.
    """

    start: int
    end: int
    kind: SpanKind


@dataclass(frozen=True, slots=True)
class Rendered:
    """A conversation as one text. The spans cover it from beginning to end, in order, without gap."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Token ids of a text, or of several packed into one sequence; all arrays (``"i"``) are of one length.

    Attributes:
        attention_mask: 1 for a token, 0 for padding.
        labels: the id where a token is trained, else ``IGNORED``; not shifted.
        position_ids: counted from 0 in each packed text; None where they are simply 0, 1, 2 …
        sequence_lengths: of packed texts, in order; None for a single one.
    """

    input_ids: array[int]
    attention_mask: array[int]
    labels: array[int]
    position_ids: array[int] | None = None
    sequence_lengths: array[int] | None = None
