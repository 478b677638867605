"""Where ``left`` and ``right`` are sides. What neither these rules nor those of ``otherwise`` know is refused."""

from __future__ import annotations

from vlmdata.steps.flip.english.phrases import (
    AND,
    AT,
    AT_THE,
    END,
    FROM_TO,
    HEIGHT,
    LIMB,
    OWNED,
    PERSON_NAMED,
    START,
    THE,
    THING_NAMED,
)
from vlmdata.steps.flip.english.vocabulary import (
    GOING,
    INTENSIFIED,
    NEXT,
    NUMBER,
    PART,
    PLACE,
    SHARE,
    SIZE_OR_COLOR,
    THING,
    TURNING,
)
from vlmdata.steps.flip.findings import REGION, Rule, swap

_LEFT, _RIGHT = "left", "right"
_OF_SOMETHING = (
    r" of (?:the|a|an|this|that|these|his|her|its|their|another|him|it|them|me|you|us|cent[er]+|frame"
    rf"|{REGION})"
)
_REMAINS = (
    r"\b(?:(?:what|that|nothing|anything|something|little|much|all|any|some|none)(?: is| was| are|'s| remains)?"
    rf"|{NUMBER}(?: [a-z]+){{0,4}}|there (?:is|are|was|were)) "
)
_STANDING = (
    rf"(?:{START}|\b(?:just|immediately|slightly|directly|far|is|are|was|were|standing|sitting|stands|sits|lies|located"
    rf"|placed|visible|{AT} {THE}) )"
)
_QUALIFIED = rf"[ -](?:most |{SIZE_OR_COLOR} )?"

_PLACES = (
    # on the left side, left-hand corner, the right outer edge
    swap(
        "side", after=rf"(?:[ -]hand)?{_QUALIFIED}{PLACE}\b",
        unless_after=r"[ -]side (?:up|out|by)\b| side of (?:history|the law)\b",
    ),
    # the left half; not: he left half of it
    swap("side", rf"\b(?:{THE}|each|this|{HEIGHT})[ -]", rf"{_QUALIFIED}{SHARE}\b", words=_LEFT),
    # in the right part of it; not: we need the right part
    swap(
        "side", rf"\b(?:{AT} {THE}|upper|lower)[ -]", rf"{_QUALIFIED}{SHARE}(?:{END}| of\b)", words=_RIGHT
    ),
    # the right half is dark
    swap("side", rf"(?:{START}|\b)the ", rf" {SHARE} (?:of the|shows|is|has|features|depicts)\b", words=_RIGHT),
    # the left shows a dog
    swap("side", rf"(?:{START}|\b)the ", r" (?:shows|features|depicts|displays|contains)\b"),
    # to the left of it, on his far left
    swap("side", AT_THE, r"(?![a-z0-9_-])", words=_LEFT, unless_after=r" (?:luggage|over|wing|coast)\b"),
    # on the right there is; not: to the right person, in the right
    swap(
        "side", AT_THE, rf"(?:{END}| of (?!way\b)| {NEXT}\b| {REGION})", words=_RIGHT, unless_before=r"\bin the "
    ),
    # at left, from left
    swap(
        "side", r"\b(?:on|at|from) (?:far )?", r"(?![a-z0-9_-])",
        words=_LEFT, unless_after=r" (?:luggage|over|wing|click)\b",
    ),
    # at right; not: on right now
    swap(
        "side", r"\b(?:on|at|from) (?:far )?", rf"(?:{END}| of (?:the|a|an)\b| {NEXT}\b)",
        words=_RIGHT, unless_after=rf" (?:{INTENSIFIED}|in|on|at|by)\b",
    ),
    # to left of it
    swap("side", r"\b(?:to|toward|towards) (?:far )?", rf"(?:{END}| of\b)"),
    # a cat left of the door; not: what is left of the door
    swap("side", after=_OF_SOMETHING, words=_LEFT, unless_before=_REMAINS),
    # is right of the door; not: the right of the people
    swap("side", rf"(?:{_STANDING}|\b{THING} )", _OF_SOMETHING, words=_RIGHT),
    # a man (left)
    swap("side", r"\(", r"\)"),
    # Left: a dog. Right: a cat.
    swap("side", r"(?:^|[\n.;] ?)", r": "),
)  # fmt: skip

_OF_ONE = rf"\b(?:the|his|her|its|their|my|your|our|a|{HEIGHT})[ -]"
_CHOOSING = (
    r"\b(?:cho+se|choosing|find|found|finding|pick|picks|picked|select\w*|need\w*|want\w*|wrong|correct|just|sure"
    r"|know\w*)\b.*"
)
_BEFORE_A_LIMB = (
    rf"(?:{START}|\b(?:{THE}|a|an|each|this|on|at|to|from|in|with|of|by|near|and|or|is|are|using|[a-z]{{3,}}ing|raised"
    rf"|outstretched|extended|bent|{HEIGHT})[ -])"
)
_SAYING = r"[ -]hand (?:man|rule)\b|-hand(?:ed|er)|[ -]wing(?:s|ed|er|ers)?\b| arm of the law\b| eye of the storm\b"
_THINGS = (
    # the left cup, his left shoe, the top left window
    swap("thing", _OF_ONE, rf"(?:{THING_NAMED}|{PERSON_NAMED})", words=_LEFT),
    # the right cup; not: he found the right cup, the right cup for it
    swap("thing", _OF_ONE, THING_NAMED, words=_RIGHT, unless_before=_CHOOSING,
         unless_after=rf"{THING_NAMED} (?:for|to)\b"),
    # the car's left wheel; not: the man's left flowers
    swap("thing", rf"\b{OWNED} ", rf"(?: {SIZE_OR_COLOR}){{0,2}} {PART}\b"),
    # the left one
    swap("thing", r"\bthe ", r" ones?\b", words=_LEFT),
    # his left hand, raising right arm; not: he left hand in hand
    swap("body", _BEFORE_A_LIMB, LIMB, unless_after=_SAYING),
    # the bird's left wing; not: the left wing of a party
    swap("body", rf"\b{OWNED} ", r" wings?\b"),
)  # fmt: skip

