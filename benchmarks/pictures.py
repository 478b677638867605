"""The input of the benchmarks: photo-like pictures with boxes, as a folder of JPEG files and a COCO file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from vlmdata.datasets.shapes.dataset import sample

SIZE = (640, 480)
QUALITY = 90
_GRAIN = 5.0
"""Noise that brings the files to the size of published photos of 640x480, about 90 kB at quality 90."""


def make(folder: Path, count: int) -> Path:
    """``count`` scenes of ``shapes`` at ``SIZE`` with grain, the same every time; the path of ``instances.json``."""
    instances = folder / "instances.json"
    (folder / "images").mkdir(parents=True)
    images, marks = [], []
    row = 0
    while len(images) < count:
        scene = sample("train", row)
        row += 1
        if scene.meta["scene"] != "plain" or scene.meta["bad"] or scene.meta["odd"]:
            continue
        with Image.open(io.BytesIO(scene.images[0].data or b"")) as im:
            width, height = im.size
            whole = im.convert("RGB").resize(SIZE)
        number = len(images) + 1
        images.append({"id": number, "file_name": f"{number:06d}.jpg", "width": SIZE[0], "height": SIZE[1]})
        _grainy(whole, row).save(folder / "images" / f"{number:06d}.jpg", quality=QUALITY)
        for box in (mark.box for mark in scene.annotations if mark.box):
            x, y = box.x1 * SIZE[0] / width, box.y1 * SIZE[1] / height
            bbox = [x, y, box.width * SIZE[0] / width, box.height * SIZE[1] / height]
            marks.append({"id": len(marks) + 1, "image_id": number, "category_id": 1, "bbox": bbox, "iscrowd": 0})
    data = {"images": images, "annotations": marks, "categories": [{"id": 1, "name": "figure"}]}
    instances.write_text(json.dumps(data))
    return instances


def _grainy(picture: Image.Image, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0.0, _GRAIN, (SIZE[1], SIZE[0], 1))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))
