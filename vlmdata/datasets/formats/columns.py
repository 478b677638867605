"""Which columns of a table hold the pictures and the text: as the recipe says, else by name and type."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.datasets.fields import TEXT_FIELDS, field_named
from vlmdata.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

_IMAGE_COLUMNS = ("image", "images", "img", "picture", "jpg", "jpeg", "png", "webp", "image_bytes")

_ADDRESSES = ("url", "urls", "image_url", "image_urls")


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns; None where a table has none of that kind."""

    image: str | None
    text: str | None


def find_columns(path: Path, schema: pa.Schema, image: str | None, text: str | None) -> Columns:
    """Columns of the table at ``path``; a given ``image`` or ``text`` must be there (small and capital letters alike).

    A column of bytes goes before one of file names (Data-Juicer writes both), a known name before any other.
    Raises ``InputError`` for a given column that is missing, for a list of web addresses, and where there are
    neither pictures nor text.
    """
    found = Columns(
        _given(path, schema, "image_column", image) if image else _image_column(schema),
        _given(path, schema, "text_column", text) if text else _text_column(schema),
    )
    address = field_named(schema.names, _ADDRESSES)
    if found.image is None and address:
        raise InputError(
            f"{path} holds addresses of pictures ({address}), not pictures: get them with 'vlmdata fetch urls'"
        )
    if found.image is None and found.text is None:
        raise InputError(
            f"{path} has neither a column of pictures nor one of text that could be told by name and type: "
            f"set image_column or text_column to one of {', '.join(schema.names)}"
        )
    return found


def _given(path: Path, schema: pa.Schema, option: str, name: str) -> str:
    column = name if name in schema.names else field_named(schema.names, [name.lower()])
    if column is None:
        raise InputError(f"{option}: {path} has no column {name!r}, only {', '.join(schema.names)}")
    return column


def bytes_columns(schema: pa.Schema) -> list[str]:
    """Columns that hold files themselves, those first that are called as columns of pictures are."""
    found = [field.name for field in schema if _holds_bytes(_item(field.type))]
    known = field_named(found, _IMAGE_COLUMNS)
    return sorted(found, key=lambda name: name != known)


def _image_column(schema: pa.Schema) -> str | None:
    import pyarrow as pa

    named_in = [
        field.name
        for field in schema
        if pa.types.is_string(_item(field.type)) or pa.types.is_large_string(_item(field.type))
    ]
    return next(iter(bytes_columns(schema)), None) or field_named(named_in, _IMAGE_COLUMNS)


def _text_column(schema: pa.Schema) -> str | None:
    return field_named(schema.names, TEXT_FIELDS)


def _item(kind: pa.DataType) -> pa.DataType:
    """The type of a value, or of an item where it is a list."""
    import pyarrow as pa

    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return kind.value_type if lists else kind


def _holds_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        names = [kind.field(number).name for number in range(kind.num_fields)]
        return "bytes" in names and _holds_bytes(kind.field("bytes").type)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
