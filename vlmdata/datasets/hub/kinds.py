"""Which of our formats reads a data set on the Hub, told by what ``datasets`` makes of it and by its columns."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vlmdata.datasets.formats.columns import bytes_columns, find_columns
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.formats.url_columns import find_url_columns
from vlmdata.datasets.hub.files import (
    HubImageFolder,
    HubLlava,
    HubMessages,
    HubParquet,
    HubUrls,
    HubWebDataset,
    Shelf,
    Shelved,
    footer,
)
from vlmdata.datasets.hub.layout import Layout, holdings
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.hub import file_system
from vlmdata.io.json_rows import JsonRows, row_object
from vlmdata.types import Partition, Rejected

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_LOOKED_AT = 64
_TRIED = 4
_OF_ADDRESSES = frozenset({"url_column", "where", "sample", "seed"})
"""Options that only tables of addresses have."""

_ELSEWHERE = frozenset({"missing_file", "remote_image"})


def reader_of(layout: Layout, shelf: Shelf, title: str, options: Mapping[str, Any]) -> RowFormat:
    """The format that reads the files of ``layout``, with those of our options it takes.

    Raises ``InputError`` for what holds no pictures, and for options that do not go with what it holds.
    """
    _not_packed(shelf)
    match layout.module:
        case "parquet":
            return _parquet(shelf, title, options)
        case "webdataset":
            return _made(HubWebDataset, shelf, title, options)
        case "imagefolder":
            return _made(HubImageFolder, shelf, title, options)
        case "json":
            return _json(shelf, title, options)
        case "csv":
            return _made(HubUrls, shelf, title, options)
    raise InputError(
        f"{shelf.repo.id} holds no pictures: its files are of kind {layout.module} ({holdings(shelf.names)}). "
        "Read are Parquet, WebDataset tars, folders of pictures, conversations in JSON, and tables of addresses"
    )


def _not_packed(shelf: Shelf) -> None:
    packed = [name for name in shelf.names if name.endswith(".zip")]
    if packed:
        at = f"{shelf.repo.endpoint}/datasets/{shelf.repo.id}/resolve/{shelf.repo.revision}/{packed[0]}"
        raise InputError(
            f"{shelf.repo.id} keeps its data in archives ({holdings(packed)}): "
            f"get them one by one with 'vlmdata fetch archive --from {at}'"
        )


def _made(kind: type[Shelved], shelf: Shelf, title: str, options: Mapping[str, Any]) -> Shelved:
    for option in options:
        if option not in kind.model_fields:
            kept = kind.model_fields["format"].default
            raise InputError(f"{option} does not go with {shelf.repo.id}: its pictures are kept as {kept}")
    return kind.over(shelf, title, **options)


def _parquet(shelf: Shelf, title: str, options: Mapping[str, Any]) -> Shelved:
    name, image, text = shelf.names[0], options.get("image_column"), options.get("text_column")
    with footer(shelf, name, file_system(shelf.repo)) as file:
        schema = file.schema_arrow
        image = image or _picture_column(shelf, schema)
        if "url_column" in options or (image is None and _has_addresses(file, shelf)):
            return _made(HubUrls, shelf, title, options)
    found = find_columns(shelf.root / name, schema, image, text)
    return _made(HubParquet, shelf, title, {**options, "image_column": found.image} if found.image else options)


def _has_addresses(file: pq.ParquetFile, shelf: Shelf) -> bool:
    """Whether the first rows have web addresses where a table of them has them. ``InputError`` for no such column."""
    try:
        column = find_url_columns(shelf.names[0], file.schema_arrow, None, None, None).url
    except InputError as error:
        raise InputError(f"{shelf.repo.id} has no column of pictures; nor of their addresses: {error}") from error
    batch = next(file.iter_batches(_LOOKED_AT, columns=[column]), None)
    return batch is not None and any(_is_address(value) for value in batch.column(0).to_pylist())


def _is_address(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and one.startswith(("http://", "https://")) for one in values)


def _picture_column(shelf: Shelf, schema: pa.Schema) -> str | None:
    """The column of bytes that is not declared as another medium; by file names no column is told here."""
    from datasets import Features, Image

    declared = Features.from_arrow_schema(schema) if b"huggingface" in (schema.metadata or {}) else {}
    others = {}
    for name in bytes_columns(schema):
        feature = declared.get(name)
        kind = getattr(feature, "feature", feature)
        if isinstance(kind, Image) or not hasattr(kind, "decode_example"):
            return name
        others[name] = type(kind).__name__
    if others:
        media = ", ".join(f"{name} ({kind})" for name, kind in others.items())
        raise InputError(f"{shelf.repo.id} has no column of pictures, but {media}; vlmdata fetches pictures")
    return None


def _json(shelf: Shelf, title: str, options: Mapping[str, Any]) -> Shelved:
    name = shelf.names[0]
    fields: dict[str, bool] = {}
    for record in JsonRows(shelf[name], shelf.known[name].digest).between(0, _LOOKED_AT):
        with suppress(BadRecord):
            fields.update((field, _is_address(value)) for field, value in row_object(record).items())
    kind = next((kind for kind in (HubLlava, HubMessages) if kind.speaks in fields), None)
    if kind is None and (any(fields.values()) or _OF_ADDRESSES.intersection(options)):
        return _made(HubUrls, shelf, title, options)
    if kind is None:
        raise InputError(
            f"{shelf.repo.id}: {name} has neither conversations, nor messages, nor addresses of pictures, "
            f"only {holdings(fields)}"
        )
    reader = _made(kind, shelf, title, options)
    _have_pictures(reader, name, shelf)
    return reader


def _have_pictures(reader: Shelved, name: str, shelf: Shelf) -> None:
    """Refuse what only names pictures that others publish: every row would be lost."""
    first = list(reader.read(Partition(name, 0, min(_TRIED, reader.rows(name)))))
    lost = [item for item in first if isinstance(item, Rejected) and item.reason in _ELSEWHERE]
    if first and len(lost) == len(first):
        raise InputError(
            f"{shelf.repo.id}: the pictures that {name} names are not in the repository ({lost[0].detail}). Get them "
            f"where they are published, and take {{path: {name}, format: {reader.format}, images: FOLDER}} in a recipe"
        )
