"""The reference recipe with Hugging Face ``datasets``.

``python -m benchmarks.rivals.datasets_map HOW INSTANCES OUT WORKERS PER_SHARD``.

``steps`` is as its documentation teaches: ``filter``, ``map`` for the boxes, ``map`` for the tiles, over a column of
pictures, each of which decodes anew. ``one-pass`` gives one function to ``map`` and opens the file in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import datasets
import webdataset

from benchmarks.rivals.user_code import Row, in_thousandths, is_kept, members, paths_and_boxes, tiled, tiles

FEATURES = datasets.Features(
    {
        "key": datasets.Value("string"),
        "bbox": datasets.List(datasets.List(datasets.Value("float64"))),
        "bbox_1000": datasets.List(datasets.List(datasets.Value("int64"))),
        "tiles": datasets.List(datasets.Value("binary")),
    }
)


def main(how: str, instances: Path, out: Path, workers: int, per_shard: int) -> None:
    out.mkdir(parents=True)
    datasets.disable_progress_bars()
    rows = datasets.Dataset.from_list(paths_and_boxes(instances))
    made = (in_steps if how == "steps" else in_one_pass)(rows, workers)
    write(made, out, per_shard)


def in_steps(rows: datasets.Dataset, workers: int) -> datasets.Dataset:
    pictures = rows.rename_column("path", "image").cast_column("image", datasets.Image(mode="RGB"))
    kept = pictures.filter(lambda image: is_kept(image.size), input_columns="image", num_proc=workers)
    boxed = kept.map(_with_boxes, num_proc=workers)
    return boxed.map(_with_tiles, remove_columns=["image", "file_name"], features=FEATURES, num_proc=workers)


def in_one_pass(rows: datasets.Dataset, workers: int) -> datasets.Dataset:
    """A batched ``map`` may give fewer rows than it takes, so the filter is inside."""
    return rows.map(
        _batch,
        batched=True,
        batch_size=50,
        remove_columns=rows.column_names,
        features=FEATURES,
        num_proc=workers,
    )


def write(rows: Iterable[Row], out: Path, per_shard: int) -> None:
    with webdataset.ShardWriter(str(out / "train-%05d.tar"), maxcount=per_shard, verbose=0) as sink:
        for row in rows:
            sink.write(members(row))


def _with_boxes(row: Row) -> Row:
    return {"bbox_1000": [in_thousandths(box, row["image"].size) for box in row["bbox"]]}


def _with_tiles(row: Row) -> Row:
    return {"key": row["file_name"].partition(".")[0], "tiles": tiles(row["image"])}


def _batch(columns: dict[str, list[object]]) -> dict[str, list[object]]:
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    kept = [row for row in map(tiled, rows) if row]
    return {name: [row[name] for row in kept] for name in FEATURES}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
