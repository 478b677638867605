"""Errors of pydantic as sentences about a file, with the nearest known name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from vlmdata.io.yaml_text import Where

_EXPECTED = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "byte_size": "should be a size such as 512MB",
    "dict_type": "should be a mapping",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "list_type": "should be a list",
    "model_type": "should be a mapping",
    "none_required": "cannot be chosen here",
    "string_type": "should be text",
    "too_short": "should not be empty",
    "tuple_type": "should be a list",
}
_LISTED = 8
_NAMED = 16


def complaint(kind: type[BaseModel], field: Where, error: Mapping[str, Any]) -> str:
    """A pydantic error as a sentence about the file, with the nearest known name."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in field).lstrip(".")
    if error["type"] == "extra_forbidden":
        owner = _model_at(kind, field[:-1])
        return f"unknown parameter {field[-1]!r}{nearest(str(field[-1]), owner.model_fields)}"
    if error["type"] == "missing":
        return f"{'.'.join(map(str, error['loc']))} is missing"
    if error["type"] == "value_error":
        return f"{name}{': ' if name else ''}{error['ctx']['error']}"
    found = error["input"]
    message = _EXPECTED.get(error["type"]) or re.sub(r"^(Input|String) ", "", error["msg"])
    hint = ""
    if error["type"] == "literal_error":
        choices = re.findall(r"'([^']+)'", error["ctx"]["expected"])
        close = difflib.get_close_matches(str(found), choices, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        if close and len(choices) > _LISTED:
            message = f"should be one of {len(choices)} names"
    return f"{name} {message}, not {short(found)}{hint}"


def _model_at(kind: type[BaseModel], path: Where) -> type[BaseModel]:
    """The model that ``path`` leads to from ``kind``."""
    for part in path:
        inner = kind.model_fields[str(part)].annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            kind = inner
    return kind


def short(value: object) -> str:
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name."""
    names = sorted(known)
    if close := difflib.get_close_matches(name, names, n=1):
        return f"; did you mean {close[0]!r}?"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"; known: {', '.join(names[:_NAMED]) or 'none'}{more}"