_COMPOUNDS = (
    # left-handed, right-facing; not: most people are right-handed
    swap(
        "compound", after=r"-(?:hand(?:ed|er|ers)?|most|ward|wards|facing|pointing|footed|side|sided)\b",
        unless_before=r"\b(?:people|persons|humans|everyone|players|majority) (?:is|are|were|was) (?:[a-z]+ )?|\bmost ",
        unless_after=r"-hand(?:ed)? (?:man|people|rule)\b|-side (?:up|out)\b",
    ),
    # the left most cow
    swap("compound", rf"(?:{START}|\b(?:{THE}|{AT}|is|are) )", r" most\b",
         unless_after=r" most of (?:the time|them)\b"),
    # top-left, upper_right
    swap("compound", r"(?:^|[^a-z])(?:upper|lower|top|bottom|mid|middle|center|centre|front|rear|back|extreme)[-_]",
         r"(?![a-z_])"),
    # the upper left is dark
    swap("compound", r"(?:^|[^a-z-])(?:upper|lower|extreme) ", rf"(?:{END}| {NEXT}\b| of\b|-hand\b)",
         unless_after=rf" {INTENSIFIED}\b"),
    # from bottom left; not: the blouse on top left there
    swap("compound", rf"(?:{START}|\b{AT} (?:the )?){HEIGHT} ",
         rf"(?:{END}| of\b|-hand\b| (?:is|are|there|shows|with|a|an|the)\b)"),
)  # fmt: skip

_MANNER = (
    r"(?: (?:slightly|sharply|hard|far|further|directly|immediately|straight|gently|it|them"
    rf"|{OWNED} (?:head|face|body|gaze|eyes|back)))?"
)
_AND_SO_ON = rf"(?:{END}| (?:and|or|while|as|with|when|but|so|then)\b)"
_MOTIONS = (
    # facing left, turns his head right
    swap("turn", rf"\b{TURNING}{_MANNER} ", _AND_SO_ON, unless_after=rf" and (?:left|right) {INTENSIFIED}\b"),
    # turned left to see it
    swap("turn", rf"\b{TURNING}{_MANNER} ",
         r" (?:in|on|at|to|toward|towards|onto|into|from|by|near|past|off|along|for)\b", words=_LEFT),
    # turns right onto the road; not: turned right to him
    swap("turn", rf"\bturn(?:s|ed|ing)?{_MANNER} ",
         r" (?:onto|into|at the (?:corner|crossing|intersection|junction|end|fork|(?:traffic )?lights?))\b",
         words=_RIGHT),
    # looks left, walks left
    swap("turn", rf"\b{GOING}{_MANNER} ", rf"(?:{_AND_SO_ON}| (?:toward|towards|to|at|in|on)\b)", words=_LEFT),
    # looking right; not: it looks right
    swap("turn", rf"\b(?:looking|walking|running|driving|riding|flying|sailing){_MANNER} ",
         rf"(?:{END}| (?:and|while)\b)", words=_RIGHT, unless_after=r" and (?:right|wrong)"),
)  # fmt: skip

_SOMETHING_DONE = r" (?:the|a|an|his|her|their|for|behind|over)\b"
_PAIRS = (
    # left and right, left or the right: here the first of the two
    swap("pair", after=rf"{AND}(?:{HEIGHT}[ -])?right(?![a-z])", words=_LEFT,
         unless_after=rf"{AND}right {INTENSIFIED}\b"),
    swap("pair", after=rf"{AND}(?:{HEIGHT}[ -])?left(?![a-z])", words=_RIGHT,
         unless_after=rf"{AND}left{_SOMETHING_DONE}"),
    # and here the second; not: on the left and right behind it
    swap("pair", rf"(?<![a-z])left{AND}(?:{HEIGHT}[ -])?", words=_RIGHT,
         unless_after=rf" (?:{INTENSIFIED}|in|on|at|by)\b"),
    swap("pair", rf"(?<![a-z])right{AND}(?:{HEIGHT}[ -])?", words=_LEFT, unless_after=_SOMETHING_DONE),
    # left to right
    swap("pair", after=rf"{FROM_TO}right(?![a-z])", words=_LEFT, unless_after=rf"{FROM_TO}right {INTENSIFIED}\b"),
    swap("pair", after=rf"{FROM_TO}left(?![a-z])", words=_RIGHT),
    swap("pair", rf"(?<![a-z])left{FROM_TO}", words=_RIGHT, unless_after=rf" {INTENSIFIED}\b"),
    swap("pair", rf"(?<![a-z])right{FROM_TO}", words=_LEFT),
    # a cup in the left hand and a spoon in the right
    swap("pair", r"\bin the left\b.* in the ", END, words=_RIGHT),
)  # fmt: skip

SIDES: tuple[Rule, ...] = (*_PLACES, *_THINGS, *_COMPOUNDS, *_MOTIONS, *_PAIRS)
"""Where the word is a side."""
