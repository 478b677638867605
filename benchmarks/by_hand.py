"""What people write by hand for the same job: Pillow, LLaVA-NeXT's tiles, Parquet; in a pool or by ``datasets.map``.

``python -m benchmarks.by_hand pool|map INSTANCES OUT``
"""

from __future__ import annotations

import io
import json
import sys
from collections import defaultdict
from functools import partial
from math import ceil
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

WORKERS = 2
PER_SHARD = 500
TILE = 336
PINPOINTS = ((336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008))
Row = dict[str, Any]


def main(how: str, instances: Path, out: Path) -> None:
    out.mkdir(parents=True)
    folder, rows = instances.parent / "images", rows_of(instances)
    if how == "pool":
        shards = [
            (number, rows[start : start + PER_SHARD]) for number, start in enumerate(range(0, len(rows), PER_SHARD))
        ]
        with Pool(WORKERS) as pool:
            pool.map(partial(write_shard, folder, out), shards, chunksize=1)
    else:
        map_over(rows, folder, out)


def rows_of(instances: Path) -> list[Row]:
    """One row per picture, with its boxes."""
    data = json.loads(instances.read_bytes())
    boxes = defaultdict(list)
    for mark in data["annotations"]:
        x, y, width, height = mark["bbox"]
        boxes[mark["image_id"]].append([x, y, x + width, y + height])
    return [{"file_name": image["file_name"], "bbox": boxes[image["id"]]} for image in data["images"]]


def write_shard(folder: Path, out: Path, shard: tuple[int, list[Row]]) -> None:
    number, rows = shard
    with pq.ParquetWriter(out / f"train-{number:05d}.parquet", SCHEMA) as writer:
        for start in range(0, len(rows), 100):
            done = [processed(row, folder) for row in rows[start : start + 100]]
            writer.write_table(pa.Table.from_pylist(done, schema=SCHEMA))


def map_over(rows: list[Row], folder: Path, out: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    features = datasets.Features.from_arrow_schema(SCHEMA)
    source = datasets.Dataset.from_list(rows)
    mapped = source.map(
        processed,
        fn_kwargs={"folder": folder},
        features=features,
        num_proc=WORKERS,
        writer_batch_size=100,
        cache_file_name=str(out / "cache.arrow"),
    )
    mapped.to_parquet(str(out / "train.parquet"), batch_size=100)


SCHEMA = pa.schema(
    {
        "file_name": pa.string(),
        "bbox": pa.list_(pa.list_(pa.float64())),
        "bbox_1000": pa.list_(pa.list_(pa.int64())),
        "images": pa.list_(pa.struct({"bytes": pa.binary(), "path": pa.string()})),
    }
)


def processed(row: Row, folder: Path) -> Row:
    """One picture decoded, cut and encoded; its boxes cut to the picture, and as 0 to 1000."""
    with Image.open(folder / row["file_name"]) as file:
        picture = file.convert("RGB")
    width, height = picture.size
    sides = (width, height, width, height)
    boxes = [[min(max(value, 0.0), side) for value, side in zip(box, sides, strict=True)] for box in row["bbox"]]
    return {
        "file_name": row["file_name"],
        "bbox": boxes,
        "bbox_1000": [in_thousandths(box, picture.size) for box in boxes],
        "images": [{"bytes": jpeg(view), "path": f"{number}.jpg"} for number, view in enumerate(anyres(picture))],
    }


def in_thousandths(box: list[float], size: tuple[int, int]) -> list[int]:
    return [round(value / side * 1000) for value, side in zip(box, (*size, *size), strict=True)]


def anyres(picture: Image.Image) -> list[Image.Image]:
    """LLaVA-NeXT's views: the squashed whole, then tiles of the picture fitted into the best canvas."""
    best = max(PINPOINTS, key=lambda canvas: merit(picture.size, canvas))
    scale = min(best[0] / picture.width, best[1] / picture.height)
    fitted = picture.resize((min(ceil(picture.width * scale), best[0]), min(ceil(picture.height * scale), best[1])))
    canvas = Image.new("RGB", best)
    canvas.paste(fitted, ((best[0] - fitted.width) // 2, (best[1] - fitted.height) // 2))
    corners = [(x, y) for y in range(0, best[1], TILE) for x in range(0, best[0], TILE)]
    return [picture.resize((TILE, TILE)), *(canvas.crop((x, y, x + TILE, y + TILE)) for x, y in corners)]


def merit(size: tuple[int, int], canvas: tuple[int, int]) -> tuple[int, int]:
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    kept = min(int(size[0] * scale) * int(size[1] * scale), size[0] * size[1])
    return kept, kept - canvas[0] * canvas[1]


def jpeg(view: Image.Image, quality: int = 95) -> bytes:
    buffer = io.BytesIO()
    view.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
