"""The reference recipe with Daft: ``python -m benchmarks.rivals.daft_func HOW INSTANCES OUT``.

Daft writes no WebDataset, so this gives Parquet. ``HOW`` is ``threads``, its default, or ``processes``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import daft
from daft import DataType

from benchmarks.rivals.user_code import Row, paths_and_boxes, tiled

BATCH = 50
BOXES, WHOLE_BOXES = (DataType.list(DataType.list(each)) for each in (DataType.float64(), DataType.int64()))
TILED = DataType.struct(
    {"key": DataType.string(), "bbox": BOXES, "bbox_1000": WHOLE_BOXES, "tiles": DataType.list(DataType.binary())}
)


def main(how: str, instances: Path, out: Path) -> None:
    function = daft.func(_tiled, return_dtype=TILED, use_process=how == "processes")
    rows = daft.from_pylist(paths_and_boxes(instances)).into_batches(BATCH)
    made = rows.select(function(rows["file_name"], rows["path"], rows["bbox"]).alias("made"))
    kept = made.where(made["made"].not_null())
    fields = (kept["made"].get(name).alias(name) for name in ("key", "bbox", "bbox_1000", "tiles"))
    kept.select(*fields).write_parquet(str(out))


def _tiled(file_name: str, path: str, bbox: list[Any]) -> Row | None:
    return tiled({"file_name": file_name, "path": path, "bbox": bbox})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    # Its threads often crash an interpreter that ends (0.7.26), after all is written.
    os._exit(0)
