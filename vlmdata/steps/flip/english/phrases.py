"""What stands around ``left`` and ``right``, as regular expressions of lower-case text."""

from __future__ import annotations

from vlmdata.steps.flip.english.vocabulary import BODY, PART_ADJECTIVE, PERSON, SIZE_OR_COLOR, THING

END = r"(?=\s*(?:$|[,;:!?)\]\n–—]|\.(?![a-z0-9])| - ))"
"""The end of a phrase."""
START = r"(?:^|[\n.,;:(!?–—]\s*)"
"""Its start."""
OWNED = (
    r"(?:his|her|its|their|my|your|our|whose"
    r"|(?!(?:he|she|it|who|that|there|what|where|\w+one|\w+body)')[a-z]+'s|[a-z]+s')"
)
THE = rf"(?:the|{OWNED})"
HEIGHT = (
    r"(?:upper|lower|top|bottom|mid|middle|center|centre|front|rear|back|near|far|extreme|outer|inner|immediate|very)"
)
AT = r"(?:on|to|at|from|toward|towards|near|along|into|off|across|facing|over|around|in)"
AT_THE = rf"\b{AT} (?:the|(?:(?:the|a|an|this|that) (?:[a-z]+ )?)?{OWNED}) (?:{HEIGHT}[ -])*"
AND = (
    r"(?: ?[/&] ?| (?:and|or|nor|vs\.?|versus|and then) (?:(?:on|to|at|from|toward|towards) )?"
    r"(?:the |its |his |her |their )?)"
)
FROM_TO = r"(?: to |-to-| ?-> ?)"
THING_NAMED = rf"(?: {SIZE_OR_COLOR}){{0,2}} {THING}\b"
PERSON_NAMED = rf"(?: {SIZE_OR_COLOR}){{0,2}} {PERSON}\b"
LIMB = rf"[ -](?:{PART_ADJECTIVE} )*{BODY}\b"
IN_THE_PICTURE = r" (?:on|in) (?:the|this) (?:picture|image|photo)"
