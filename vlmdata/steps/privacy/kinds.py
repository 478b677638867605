"""Kinds of lines in pictures that say who somebody is. A line in doubt counts: covering too much costs little."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from vlmdata.steps.text.contacts import without_emails

LineKind = Literal["email", "phone", "plate"]

_PHONE = re.compile(r"(?<!\d)\d(?:[ ().\-\u2010-\u2015/]{0,3}\d){6,14}(?!\d)")
"""7 to 15 digits in groups. Of dates and part numbers some look the same."""
_PLATE = re.compile(
    r"(?=.*\d)(?=.*[A-Z])(?=(?:[^A-Z0-9]*[A-Z0-9]){4,9}[^A-Z0-9]*$)[A-Z0-9 .·:-]*[A-Z0-9]"
    r"|\d{2,4}[ .·:-]?[\dA-Z]{2,4}[ .·:-]\d{2,4}"
)
"""Letters and digits, 4 to 9 in all and some of each, with dots, dashes and spaces; or three groups of digits."""
_JAPANESE_PLATE = re.compile(
    r"[\u4e00-\u9fff\u3040-\u30ff]{1,4} ?\d{2,3}[A-Z]? ?([\u3040-\u309f]|[AEHKMTY]) ?[\d・･.\- ]{1,6}"
)
"""Office and class of vehicle, a kana and a number: 品川 500 さ 12-34."""


def _is_plate(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    return bool(_PLATE.fullmatch(plain) or _JAPANESE_PLATE.search(plain))


def _has_email(text: str) -> bool:
    return without_emails(text, "mask") != text


def _has_phone(text: str) -> bool:
    return bool(_PHONE.search(unicodedata.normalize("NFKC", text)))


_TESTS: Mapping[LineKind, Callable[[str], bool]] = MappingProxyType(
    {"email": _has_email, "phone": _has_phone, "plate": _is_plate}
)


def is_any_of(text: str, kinds: tuple[LineKind, ...]) -> bool:
    """Whether a line holds an e-mail address or a telephone number, or looks like a number plate."""
    return any(_TESTS[kind](text) for kind in kinds)
