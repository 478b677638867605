"""Tables of Lance."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.shards.exports.base import Export
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.tally import Tally
from vlmdata.shards.schema import sample_schema

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 8


class Lance(Export):
    """Tables of Lance, ``SPLIT.lance``; needs ``vlmdata[lance]``.

    Columns and rows are those of the Parquet shards; ``images`` is a list of ``{bytes, path}``. Written by Lance's own
    ``write_dataset``, which names its files at random: equal inputs make equal rows, not equal names.
    """

    name = "lance"
    takes_views = True
    needs = "lance"

    def write(self, given: Given, out: Path, tally: Tally) -> None:
        import pyarrow as pa

        lance: Any = import_module("lance")
        schema = sample_schema(given.manifest.columns)
        for split in given.splits:
            batches = _batches(given, split, schema, tally)
            table = lance.write_dataset(pa.RecordBatchReader.from_batches(schema, batches), str(out / f"{split}.lance"))
            tally.file(f"{split}.lance", samples=table.count_rows())


def _batches(given: Given, split: str, schema: pa.Schema, tally: Tally) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    records = given.records(split)
    while rows := list(islice(records, _ROWS)):
        yield pa.RecordBatch.from_pylist(rows, schema=schema)
        tally.wrote(split, len(rows))
