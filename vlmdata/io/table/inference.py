"""What type the column of a text table has, told by all of its values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

_INTEGER = "^-?(0|[1-9][0-9]{0,18})$"
_NUMBER = (
    r"^-?((0|[1-9][0-9]{0,14})(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$|^-?(nan|NaN|NAN|inf|Inf|INF|infinity|Infinity)$"
)
"""Neither takes ``007`` or twenty digits for a number: those are names, and would not come back as they were."""

_TRUTH = "^(true|True|TRUE|false|False|FALSE)$"

JsonKind = Literal["bool", "int", "float", "text", "texts", "json"]

_JSON_KINDS: dict[type, JsonKind | None] = {
    type(None): None, bool: "bool", float: "float", str: "text", list: "json", dict: "json",
}  # fmt: skip

NESTED = {b"vlmdata": b"json"}
"""Metadata of a column of strings that are JSON."""


class WrittenKinds:
    """Which types the written values of one column allow; narrowed down chunk by chunk."""

    def __init__(self) -> None:
        self._left = ["int64", "double", "bool"]
        self._seen = False

    def see(self, values: pa.Array) -> None:
        """Strings, blanks being null."""
        if self._left and values.null_count < len(values):
            self._seen = True
            self._left = [kind for kind in self._left if _fits(values, kind)]

    @property
    def kind(self) -> str:
        return self._left[0] if self._left and self._seen else "string"


def _fits(values: pa.Array, kind: str) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    pattern = {"int64": _INTEGER, "double": _NUMBER, "bool": _TRUTH}[kind]
    if not pc.all(pc.match_substring_regex(pc.utf8_trim_whitespace(values), pattern)).as_py():
        return False
    try:
        typed(values, kind)
    except pa.ArrowInvalid:  # nineteen digits may be more than 64 bits hold
        return False
    return True


def typed(values: pa.Array, kind: str) -> pa.Array:
    """Written values as values of ``kind``."""
    import pyarrow.compute as pc

    return values if kind == "string" else pc.cast(pc.utf8_trim_whitespace(values), kind)


def json_kind(value: object) -> JsonKind | None:
    """The kind of one JSON value, None for null. Integers above 64 bits are kept as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "int" if -(1 << 63) <= value < 1 << 63 else "text"
    if isinstance(value, list) and all(item is None or isinstance(item, str) for item in value):
        return "texts"
    return _JSON_KINDS[type(value)]


def common_kind(one: JsonKind | None, other: JsonKind | None) -> JsonKind | None:
    """The narrowest kind that holds both."""
    if one == other or other is None:
        return one
    if one is None:
        return other
    kinds = {one, other}
    if kinds & {"json", "texts"}:
        return "json"
    return "float" if kinds == {"int", "float"} else "text"


def json_value(value: Any, kind: JsonKind) -> Any:
    """A JSON value as a column of ``kind`` holds it."""
    if value is None or (kind == "text" and isinstance(value, str)):
        return value
    if kind == "float":
        return float(value)
    return json.dumps(value, ensure_ascii=False) if kind in ("json", "text") else value


def json_field(name: str, kind: JsonKind | None) -> pa.Field:
    """The Arrow field of a column; what is nested is JSON, and its metadata say so."""
    import pyarrow as pa

    types = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "texts": pa.list_(pa.string())}
    return pa.field(name, types.get(kind or "text", pa.string()), metadata=NESTED if kind == "json" else None)
