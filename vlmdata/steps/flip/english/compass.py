"""Points of the compass: directions in a picture from above, names and weather elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlmdata.steps.flip.english.alone import Spot, is_name
from vlmdata.steps.flip.english.article import refitted
from vlmdata.steps.flip.findings import Finding, Scene, in_case_of, lowered, twins

_TAILS = ("", "ern", "ernmost", "erly", "ward", "wards", "bound", "side")
_ACROSS = twins(
    *(f"east{tail} west{tail}" for tail in _TAILS),
    *(f"{point}east{tail} {point}west{tail}" for point in ("north", "south") for tail in _TAILS),
)
_ALONG = twins(
    *(f"north{tail} south{tail}" for tail in _TAILS),
    *(f"north{point}{tail} south{point}{tail}" for point in ("east", "west") for tail in _TAILS),
)
_TAIL = r"(?:ern[a-z]*|erly|wards?|bound|most|side)?"
_EAST_WEST = re.compile(rf"(?<![a-z])(?:north|south)?(?:east|west){_TAIL}(?![a-z])")
_NORTH_SOUTH = re.compile(rf"(?<![a-z])(?:north|south)(?:east|west)?{_TAIL}(?![a-z])")


def east_and_west(text: str, scene: Scene) -> Iterator[Finding]:
    """What a mirror of left and right does to them."""
    return _read(text, scene, _EAST_WEST, _ACROSS)


def north_and_south(text: str, scene: Scene) -> Iterator[Finding]:
    """What a mirror of top and bottom does to them."""
    return _read(text, scene, _NORTH_SOUTH, _ALONG)


def _read(text: str, scene: Scene, words: re.Pattern[str], table: dict[str, str]) -> Iterator[Finding]:
    lower = lowered(text)
    for match in words.finditer(lower):
        spot = Spot.of(text, lower, *match.span(), scene)
        twin = in_case_of(spot.said, table.get(spot.word, "")) if scene.aerial and not is_name(spot) else None
        if twin:
            yield from refitted(text, Finding(spot.start, spot.end, "swap", "compass", twin))
        else:
            yield Finding(spot.start, spot.end, "refuse", "compass")
