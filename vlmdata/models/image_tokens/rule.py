"""What a rule of image tokens is: from a picture as a model sees it to what its processor writes in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vlmdata.models.tiling.policy import Grid
from vlmdata.types import Size

Run = str | tuple[int, ...]
"""Special tokens as text, or ids that no vocabulary has."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Which frame of a clip a picture is: number ``index`` of those at ``times_s`` (seconds, None where unknown)."""

    index: int
    times_s: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture as its layout has it.

    Attributes:
        grid: columns and rows of tiles; (1, 1) for a picture that is not cut.
        views: how many there are.
        size: of the first view, in pixels.
        tokens: as many as the tiling policy counts.
        number: which picture of the conversation it is, from 0.
        frame: where it is one of a clip.
    """

    grid: Grid
    views: int
    size: Size
    tokens: int
    number: int = 0
    frame: Frame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTokens:
    """One published way to write pictures.

    Attributes:
        write: all that stands for one picture.
        marks: the tokens whose embeddings the model replaces by the picture; none where ids do that.
        beside: the other tokens that the vocabulary must have.
        layouts: the tiling policies whose layouts it can read; None for any, as nothing but a count is needed.
        once: a token that stands once, not twice, where two pictures meet.
        source: where that is published.
    """

    write: Callable[[Shown], Run]
    marks: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    layouts: tuple[str, ...] | None = None
    once: str = ""
    source: str


def counted(mark: str, source: str, before: str = "", after: str = "") -> ImageTokens:
    """``mark`` as often as the tiling policy counts, between ``before`` and ``after``."""
    return ImageTokens(
        write=lambda shown: f"{before}{mark * shown.tokens}{after}",
        marks=(mark,),
        beside=tuple(token for token in (before, after) if token),
        source=source,
    )
