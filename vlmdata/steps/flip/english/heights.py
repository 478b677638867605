"""Above and below in English, as a picture taken from above has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlmdata.steps.flip.english.alone import Spot, is_name
from vlmdata.steps.flip.english.article import refitted
from vlmdata.steps.flip.english.phrases import END
from vlmdata.steps.flip.findings import (
    REGION,
    Finding,
    Scene,
    agreed,
    fitting,
    in_case_of,
    keep,
    lowered,
    swap,
    twins,
)

_TWINS = twins(
    "top bottom", "topmost bottommost", "upper lower", "uppermost lowermost", "above below", "up down",
    "upward downward", "upwards downwards",
    *(f"top{side} bottom{side}" for side in ("left", "right")),
    *(f"upper{side} lower{side}" for side in ("left", "right")),
)  # fmt: skip
_WORDS = re.compile(
    r"(?<![a-z])(?:(?:top|bottom|upper|lower)(?:left|right|most)?|lowest|highest|above|below|up|down|(?:up|down)wards?"
    r"|upside|upright|vertical[a-z]*)(?![a-z])"
)
_PART = (
    r"(?:left|right|corner|corners|edge|half|side|part|portion|section|third|quarter|middle|cent(?:er|re)|region|area"
    r"|end|border|quadrant)"
)
_OF_THE_PICTURE = r" of (?:the |this )?(?:image|picture|photo|photograph|scene|frame|view)"
_SOMETHING = rf" (?:(?:the|a|an|this|that|it|them|his|her|its|their|another|two|three)\b|{REGION})"
_LYING = r"\b(?:is|are|located|situated|directly|just|immediately|lies|lie|visible|seen) "
_GATHERED = (
    r"\b(?:lined|parked|made|built|set|broken|covered|piled|stacked|filled|backed|split|taken|grown|makes|make) "
)

_RULES = (
    swap("height", after=rf"[ -]{_PART}\b", words="top bottom upper lower topmost bottommost uppermost lowermost"),
    swap("height", r"\b(?:at|in|on|to|from|toward|towards|near|along) the (?:very )?",
         rf"(?:{END}|{_OF_THE_PICTURE}\b| (?:there|is|are|and)\b)", words="top bottom"),
    swap("height", _LYING, _SOMETHING, words="above below"),
    swap("height", r"(?:^|[.\n] ?)", _SOMETHING, words="above below"),
    swap("height", r"\b(?:pointing|facing|points|faces|pointed|oriented) ", END, words="up down"),
    swap("height", words="upward downward upwards downwards topleft topright bottomleft bottomright"),
    swap("height", words="upperleft upperright lowerleft lowerright"),
    keep("physical", r"\bon ", r" of\b", words="top"),
    keep("physical", r"\bfrom ", END, words="above"),
    keep("particle", _GATHERED, words="up"),
    keep("particle", after=r" to \d", words="up"),
)  # fmt: skip
_PHYSICAL = re.compile(
    r"\b(?:bridges?|overpass(?:es)?|viaducts?|flyovers?|tunnels?|planes?|aircraft|airplanes?|helicopters?|birds?|clouds?"
    r"|sky|ground|surface|sea level|water|horizon|roofs?|cables?|wires?|floors?|balconies|balcony)\b"
)
"""Things that may be above others in the world, not in the picture."""


def heights(text: str, scene: Scene) -> Iterator[Finding]:
    """Every word for up and down but those for what stands on something (``on``, ``over``, ``under``)."""
    lower = lowered(text)
    for match in _WORDS.finditer(lower):
        yield from _judged(Spot.of(text, lower, *match.span(), scene))


def _judged(spot: Spot) -> Iterator[Finding]:
    verdict, rule = agreed(fitting(_RULES, spot.word, spot.before, spot.after)) or ("refuse", "heights")
    if verdict == "swap" and spot.word in ("above", "below") and _PHYSICAL.search(spot.lower):
        verdict, rule = "refuse", "heights"
    twin = in_case_of(spot.said, _TWINS[spot.word]) if verdict == "swap" else ""
    if twin is None or (twin and is_name(spot)):
        yield Finding(spot.start, spot.end, "refuse", "name")
    else:
        yield from refitted(spot.text, Finding(spot.start, spot.end, verdict, rule, twin))
