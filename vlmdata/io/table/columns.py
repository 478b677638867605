"""Columns by the names people give them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from vlmdata.errors import InputError

_LISTED = 40


def column_named(name: str, names: Sequence[str], table: str) -> str:
    """The column called ``name``, else the first that differs in capitals alone. ``InputError`` with the nearest."""
    if name in names:
        return name
    same = next((known for known in names if known.lower() == name.lower()), None)
    if same is not None:
        return same
    close = difflib.get_close_matches(name.lower(), [known.lower() for known in names], n=1)
    hint = next((f" (did you mean {known!r}?)" for known in names if known.lower() in close), "")
    raise InputError(f"{table} has no column {name!r}{hint}; it has {listed(names)}")


def listed(names: Iterable[str]) -> str:
    """Names of columns for a message."""
    known = list(names)
    return ", ".join(known[:_LISTED]) + (", …" if len(known) > _LISTED else "") if known else "no columns"
