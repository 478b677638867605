"""Counting, turning, mirrors, and sides by other names, in English and as a net under other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlmdata.steps.flip.findings import Finding, Scene, in_case_of, lowered, surroundings, twins

_ORDINAL = re.compile(
    r"(?<![a-z])(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|[0-9]{1,6}(?:st|nd|rd|th))(?![a-z])"
)
_END_NAMED = re.compile(
    r"(?:[ -][a-z]+){0,5},? (?:from|on|to) (?:the |its |his |her )?(?:far |very |extreme )?"
    r"(?:left|right|top|bottom|front|back|rear|l|r)(?![a-z])"
)
_NAMED_END = re.compile(
    r"\b(?:from|on|to) (?:the |its )?(?:far )?(?:left|right|top|bottom|front|back|rear)(?: side)?,? "
    r"(?:is |are )?(?:the )?$"
)
_NO_PLACE = re.compile(
    r"[ -](?:floors?|stor(?:y|ey|eys|ies)|base|baseman|rows?|shelf|level|tier|aid|birthday|anniversary|century|time"
    r"|class|grade|night|year|week|month|name|minute|avenue|street)\b"
)
_DATE = re.compile(r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|at) $")
_PICTURE = re.compile(r" (?:image|picture|photo|photograph|video frame)s?\b")


def order(text: str, scene: Scene) -> Iterator[Finding]:
    """Ordinals: certain where it is said from which end, or where nothing in the picture is counted."""
    lower = lowered(text)
    for match in _ORDINAL.finditer(lower):
        before, after = surroundings(lower, *match.span())
        certain = (
            _END_NAMED.match(after)
            or _NAMED_END.search(before)
            or _NO_PLACE.match(after)
            or _DATE.search(before)
            or (scene.images > 1 and _PICTURE.match(after))
        )
        yield Finding(*match.span(), "keep" if certain else "refuse", "order")


_CLOCK = re.compile(r"(?<![a-z])(?:(?:counter|anti)?clock[a-z]*|o'?clock|c?cw)(?![a-z])")
_TURNS = twins("clockwise counterclockwise")


def turning(text: str, scene: Scene) -> Iterator[Finding]:
    """Ways of turning, and clocks, whose hands turn the other way in a mirror.

    ``anticlockwise`` and ``counter-clockwise`` are refused: mirrored twice they would come back in another form.
    """
    lower = lowered(text)
    for match in _CLOCK.finditer(lower):
        start, end = match.span()
        split = re.search(r"(?:counter|anti)[- ]$", lower[:start][-9:]) is not None
        twin = None if split else in_case_of(text[start:end], _TURNS.get(match[0], ""))
        if twin:
            yield Finding(start, end, "swap", "turn", twin)
        else:
            yield Finding(start, end, "refuse", "twin" if match[0].endswith("wise") or split else "clock")


_MIRROR = re.compile(
    r"(?<![a-z])(?:mirror(?:ed|ing)|mirror[\s-]*(?:image|writing)[a-z]*|backwards?|revers[a-z]+|flipped|inverted)(?![a-z])"
)


def mirrors(text: str, scene: Scene) -> Iterator[Finding]:
    """Words about mirrored things: a mirror of these is no longer one."""
    return (Finding(*match.span(), "refuse", "mirror") for match in _MIRROR.finditer(lowered(text)))


_SHIP = re.compile(
    r"(?<![a-z])(?:starboard|larboard|port(?=[\s-]*(?:side|bow|beam|quarter|tack|hand)(?![a-z])))(?![a-z])"
)
_SHIP_TWINS = twins("port starboard")
_VEHICLE = re.compile(
    r"(?<![a-z])(?:(?:near|off|driver|passenger)(?:'?s)?[\s-]*side|southpaws?|(?:steering|kerb|curb)[\s-]*side)(?![a-z])"
)


def vehicles(text: str, scene: Scene) -> Iterator[Finding]:
    """Sides of ships, which have exact twins, and of cars, which have none."""
    lower = lowered(text)
    for match in _SHIP.finditer(lower):
        start, end = match.span()
        whole = re.match(r"[ -](?:side|bow|beam|quarter)(?![a-z])", lower[end:])
        twin = in_case_of(text[start:end], _SHIP_TWINS.get(match[0], "")) if whole else None
        yield Finding(start, end, "swap", "ship", twin) if twin else Finding(start, end, "refuse", "twin")
    yield from (Finding(*match.span(), "refuse", "sides") for match in _VEHICLE.finditer(lower))


_FOREIGN_SIDES = re.compile(
    r"(?<![^\W\d_])(?:links|rechts|linke[nrs]?|rechte[nrs]?|linker|rechter|gauche|droite|izquierd[ao]s?|derech[ao]s?"
    r"|sinistr[aoe]|destr[ao]|esquerd[ao]s?|direit[ao]s?|vänstra?|högra?|venstre|høyre|højre|vasen|vasemmalla|oikea"
    r"|oikealla|lew[aoey]j?|praw[aoey]j?|vlevo|vpravo|lev[áéý]|prav[áéý]|stânga|dreapta|kiri|kanan|trái|phải|sağ|solda"
    r"|sağda|balra|jobbra)(?![^\W\d_])"
)
_FOREIGN_HEIGHTS = re.compile(
    r"(?<![^\W\d_])(?:oben|unten|obere[nrs]?|untere[nrs]?|über|unter|haut|dessus|dessous|arriba|abajo|encima|debajo"
    r"|sopra|sotto|cima|baixo|boven|onder)(?![^\W\d_])"
)


def foreign_sides(text: str, scene: Scene) -> Iterator[Finding]:
    """Left and right in other languages: a net under samples whose language nobody has declared."""
    return (Finding(*match.span(), "refuse", "language") for match in _FOREIGN_SIDES.finditer(lowered(text)))


def foreign_heights(text: str, scene: Scene) -> Iterator[Finding]:
    """Above and below in other languages."""
    return (Finding(*match.span(), "refuse", "language") for match in _FOREIGN_HEIGHTS.finditer(lowered(text)))
