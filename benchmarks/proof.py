"""That every contestant of ``benchmarks.preprocess`` has done the whole work, and the same."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from benchmarks.by_hand import PINPOINTS, TILE, in_thousandths, merit
from benchmarks.contestants import Contestant, Tiled
from benchmarks.rivals.user_code import Row, is_kept, paths_and_boxes, tiled

COMPARED = 40
"""About how many samples are compared pixel by pixel."""
NEAR = 30.0
"""Decibels from the tiles of the Pillow code, both as JPEG, that the median tile must reach."""


@dataclass(frozen=True)
class Proof:
    """What must come out: rows that are kept, by the number of their file, with their boxes and how many tiles."""

    rows: Mapping[int, Row]
    boxes: Mapping[int, list[list[int]]]
    tiles: Mapping[int, int]

    @property
    def counted(self) -> str:
        """What the bare loop prints."""
        return f"{sum(self.tiles.values())} views"


def expected_of(instances: Path) -> Proof:
    rows: dict[int, Row] = {}
    boxes, tiles = {}, {}
    for row in paths_and_boxes(instances):
        with Image.open(row["path"]) as file:
            size = file.size
        if not is_kept(size):
            continue
        number = int(Path(row["path"]).stem)
        columns, lines = max(PINPOINTS, key=partial(merit, size))
        rows[number], tiles[number] = row, 1 + columns // TILE * (lines // TILE)
        boxes[number] = [in_thousandths(box, size) for box in row["bbox"]]
    return Proof(rows, boxes, tiles)


def prove(contestant: Contestant, out: Path, proof: Proof) -> float:
    """Decibels between the median tile written and that of the Pillow code. ``SystemExit`` where they do not agree."""
    found: set[int] = set()
    decibels: list[float] = []
    step = max(1, len(proof.rows) // COMPARED)
    compared = set(sorted(proof.rows)[::step])
    for sample in contestant.written(out):
        _check(contestant, sample, proof)
        found.add(sample.number)
        if sample.number in compared:
            made = tiled(proof.rows[sample.number])
            assert made
            decibels += map(psnr, sample.tiles, made["tiles"])
    if found != set(proof.rows):
        raise SystemExit(f"{contestant.name} wrote {len(found)} samples of {len(proof.rows)}")
    if (middle := median(decibels)) < NEAR:
        raise SystemExit(f"{contestant.name}: its tiles are {middle:.1f} dB from those of the Pillow code")
    return middle


def _check(contestant: Contestant, sample: Tiled, proof: Proof) -> None:
    sizes = {_size(tile) for tile in sample.tiles}
    if sample.number not in proof.rows or len(sample.tiles) != proof.tiles[sample.number] or sizes != {(TILE, TILE)}:
        raise SystemExit(f"{contestant.name}: picture {sample.number} has {len(sample.tiles)} tiles of {sizes}")
    if sample.boxes != proof.boxes[sample.number]:
        raise SystemExit(f"{contestant.name}: picture {sample.number} has boxes {sample.boxes}")


def _size(tile: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(tile)) as file:
        return file.size


def psnr(one: bytes, other: bytes) -> float:
    """Peak signal-to-noise ratio of two pictures in decibels; infinite where they are equal."""
    first, second = (np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float64) for data in (one, other))
    error = float(np.mean((first - second) ** 2))
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def subset(instances: Path, count: int) -> tuple[Path, int]:
    """A COCO file beside ``instances`` with its first ``count`` pictures that the recipe keeps and as many that it does
    not, by turns; and how many pictures these are.
    """
    data = json.loads(instances.read_bytes())
    kept: list[Row] = []
    others: list[Row] = []
    for image in data["images"]:
        (kept if is_kept((image["width"], image["height"])) else others).append(image)
    few = [image for pair in zip_longest(kept[:count], others[:count]) for image in pair if image]
    numbers = {image["id"] for image in few}
    marks = [mark for mark in data["annotations"] if mark["image_id"] in numbers]
    path = instances.with_name(f"instances-{count}.json")
    path.write_text(json.dumps(data | {"images": few, "annotations": marks}))
    return path, len(few)
