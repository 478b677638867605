"""A rendered text with its pictures written out, as ids of which each knows its characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.models.image_tokens import Run
from vlmdata.models.tokens.tokenizer import Offsets, TextTokenizer
from vlmdata.types import Rendered, Span


@dataclass(frozen=True, slots=True)
class Encoded:
    """``ids`` of ``text``; ``offsets`` are the first and last character (exclusive) of each, ``spans`` as rendered.

    A picture that is ids keeps its compact form in ``text``, and each of its ids comes from all of that.
    """

    text: str
    spans: tuple[Span, ...]
    ids: list[int]
    offsets: Offsets

    @property
    def pictured(self) -> list[bool]:
        """For each token, whether any of it stands for a picture."""
        marked = bytearray(len(self.text))
        for span in self.spans:
            if span.kind == "image":
                marked[span.start : span.end] = b"\1" * (span.end - span.start)
        return [1 in marked[start:end] for start, end in self.offsets]

    @property
    def ends_trained(self) -> bool:
        return bool(self.spans) and self.spans[-1].kind == "trained"

    def cut(self, most: int) -> int:
        """How many tokens are left of more than ``most``, at most that many; 0 where a picture would be lost.

        A character that is several tokens stays whole or goes.
        """
        if any(self.pictured[max(0, most) :]):
            return 0
        stop = min(most, len(self.ids))
        while 0 < stop < len(self.ids) and self.offsets[stop][0] < self.offsets[stop - 1][1]:
            stop -= 1
        return max(0, stop)


def encode(tokenizer: TextTokenizer, rendered: Rendered, runs: Sequence[Run], once: str = "") -> Encoded:
    """``rendered`` with its pictures written as ``runs``, one for each image span, in order.

    The text is tokenized as a whole, as processors do; where a run is ids, what is before and behind it each by
    itself, as those processors do. ``once`` is a token that stands once where two pictures meet.
    """
    pieces = list(_pieces(rendered, runs, once))
    text = "".join(written for written, _, _ in pieces)
    spans: list[Span] = []
    ids: list[int] = []
    offsets: Offsets = []
    place = begun = 0
    for written, span, own in pieces:
        end = place + len(written)
        spans.append(Span(place, end, span.kind))
        if own:
            _extend(tokenizer, text, begun, place, ids, offsets)
            ids += own
            offsets += [(place, end)] * len(own)
            begun = end
        place = end
    _extend(tokenizer, text, begun, place, ids, offsets)
    return Encoded(text, tuple(spans), ids, offsets)


def _pieces(rendered: Rendered, runs: Sequence[Run], once: str) -> Iterator[tuple[str, Span, tuple[int, ...]]]:
    """For each span what is written there, and the ids where it is not to be tokenized."""
    left = iter(runs)
    before = ""
    for span in rendered.spans:
        written = rendered.text[span.start : span.end]
        own: tuple[int, ...] = ()
        if span.kind == "image":
            run = next(left)
            if isinstance(run, tuple):
                own = run
            else:
                written = run.removeprefix(once) if once and before.endswith(once) else run
        before = written
        yield written, span, own


def _extend(tokenizer: TextTokenizer, text: str, start: int, end: int, ids: list[int], offsets: Offsets) -> None:
    if start < end:
        found, places = tokenizer.encode(text[start:end])
        ids += found
        offsets += [(start + first, start + last) for first, last in places] if start else places
