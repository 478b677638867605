"""Values of a published row as what they should be, or a ``BadRecord`` that says what they are instead."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

from vlmdata.errors import BadRecord

_LITERAL = 1 << 20


def string(row: Mapping[str, Any], name: str) -> str:
    """A text that is not empty, blanks around it gone. ``BadRecord``: ``missing_text``, ``bad_field``."""
    found = optional(row, name)
    if found is None:
        raise BadRecord("missing_text", f"{name!r} is empty")
    return found


def optional(row: Mapping[str, Any], name: str) -> str | None:
    """The same; None where it is null, absent, blank, or a float that is not a number (as pandas writes nothing)."""
    value = row.get(name)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        raise BadRecord("bad_field", f"{name!r} is text, not {type(value).__name__} ({value!r:.40})")
    return value.strip() or None


def strings(row: Mapping[str, Any], name: str) -> list[str]:
    """Texts that are not blank, of a list, a single text, or nothing."""
    value = row.get(name)
    if isinstance(value, str):
        value = [value]
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str | None) for one in value):
        raise BadRecord("bad_field", f"{name!r} is a text or a list of texts, not {value!r:.60}")
    return [text for one in value if one and (text := one.strip())]


def options(row: Mapping[str, Any], name: str) -> list[str]:
    """The options of a choice in their places. ``BadRecord`` ``bad_field`` where one of them is no text, or blank."""
    value = row.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
        raise BadRecord("bad_field", f"{name!r} is a list of texts, not {value!r:.60}")
    return [one.strip() for one in value]


def whole(row: Mapping[str, Any], name: str) -> int:
    """A whole number, also one written as text or as a float. ``BadRecord`` ``bad_field``."""
    value = row.get(name)
    try:
        number = int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BadRecord("bad_field", f"{name!r} is a whole number, not {value!r:.40}") from None
    if isinstance(value, bool) or (isinstance(value, float) and number != value):
        raise BadRecord("bad_field", f"{name!r} is a whole number, not {value!r:.40}")
    return number


def literal(row: Mapping[str, Any], name: str) -> Any:
    """What a text that holds a Python literal means, such as ``"['$6', '$7']"``; other values as they are.

    Nothing is run. ``BadRecord`` ``bad_literal`` where it is none.
    """
    value = row.get(name)
    if not isinstance(value, str):
        return value
    try:
        if len(value) > _LITERAL:
            raise ValueError("it is too long")
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise BadRecord("bad_literal", f"{name!r} holds no Python literal: {value[:60]!r} ({error})") from error
