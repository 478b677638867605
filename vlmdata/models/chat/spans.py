"""A text that grows piece by piece, each with its kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vlmdata.types.sequence import Rendered, Span, SpanKind


class Spanned:
    """Collects pieces; neighbours of one kind become one span, but for pictures."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._spans: list[Span] = []
        self._length = 0

    def add(self, text: str, kind: SpanKind) -> None:
        """Append a piece; an empty one leaves no trace."""
        if not text:
            return
        start, self._length = self._length, self._length + len(text)
        self._pieces.append(text)
        if kind != "image" and self._spans and self._spans[-1].kind == kind:
            start = self._spans.pop().start
        self._spans.append(Span(start, self._length, kind))

    def rendered(self) -> Rendered:
        return Rendered("".join(self._pieces), tuple(self._spans))


def cut(text: str, trained: Sequence[tuple[int, int]], images: Iterable[tuple[int, int]]) -> Rendered:
    """A finished text with its spans. Ranges are ascending and apart; a picture within a trained one cuts it."""
    written = Spanned()
    at = 0
    for start, end in [*images, (len(text), len(text))]:
        for first, last in trained:
            low, high = max(first, at), min(last, start)
            if low < high:
                written.add(text[at:low], "context")
                written.add(text[low:high], "trained")
                at = high
        written.add(text[at:start], "context")
        written.add(text[start:end], "image")
        at = end
    return written.rendered()
