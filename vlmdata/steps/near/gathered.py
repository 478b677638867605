"""Signatures of all tasks, in the order of the run: numbers in memory, thumbnails in a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.pixels.perceptual import THUMBNAIL_BYTES
from vlmdata.steps.near.thumbnails import Thumbnails

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.dataset
    from numpy.typing import NDArray

_ROWS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Gathered:
    """One row for each sample that has a hash; ``text`` is a number that is equal where the text has to be."""

    task: NDArray[np.int32]
    key: pa.Array
    hash: NDArray[np.uint64]
    mirrored: NDArray[np.uint64]
    text: NDArray[np.uint64]
    pixels: NDArray[np.int64]
    aspect: NDArray[np.float64]
    thumbnails: Thumbnails


def gather(signatures: pyarrow.dataset.Dataset, scratch: Path) -> Gathered:
    """Read them once; thumbnails go into ``scratch`` on the way."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    path = scratch / "thumbnails"
    parts, sizes = [], [np.zeros(0, np.int64)]
    with path.open("wb") as file:
        options = {"batch_size": _ROWS_AT_ONCE, "batch_readahead": 1, "fragment_readahead": 1}
        for batch in signatures.to_batches(filter=pc.field("hash").is_valid(), **options):
            thumbnails = batch["thumbnails"]
            sizes.append(pc.binary_length(thumbnails).to_numpy().astype(np.int64))
            file.writelines(thumbnails.to_pylist())
            parts.append(batch.drop_columns(["thumbnails"]))
    schema = pa.schema([field for field in signatures.schema if field.name != "thumbnails"])
    table = pa.Table.from_batches(parts, schema)
    size = np.concatenate(sizes)
    order = np.lexsort((table["row"].to_numpy(), table["task"].to_numpy()))
    table = table.take(pa.array(order)).combine_chunks()
    first = (np.cumsum(size) - size)[order] // THUMBNAIL_BYTES
    text = b"".join(table["text"].to_pylist())
    return Gathered(
        task=table["task"].to_numpy(),
        key=pa.concat_arrays(table["key"].chunks) if len(table) else pa.array([], pa.string()),
        hash=table["hash"].to_numpy(),
        mirrored=pc.fill_null(table["mirrored"], 0).to_numpy(),
        text=np.frombuffer(text, np.uint64),
        pixels=table["pixels"].to_numpy(),
        aspect=table["aspect"].to_numpy(),
        thumbnails=Thumbnails(path, first, (size[order] // THUMBNAIL_BYTES).astype(np.int32)),
    )
