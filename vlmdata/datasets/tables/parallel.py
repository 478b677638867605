"""Lists side by side in one JSON object, as the table they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import input_digest
from vlmdata.io.json_rows import row_object
from vlmdata.io.json_stream import Element, section_elements
from vlmdata.io.table.made import made_once

_VERSION = 1
_AT_ONCE = 8192


def parallel_lists(path: Path) -> Path:
    """``{"urls": [...], "captions": [...]}`` as Parquet in the cache: a column of text for each list.

    Entries that are no text stand as null, numbers as text. One list after the other is read, a few thousand entries
    at a time. ``InputError`` where the file is no such object, or its lists are not of one length.
    """
    return made_once(f"parallel-v{_VERSION}-{input_digest(path)}.parquet", partial(_write, path))


def _write(path: Path, target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with TemporaryDirectory(dir=target.parent) as folder, ExitStack() as stack:
        columns: dict[str, pq.ParquetFile] = {}
        for name, members in groupby(section_elements(path), itemgetter(0)):
            part = Path(folder, f"{len(columns)}.parquet")
            _write_list((element for _, element in members), part)
            columns[name] = stack.enter_context(pq.ParquetFile(part))
        lengths = {name: int(file.metadata.num_rows) for name, file in columns.items()}
        if len(set(lengths.values())) != 1:
            found = ", ".join(f"{name} has {length}" for name, length in lengths.items()) or "it has none"
            raise InputError(f"{path} is not an object of lists of the same length: {found}")
        schema = pa.schema([(name, pa.string()) for name in columns])
        with pq.ParquetWriter(target, schema) as writer:
            for batches in zip(*(file.iter_batches(_AT_ONCE) for file in columns.values()), strict=True):
                writer.write_batch(pa.record_batch([batch.column(0) for batch in batches], schema=schema))


def _write_list(elements: Iterable[Element], target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = map(_text, elements)
    with pq.ParquetWriter(target, pa.schema([("value", pa.string())])) as writer:
        for chunk in _chunks(texts):
            writer.write_batch(pa.record_batch([pa.array(chunk, pa.string())], names=["value"]))


def _chunks(texts: Iterator[str | None]) -> Iterator[list[str | None]]:
    while chunk := list(islice(texts, _AT_ONCE)):
        yield chunk


def _text(element: Element) -> str | None:
    try:
        value = row_object(b'{"value":' + element.raw + b"}")["value"]
    except BadRecord:
        return None
    return str(value) if isinstance(value, str | int | float) else None
