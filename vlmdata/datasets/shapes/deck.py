"""What row N is: a deck of 100 cards, shuffled anew for each hundred rows, so shares are exact per hundred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vlmdata.datasets.shapes.dice import Dice

Split = Literal["train", "validation"]
Scene = Literal["plain", "words", "chart", "page", "several", "text"]
Odd = Literal["exif", "cmyk", "sixteen_bit", "alpha", "palette", "animated"]
Bad = Literal["truncated", "html", "empty"]

#: Changes whenever any byte of any sample does.
REVISION = "1"
ROWS: dict[Split, int] = {"train": 1_000_000, "validation": 10_000}


@dataclass(frozen=True, slots=True)
class Card:
    """The kind of scene of a row, and what is odd or bad about its picture."""

    scene: Scene
    odd: Odd | None = None
    bad: Bad | None = None


_SPECIAL = (
    Card("plain", odd="exif"),
    Card("words", odd="exif"),
    Card("plain", odd="cmyk"),
    Card("words", odd="cmyk"),
    Card("plain", odd="sixteen_bit"),
    Card("page", odd="sixteen_bit"),
    Card("plain", odd="alpha"),
    Card("plain", odd="alpha"),
    Card("plain", odd="palette"),
    Card("chart", odd="palette"),
    Card("plain", odd="animated"),
    Card("plain", odd="animated"),
    Card("plain", bad="truncated"),
    Card("plain", bad="html"),
    Card("words", bad="empty"),
)

#: Rows of each kind per hundred.
SCENES: dict[Scene, int] = {"plain": 58, "words": 14, "chart": 10, "page": 6, "several": 6, "text": 6}
#: Share of rows whose picture must be converted (each of the six kinds alike), and of those that must be dropped.
ODD_SHARE = sum(card.odd is not None for card in _SPECIAL) / 100
BAD_SHARE = sum(card.bad is not None for card in _SPECIAL) / 100


def _deck() -> tuple[Card, ...]:
    ordinary = [
        Card(scene)
        for scene, count in SCENES.items()
        for _ in range(count - sum(card.scene == scene for card in _SPECIAL))
    ]
    return (*_SPECIAL, *ordinary)


DECK = _deck()


def card(split: Split, row: int) -> Card:
    """The card of a row. Rows ``100 * k`` to ``100 * k + 99`` hold each card of the deck once."""
    block, place = divmod(row, len(DECK))
    return Dice(REVISION, split, "deck", block).shuffled(DECK)[place]
