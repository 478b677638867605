"""Which columns of a table of addresses hold them, their texts and their hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmdata.datasets.fields import TEXT_FIELDS, field_named
from vlmdata.errors import InputError
from vlmdata.io.table.columns import column_named, listed

if TYPE_CHECKING:
    import pyarrow as pa

_ADDRESSES = (
    {"url", "urls", "image_url", "image_urls", "img_url", "img_urls", "imageurl", "image_link"},
    {"image", "images", "img", "link", "src", "picture", "uri"},
)
"""Names of columns of addresses; those of the first set go before those of the second, and ``…_url`` comes last."""

_TEXTS = (*TEXT_FIELDS, "alt_text", "alt", "title")


@dataclass(frozen=True, slots=True)
class UrlColumns:
    """Names of the columns; None where there is none of that kind. ``several``: a row may have several texts."""

    url: str
    text: str | None
    hash: str | None
    several: bool


def find_url_columns(table: str, schema: pa.Schema, url: str | None, text: str | None, hash_: str | None) -> UrlColumns:
    """Columns as they are given (capitals do not matter), else told by name and type.

    Raises ``InputError``, with the names there are, for a given one that is missing and for addresses that could be
    in no column or in several. Hashes are never looked for: a column ``hash`` is often one of something else.
    """
    names = schema.names
    spoken = column_named(text, names, table) if text else field_named(names, _TEXTS)
    return UrlColumns(
        url=_of_strings(table, schema, column_named(url, names, table)) if url else _told_by_name(table, schema),
        text=spoken,
        hash=column_named(hash_, names, table) if hash_ else None,
        several=spoken is not None and not _is_text(schema.field(spoken).type),
    )


def _of_strings(table: str, schema: pa.Schema, name: str) -> str:
    if _is_text(_item(schema.field(name).type)):
        return name
    raise InputError(f"url_column: column {name!r} of {table} holds {schema.field(name).type}, not addresses")


def _told_by_name(table: str, schema: pa.Schema) -> str:
    names: list[str] = [field.name for field in schema if _is_text(_item(field.type))]
    likely = [[name for name in names if name.lower() in known] for known in _ADDRESSES]
    likely.append([name for name in names if name.lower().endswith(("url", "urls"))])
    found = next((some for some in likely if some), [])
    if len(found) == 1:
        return found[0]
    why = f"{' and '.join(found)} could each be the column" if found else "no column of text is called like one"
    raise InputError(
        f"{table}: {why} of the addresses of pictures. Name it with url_column (--url-column); "
        f"the columns are {listed(schema.names)}"
    )


def _item(kind: pa.DataType) -> pa.DataType:
    """The type of a value, or of an item where it is a list."""
    import pyarrow as pa

    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return kind.value_type if lists else kind


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
