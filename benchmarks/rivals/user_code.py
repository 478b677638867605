"""The reference recipe as a user writes it with Pillow: what is given to ``datasets``, Ray, Daft and Data-Juicer.

Nothing but Pillow, so that it runs in any environment.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.by_hand import anyres, in_thousandths, jpeg, rows_of

QUALITY = 90
MIN_SIDE = 200
MAX_ASPECT = 3
Row = dict[str, Any]


def paths_and_boxes(instances: Path) -> list[Row]:
    """One row per picture: its name, its path, its boxes ``[x1, y1, x2, y2]`` in pixels."""
    folder = instances.parent / "images"
    return [{**row, "path": str(folder / row["file_name"])} for row in rows_of(instances)]


def is_kept(size: tuple[int, int]) -> bool:
    return min(size) >= MIN_SIDE and max(size) <= MAX_ASPECT * min(size)


def tiled(row: Row) -> Row | None:
    """All of the recipe in one pass; None for a picture that is not kept."""
    with Image.open(row["path"]) as file:
        if not is_kept(file.size):
            return None
        picture = file.convert("RGB")
    return {
        "key": row["file_name"].partition(".")[0],
        "bbox": row["bbox"],
        "bbox_1000": [in_thousandths(box, picture.size) for box in row["bbox"]],
        "tiles": tiles(picture),
    }


def tiles(picture: Image.Image) -> list[bytes]:
    return [jpeg(view, QUALITY) for view in anyres(picture)]


def members(row: Row) -> dict[str, Any]:
    """A row of ``tiled`` as WebDataset has it: one member per tile, the rest as JSON."""
    beside = json.dumps({"bbox": row["bbox"], "bbox_1000": row["bbox_1000"]}).encode()
    return {"__key__": row["key"], "json": beside} | {f"{n}.jpg": tile for n, tile in enumerate(row["tiles"])}
