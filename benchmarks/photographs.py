"""The input of ``benchmarks.preprocess``: cuts of real photographs with one box each, as files and a COCO file.

The photographs come with Debian's wallpaper packages, under free licences, and are not part of this project.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

REVISION = "1"
PROCESSES = 2
PACKAGES: Mapping[str, Sequence[str]] = {
    "lomiri-wallpapers-16.04": (
        "Bridge_by_Sander_Klootwijk.jpg",
        "Dragonfly_by_Bolly.jpg",
        "Picture_0B_by_freespace.jpg",
        "Picture_1A_by_freespace.jpg",
        "Wine_by_Jakkub_Mede.jpg",
        "aitzgorri_by_Aitzol_Berasategi.jpg",
        "friends_by_Aitzol_Berasategi.jpg",
        "greentock_by_Peter_Nerlich.jpg",
        "life_by_Aitzol_Berasategi.jpg",
        "picosdeeuropa_by_Aitzol_Berasategi.jpg",
        "seeding_by_Clements_Engelhardt.jpg",
        "sunset_by_Aitzol_Berasategi.jpg",
    ),
    "lomiri-wallpapers-20.04": ("Kleiber_by_Lukas_Baubkus.jpg",),
    "mate-backgrounds": (
        *("nature/Dune.jpg", "nature/FreshFlower.jpg", "nature/Garden.jpg", "nature/GreenMeadow.jpg"),
        *("nature/LadyBird.jpg", "nature/RainDrops.jpg", "nature/TwoWings.jpg", "nature/YellowFlower.jpg"),
    ),
    "plasma-workspace-wallpapers": tuple(
        f"{name}/contents/images/{size}.jpg"
        for size, names in {
            "2560x1600": ("BytheWater", "ColorfulCups", "EveningGlow", "FallenLeaf", "OneStandsOut", "Path"),
            "5120x2880": ("Volna",),
        }.items()
        for name in names
    ),
}

PLAIN = (640, 480)
PLAIN_QUALITY = 90
LONG_SIDE = (900.0, 0.55)
"""Median of the longer side of the web's pictures, and the deviation of its logarithm."""
SIDES = (120, 3500)
RATIOS = (4 / 3, 3 / 2, 16 / 9, 1.0, 3 / 4, 2 / 3, 7 / 2)
RATIO_SHARES = (0.28, 0.24, 0.16, 0.1, 0.12, 0.08, 0.02)
FORMATS = {"jpg": 0.94, "png": 0.03, "webp": 0.03}
PROGRESSIVE = 0.25
QUALITIES = (75, 80, 85, 90, 95)
QUALITY_SHARES = (0.3, 0.2, 0.25, 0.15, 0.1)
CHROMA = ("4:2:0", "4:4:4")
CHROMA_SHARES = (0.8, 0.2)
_MOST_SHRINKING = 2.5
"""Cuts are not shrunk further, so that they have no finer detail per pixel than published photos."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One picture to make: where it is taken from, and how it is saved."""

    name: str
    photo: int
    box: tuple[float, float, float, float]
    size: tuple[int, int]
    options: Mapping[str, Any]


Drawn = Callable[[np.random.Generator], tuple[str, tuple[int, int], dict[str, Any]]]
"""Gives the suffix of a picture, its size, and how it is saved."""


def make(folder: Path, photographs: Path, kind: str, count: int) -> Path:
    """``count`` pictures of ``kind`` (``web`` or ``640x480``), the same every time; the path of ``instances.json``.

    Those of an earlier call with the same arguments serve.
    """
    home = folder / f"{kind}-{REVISION}-{count}"
    instances = home / "instances.json"
    if instances.exists():
        return instances
    photos = found(photographs)
    (home / "images").mkdir(parents=True, exist_ok=True)
    sizes = [_size_of(photo) for photo in photos]
    drawn = {"web": _web, "640x480": _plain}[kind]
    cuts = [_cut(number, sizes, drawn) for number in range(count)]
    by_photo = defaultdict(list)
    for cut in cuts:
        by_photo[cut.photo].append(cut)
    work = [(photos[number], some) for number, some in sorted(by_photo.items())]
    with Pool(PROCESSES) as pool:
        pool.starmap(partial(_save, home / "images"), work, chunksize=1)
    instances.write_text(json.dumps(_coco(cuts)))
    return instances


