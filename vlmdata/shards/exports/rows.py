"""A sample as three fields, for formats that keep rows of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vlmdata.types import Record, record_json


class Packed(NamedTuple):
    """``images`` are the stored views in order, ``record`` is one line of JSON with all other columns of the row."""

    key: str
    images: list[bytes]
    record: str


def packed(record: Record, columns: Sequence[str]) -> Packed:
    """A row of a shard with these ``columns``."""
    pictures = [picture["bytes"] for picture in record["images"]]
    return Packed(record["key"], pictures, record_json(record, columns).decode())
