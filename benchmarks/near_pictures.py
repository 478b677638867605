"""Pictures that are copies of one another, and pictures that only look so, from real photographs.

Copies are resized, cropped, written upon, slightly recoloured and saved as JPEG. Look-alikes are other cuts of the same
photograph, other views of it, the same with something else in front, and pages and charts of one form. Pages and charts
have copies, too, but are not written upon: that would make another page.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

REVISION = 1
LIST = Path(__file__).with_name("near_photographs.txt")
"""Photographs of Debian packages and of source archives of Python packages, each unpacked in a folder of its name."""
Half = Literal["development", "test"]
SIDE = 640
"""Pixels of the longer side of a picture before it is copied."""
RESIZES = (0.3, 1.5)
QUALITIES = (30, 95)
CROP = 0.05
"""The most that is cut off at each edge."""
COLOUR = 0.08
"""The most by which brightness, contrast and each channel change; saturation by twice that."""
CHANCES = {"crop": 0.7, "colour": 0.7, "text": 0.5}
SHARE_OF_COPIES = 0.75
OTHER_CUTS, VIEWS, PASTED = 4, 3, 3
"""Look-alikes of each scene."""
PLAIN = 3.0
"""Scenes with less detail are skies and walls of which there is one copy: they must stay, however alike."""
FORMS, FILLINGS = 30, 8
"""Forms of pages and as many of charts, and how often each is filled in."""
_WORDS = [
    "total",
    "image",
    "of",
    "data",
    "river",
    "value",
    "model",
    "table",
    "green",
    "market",
    "year",
    "house",
    "line",
    "report",
    "water",
    "small",
    "number",
]

Random = np.random.Generator
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Truth:
    """One picture made: those of a group are copies of one another. ``kind`` says how the group came about."""

    name: str
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class Job:
    """The groups that come of one photograph, or of one form."""

    name: str
    photo: Path | None
    others: Sequence[Path]
    copies: int


def make(folder: Path, photographs: Path, half: Half, count: int) -> Path:
    """About ``count`` pictures of one half of the photographs, the same every time; the path of ``truth.json``."""
    home = folder / f"near-{REVISION}-{half}-{count}"
    truth = home / "truth.json"
    if truth.exists():
        return truth
    home.mkdir(parents=True, exist_ok=True)
    with Pool(2) as pool:
        made = pool.map(partial(_make, home), list(_jobs(photographs, half, count)), chunksize=1)
    rows = sorted((row for rows in made for row in rows), key=lambda row: row.name)
    truth.write_text(json.dumps([asdict(row) for row in rows]))
    return truth


def photographs_of(folder: Path, half: Half) -> list[Path]:
    """Every second photograph of the list. ``SystemExit`` where some are missing."""
    names = LIST.read_text().split("\n")[:-1]
    missing = sorted({name.split("/")[0] for name in names if not (folder / name).exists()})
    if missing:
        raise SystemExit(f"{folder} lacks photographs of {', '.join(missing)}; unpack each in a folder of its name")
    return [folder / name for name in names[half == "test" :: 2]]


def _jobs(photographs: Path, half: Half, count: int) -> Iterator[Job]:
    photos = photographs_of(photographs, half)
    scenes = sum(_scene_count(photo) for photo in photos)
    copies = max(2, round(SHARE_OF_COPIES * count / scenes))
    for number, photo in enumerate(photos):
        others = [photos[(number + step) % len(photos)] for step in (7, 13, 29, 41)]
        yield Job(f"photo-{number}", photo, others, copies)
    for number in range(FORMS):
        yield Job(f"page-{half}-{number}", None, (), 3)
        yield Job(f"chart-{half}-{number}", None, (), 3)


def _scene_count(photo: Path) -> int:
    with Image.open(photo) as image:
        longer = max(image.size)
    return 8 if longer >= 1800 else 4 if longer >= 1000 else 1


def _make(home: Path, job: Job) -> list[Truth]:
    rng = np.random.default_rng([REVISION, *job.name.encode()])
    groups = _forms(job, rng) if job.photo is None else _of_photo(job, rng)
    rows = []
    for kind, number, picture, copies in groups:
        group = f"{job.name}-{kind}-{number}"
        for copy in range(copies):
            name = f"{group}-{copy}.jpg"
            untouched = copy == 0 and kind == "scene"
            changed, quality = (picture, 95) if untouched else changed_copy(picture, rng, job.photo is not None)
            changed.save(home / name, quality=quality)
            rows.append(Truth(name, group, kind))
    return rows


def changed_copy(picture: Image.Image, rng: Random, written: bool = True) -> tuple[Image.Image, int]:
    """Cut, recoloured, written upon and resized; and the quality to save it at."""
    if rng.random() < CHANCES["crop"]:
        left, upper, right, lower = rng.uniform(0, CROP, 4)
        width, height = picture.size
        box = left * width, upper * height, (1 - right) * width, (1 - lower) * height
        picture = picture.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]
    if rng.random() < CHANCES["colour"]:
        for enhance, most in ((ImageEnhance.Brightness, 1), (ImageEnhance.Contrast, 1), (ImageEnhance.Color, 2)):
            picture = enhance(picture).enhance(1 + most * rng.uniform(-COLOUR, COLOUR))
        gains = 1 + rng.uniform(-COLOUR, COLOUR, 3) / 2
        picture = Image.fromarray(np.clip(np.asarray(picture) * gains, 0, 255).astype(np.uint8))
    if written and rng.random() < CHANCES["text"]:
        picture = _written_upon(picture.copy(), rng)
    factor = math.exp(rng.uniform(*np.log(RESIZES)))
    width, height = (max(8, round(side * factor)) for side in picture.size)
    kernel = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)[rng.integers(3)]
    return picture.resize((width, height), kernel), int(rng.integers(QUALITIES[0], QUALITIES[1] + 1))


def _written_upon(picture: Image.Image, rng: Random) -> Image.Image:
    draw = ImageDraw.Draw(picture)
    height = max(9, round(picture.height * rng.uniform(0.03, 0.055)))
    words = " ".join(rng.choice(_WORDS, rng.integers(1, 4)))
    place = rng.uniform(0.02, 0.6) * picture.width, rng.choice([0.03, 0.9, rng.uniform(0.03, 0.9)]) * picture.height
    draw.text(place, words, fill=(255, 255, 255), font=_font(height), stroke_width=1, stroke_fill=(0, 0, 0))
    return picture


Group = tuple[str, int, Image.Image, int]


def _of_photo(job: Job, rng: Random) -> Iterator[Group]:
    assert job.photo
    photo = _opened(job.photo)
    others = [_opened(other) for other in job.others]
    seen: list[Box] = []
    for number, box in enumerate(_windows(photo.size, _scene_count(job.photo), rng)):
        scene = _cut(photo, box)
        if _detail(scene) < PLAIN:
            yield "plain", number, scene, 1
            continue
        seen.append(box)
        yield "scene", number, scene, max(2, round(job.copies * rng.uniform(0.4, 1.6)))
        for other in range(OTHER_CUTS):
            moved = _moved(box, photo.size, seen, rng)
            if moved:
                seen.append(moved)
                yield "cut", number * OTHER_CUTS + other, _cut(photo, moved), 1
        for view, picture in enumerate(_views(scene, rng)):
            yield "view", number * VIEWS + view, picture, 1
        for paste in range(PASTED):
            yield "pasted", number * PASTED + paste, _pasted(scene, others[paste % len(others)], rng), 1


def _detail(picture: Image.Image) -> float:
    """How much neighbouring pixels of a thumbnail differ, in levels."""
    small = np.asarray(picture.convert("L").resize((64, 64), Image.Resampling.BOX), float)
    return float(np.abs(np.diff(small, axis=0)).mean() + np.abs(np.diff(small, axis=1)).mean())


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.draft("RGB", (2400, 2400))
        picture = ImageOps.exif_transpose(image.convert("RGBA") if image.mode in ("P", "LA", "RGBA") else image)
        if picture.mode == "RGBA":
            picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
        picture = picture.convert("RGB")
    picture.thumbnail((2400, 2400))
    return picture


def _windows(size: tuple[int, int], count: int, rng: Random) -> list[Box]:
    """Parts of a photograph that hardly overlap; all of it where it gives but one scene."""
    width, height = size
    if count == 1:
        return [(0, 0, width, height)]
    found: list[Box] = []
    for _ in range(400):
        w, h = rng.uniform(0.25, 0.45, 2) * size
        x, y = rng.uniform(0, 1) * (width - w), rng.uniform(0, 1) * (height - h)
        box = (x, y, x + w, y + h)
        if len(found) < count and 0.5 < w / h < 2.2 and all(_overlap(box, other) < 0.15 for other in found):
            found.append(box)
    return found


def _moved(box: Box, size: tuple[int, int], seen: Sequence[Box], rng: Random) -> Box | None:
    """Another window of the photograph, that shares at most 60 % with each one seen already."""
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    for _ in range(60):
        zoom = rng.choice([1, 1, rng.uniform(0.55, 0.75)])
        dx, dy = rng.uniform(-0.5, 0.5, 2) * (width, height)
        x, y = x0 + dx + (1 - zoom) * width / 2, y0 + dy + (1 - zoom) * height / 2
        other = (x, y, x + zoom * width, y + zoom * height)
        inside = x >= 0 and y >= 0 and other[2] <= size[0] and other[3] <= size[1]
        if inside and _overlap(box, other) > 0.2 and all(_overlap(other, one) < 0.6 for one in seen):
            return other
    return None


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def _cut(photo: Image.Image, box: Box) -> Image.Image:
    picture = photo.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture


def _views(scene: Image.Image, rng: Random) -> Iterator[Image.Image]:
    """As from other places: corners moved inwards by up to 22 % of the sides, differently for each."""
    width, height = scene.size
    corners = np.array([(0, 0), (0, 1), (1, 1), (1, 0)], float)
    taken = [np.zeros((4, 2))]
    while len(taken) <= VIEWS:
        inwards = rng.uniform(0, 0.22, (4, 2))
        if all(np.abs(inwards - other).mean() > 0.09 for other in taken):
            taken.append(inwards)
            moved = (corners + (1 - 2 * corners) * inwards) * (width, height)
            yield scene.transform(scene.size, Image.Transform.QUAD, tuple(moved.ravel()), Image.Resampling.BICUBIC)


def _pasted(scene: Image.Image, other: Image.Image, rng: Random) -> Image.Image:
    """The same place with something else in it, on 10 to 25 % of the area."""
    width, height = scene.size
    side = math.sqrt(rng.uniform(0.1, 0.25) * 4 / math.pi)
    w, h = round(side * width), round(side * height)
    x, y = (round(rng.uniform(0.1, 0.9) * room) for room in (width - w, height - h))
    mask = Image.new("L", (w, h))
    ImageDraw.Draw(mask).ellipse((0, 0, w, h), fill=255)
    picture = scene.copy()
    picture.paste(ImageOps.fit(other, (w, h), centering=tuple(rng.uniform(0, 1, 2))), (x, y), mask)  # type: ignore[arg-type]
    return picture


def _forms(job: Job, rng: Random) -> Iterator[Group]:
    kind = job.name.split("-")[0]
    fill: Callable[[int, Random], Image.Image] = _page if kind == "page" else _chart
    form = int(rng.integers(1 << 30))
    for number in range(FILLINGS):
        yield kind, number, fill(form, rng), job.copies


def _page(form: int, rng: Random) -> Image.Image:
    """A page of a form: the same header, rules and number of lines, other words and numbers."""
    layout = np.random.default_rng(form)
    picture = Image.new("RGB", (500, 640), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((30, 25, 470, 60), fill=tuple(int(v) for v in layout.integers(40, 200, 3)))
    y = 80.0
    while y < 600:
        rows, size = int(layout.integers(2, 8)), int(layout.integers(9, 15))
        ruled = layout.random() < 0.4
        for _ in range(rows):
            if ruled:
                draw.line((30, y, 470, y), fill="grey")
            for x in (35, 180, 330) if ruled else (35,):
                text = f"{rng.integers(10**6)}" if ruled else " ".join(rng.choice(_WORDS, rng.integers(3, 12)))
                draw.text((x, y + 1), text, fill="black", font=_font(size))
            y += size * 1.6
        y += 14
    return picture


def _chart(form: int, rng: Random) -> Image.Image:
    """A chart of a form: the same axes, colours and number of values, other values."""
    layout = np.random.default_rng(form)
    picture = Image.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(picture)
    draw.line((60, 30, 60, 430, 610, 430), fill="black", width=2)
    for tick in range(30, 430, 50):
        draw.line((60, tick, 610, tick), fill=(220, 220, 220))
        draw.text((20, tick - 6), f"{430 - tick}", fill="black", font=_font(12))
    count, bars = int(layout.integers(5, 14)), layout.random() < 0.5
    colour = tuple(int(v) for v in layout.integers(0, 200, 3))
    step = 540 / count
    tops = 430 - rng.uniform(30, 390, count)
    points = [(70 + step * (number + 0.4), float(top)) for number, top in enumerate(tops)]
    if bars:
        for x, top in points:
            draw.rectangle((x - 0.35 * step, top, x + 0.35 * step, 430), fill=colour)
    else:
        draw.line(points, fill=colour, width=3)
    return picture


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