def found(folder: Path) -> list[Path]:
    """The photographs somewhere below ``folder``. ``SystemExit`` that says how to get them where some are missing."""
    files = {path.as_posix(): path for path in folder.rglob("*.jpg")}
    photos, missing = [], set()
    for package, names in PACKAGES.items():
        for name in names:
            hit = min((path for path in files if path.endswith(f"/{name}")), default=None)
            photos += [files[hit]] if hit else []
            missing |= set() if hit else {package}
    if missing:
        raise SystemExit(
            f"photographs are missing below {folder}. On Debian: apt-get install {' '.join(sorted(missing))}. "
            "Or, without installing: apt-get download the same, dpkg-deb -x each FILE into a folder, "
            "and give it as --photographs"
        )
    return photos


def _cut(number: int, sizes: Sequence[tuple[int, int]], drawn: Drawn) -> Cut:
    rng = np.random.default_rng([ord(REVISION), number])
    suffix, (width, height), options = drawn(rng)
    rooms = [min(across / width, down / height) for across, down in sizes]
    fitting = [photo for photo, room in enumerate(rooms) if room >= 1] or [int(np.argmax(rooms))]
    photo = int(rng.choice(fitting))
    zoom = min(rooms[photo], float(np.exp(rng.uniform(0, np.log(_MOST_SHRINKING)))))
    across, down = sizes[photo]
    wide, high = min(width * zoom, across), min(height * zoom, down)
    left, top = rng.uniform(0, 1, 2) * (across - wide, down - high)
    return Cut(
        f"{number:06d}.{suffix}",
        photo,
        (left, top, min(left + wide, across), min(top + high, down)),
        (width, height),
        options,
    )


def _plain(rng: np.random.Generator) -> tuple[str, tuple[int, int], dict[str, Any]]:
    return "jpg", PLAIN, {"quality": PLAIN_QUALITY}


def _web(rng: np.random.Generator) -> tuple[str, tuple[int, int], dict[str, Any]]:
    suffix = str(rng.choice(list(FORMATS), p=list(FORMATS.values())))
    median, deviation = LONG_SIDE
    longer = np.clip(median * np.exp(deviation * rng.standard_normal()), *SIDES)
    ratio = rng.choice(RATIOS, p=RATIO_SHARES)
    size = (longer, longer / ratio) if ratio >= 1 else (longer * ratio, longer)
    width, height = (max(SIDES[0], round(side)) for side in size)
    options: dict[str, Any] = {"quality": int(rng.choice(QUALITIES, p=QUALITY_SHARES))}
    chroma, progressive = str(rng.choice(CHROMA, p=CHROMA_SHARES)), bool(rng.random() < PROGRESSIVE)
    if suffix == "jpg":
        options |= {"subsampling": chroma, "progressive": progressive}
    return suffix, (width, height), {} if suffix == "png" else options


def _save(folder: Path, photo: Path, cuts: Sequence[Cut]) -> None:
    with Image.open(photo) as im:
        whole = im.convert("RGB")
    for cut in cuts:
        whole.resize(cut.size, Image.Resampling.LANCZOS, cut.box).save(folder / cut.name, **cut.options)


def _size_of(photo: Path) -> tuple[int, int]:
    with Image.open(photo) as im:
        return im.size


def _coco(cuts: Sequence[Cut]) -> dict[str, Any]:
    """COCO's instances: a box in every picture."""
    images, marks = [], []
    for number, cut in enumerate(cuts, 1):
        width, height = cut.size
        rng = np.random.default_rng(number)
        left, top = rng.uniform(0, 0.5, 2)
        wide, high = rng.uniform(0.1, 0.5, 2)
        bbox = [round(float(value), 2) for value in (left * width, top * height, wide * width, high * height)]
        images.append({"id": number, "file_name": cut.name, "width": width, "height": height})
        marks.append({"id": number, "image_id": number, "category_id": 1, "bbox": bbox, "iscrowd": 0})
    return {"images": images, "annotations": marks, "categories": [{"id": 1, "name": "thing"}]}
