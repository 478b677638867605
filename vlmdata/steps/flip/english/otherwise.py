"""Where ``left`` and ``right`` are no sides: gone, remaining, exactly, correct."""

from __future__ import annotations

from vlmdata.steps.flip.english.phrases import (
    AND,
    END,
    HEIGHT,
    IN_THE_PICTURE,
    LIMB,
    OWNED,
    THING_NAMED,
)
from vlmdata.steps.flip.english.vocabulary import CORRECT, GOING, INTENSIFIED, NUMBER, PLACE, SHARE, TURNING
from vlmdata.steps.flip.findings import Rule, keep

_NO_SUBJECT = (
    r"(?:(?:^|[^a-z' ]) *"
    rf"|\b(?:the|a|an|{OWNED}|each|this|on|at|to|from|in|of|with|by|near|toward|towards|and|or|is|are|was|were"
    rf"|{HEIGHT}|{TURNING}|{GOING}) )"
)
"""What is before a ``left`` that nobody did: a subject ends in none of these."""
_SOMEBODY = r"\b(?:he|she|they|we|i|you|who|someone|somebody|everyone|everybody|nobody) "
_WHAT_WAS_LEFT = (
    r" (?:the|a|an|his|her|its|their|my|your|our|this|that|it|them|him|us|me|for|home|town|early|without|because|some"
    r"|no|one|two|three|everything|something|marks|tracks|footprints)\b"
)
_IN_A_STATE = (
    r" (?:behind|over(?! there| the| by)|out|alone|open|on|unattended|untouched|empty|standing|unfinished|blank|parked"
    r"|lying|hanging|exposed|bare|uncovered|unlocked|half|unused|uneaten|intact|vacant|unmade)\b"
)
_A_SIDE_AFTER_ALL = rf"{END}|{LIMB}|{THING_NAMED}|[ -](?:hand|{PLACE}|{SHARE})\b| of\b"
_SOME_THINGS = rf"\b(?:{NUMBER}|\d+)(?: (?:of )?(?!(?:the|on|at|to|from|in|{HEIGHT}|{TURNING}|and|or)\b)[a-z]+){{0,5}} "

LEFT: tuple[Rule, ...] = (
    # the bus left the station; not: on the left the bus
    keep("departed", after=_WHAT_WAS_LEFT, unless_before=_NO_SUBJECT),
    # she left early
    keep("departed", _SOMEBODY, rf"(?:{END}| (?:after|before|when|at|in|on|early|late|quickly|with|and)\b)"),
    # has left shells on the beach; not: has left hand raised
    keep(
        "departed",
        r"\b(?:has|have|had|having|'ve|just|already|recently|never|not|been|being|gets|got|be)(?: [a-z]+ly)? ",
        unless_after=_A_SIDE_AFTER_ALL,
    ),
    # has just left
    keep("departed", r"\b(?:has|have|had|having) (?:just |already |recently |not |all )", END),
    # is left open, were left standing
    keep(
        "departed", r"\b(?:is|are|was|were|being|been) (?:[a-z]+ly )?", _IN_A_STATE, unless_after=IN_THE_PICTURE
    ),
    # toys left behind; not: on the left behind it, left over there
    keep(
        "departed", after=r"[ -](?:behind|over(?! there| the| by)|out|alone|unattended|untouched|uneaten|luggage)\b",
        unless_before=_NO_SUBJECT,
    ),
    # three slices are left; not: two on the left
    keep(
        "remainder", _SOME_THINGS, rf"(?:(?!,){END}| (?:in|on|until|before|over|after|uneaten)\b)",
        unless_before=rf"\b(?:the|on|at|to|from|{HEIGHT}|{TURNING}) ", unless_after=IN_THE_PICTURE,
    ),
)  # fmt: skip
"""Where ``left`` is what somebody did, or what remains."""

_A_NOUN_BEFORE = (
    rf"\b(?:the|a|an|{OWNED}|on|at|to|from|in|of|toward|towards|far|upper|lower|top|bottom|front|rear|middle|center"
    rf"|centre|left{AND}|{TURNING}) "
)
_EXACTLY = (
    r" (?:in (?:front|the (?:middle|cent))|on top|at the (?:edge|cent|base|foot|bottom of|top of|start)"
    r"|up (?:to|against|close)|down the|over the|into the|off the|out of|on the edge)"
)
EXACTLY: tuple[Rule, ...] = (
    # right next to it; not: on the right next to it
    keep("intensifier", after=rf" {INTENSIFIED}\b", unless_before=_A_NOUN_BEFORE),
    # right in front of it
    keep("intensifier", after=_EXACTLY, unless_before=rf"(?:{_A_NOUN_BEFORE}|\bback )"),
)
"""Where ``right`` makes a place or a time exact."""

_THAT_IS = r"\b(?:that's|that is|you're|you are|is that|absolutely|quite|completely|exactly) "
_DUE = r" (?:of way|to (?:vote|bear|remain|privacy|education|life|work|protest|strike|free))\b"
CORRECT_OR_DUE: tuple[Rule, ...] = (
    # the right answer
    keep("correct", after=rf"[ -]{CORRECT}\b"),
    # that's right
    keep("correct", _THAT_IS, END),
    # just right for it; not: just right of it
    keep("correct", r"\bjust ", rf"(?:{END}| for\b)"),
    # it is red, right?
    keep("correct", r", ", r"\?"),
    # all right
    keep("correct", r"\ball ", rf"(?:{END}| (?:with|if|for|now|then|and|in)\b)"),
    # right side up
    keep("correct", after=r"[ -]side (?:up|out)\b"),
    keep("rights", after=_DUE),
    keep("angle", after=r"[ -](?:angles?|angled|triangles?)\b"),
)
"""Where ``right`` is what is correct, or due to somebody."""
