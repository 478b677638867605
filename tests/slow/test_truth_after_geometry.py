"""Boxes still hold their colour, and words are still true, after geometry and layouts: asked of the stored pixels."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from vlmdata.datasets.shapes import truth
from vlmdata.datasets.shapes.dataset import sample as row
from vlmdata.datasets.shapes.talk import Claim
from vlmdata.datasets.shapes.truth import find, holds
from vlmdata.engine.run import Where, preprocess
from vlmdata.models.tiling import layout_of
from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.recipe import parsed
from vlmdata.types import (
    Box,
    Chain,
    Crop,
    HFlip,
    Image,
    Message,
    Pad,
    Resize,
    Rot90,
    Sample,
    Size,
    TextPart,
    Transform,
    VFlip,
    View,
)

Pixels = npt.NDArray[np.uint8]

BLUR = 2.0
"""Pixels of the source by which JPEG pales a figure at its edge: chroma is stored for two by two pixels."""
RECODED = 1.0
"""Pixels of a view by which a second JPEG, whose pairs lie on other pixels, pales or spreads an edge further."""
SPREAD = 1.5
"""Pixels of the picture it makes by which a resize pales or spreads an edge: half the slope of a bicubic kernel, and
half a pixel, for what is found is whole pixels."""
SMALLEST = 20.0
"""Side in a view from which on tips survive; of smaller figures only what reaches out is checked."""
SLIVER = 2.0
"""Pixels of a figure in a tile beside the seam that ``find`` takes for strays."""
SIDES = ("left", "right", "左", "右")
GREY = (128, 128, 128)
"""Padding that is no figure's colour."""


def plain_scenes() -> list[Sample]:
    """Scenes of figures with their size read, odd files among them."""
    rows = (row("train", number) for number in range(200))
    return [_measured(one) for one in rows if one.meta["scene"] == "plain" and not one.meta["bad"]]


def _measured(sample: Sample) -> Sample:
    images = (replace(image, original=read_header(image.data or b"").size) for image in sample.images)
    return replace(sample, images=tuple(images))


SCENES = plain_scenes()


@dataclass(frozen=True)
class Visible:
    """What is left of a figure: its box, cut to every frame on the way; whether all of it is left; and by how many
    pixels its colour may stop short of the box (``pale``) or reach out of it (``spread``)."""

    box: Box
    whole: bool = True
    pale: float = BLUR
    spread: float = 0.0

    def after(self, edits: Iterable[Transform], frame: Size) -> Visible:
        """The same in a ``frame`` that has been edited."""
        seen = self
        for edit in edits:
            moved, size = edit.matrix(frame).box(seen.box), edit.size(frame)
            scale = max(size.width / frame.width, size.height / frame.height) if isinstance(edit, Resize) else 1.0
            added = SPREAD if isinstance(edit, Resize) else 0.0
            kept = moved.clamp(size)
            whole = seen.whole and kept == moved
            seen = Visible(kept, whole, seen.pale * scale + added, seen.spread * scale + added)
            frame = size
        return seen


@st.composite
def edits(draw: st.DrawFn, frame: Size) -> Transform:
    """One that leaves a frame of 200 to 1200 pixels a side."""
    kind = draw(st.sampled_from(["hflip", "vflip", "rot90", "crop", "pad", "resize"]))
    if kind == "rot90":
        return Rot90(draw(st.integers(1, 3)))
    if kind == "pad":
        return Pad(*(draw(st.integers(0, 60)) for _ in range(4)), GREY)
    if kind == "resize":
        factors = st.floats(0.6, 1.6)
        sides = (min(1200, max(200, round(side * draw(factors)))) for side in (frame.width, frame.height))
        return Resize(*sides)
    if kind == "crop":
        left, top = draw(st.integers(0, frame.width // 4)), draw(st.integers(0, frame.height // 4))
        width, height = (draw(st.integers(side // 2, side * 3 // 4)) for side in (frame.width, frame.height))
        return Crop(left, top, width, height)
    return HFlip() if kind == "hflip" else VFlip()


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, tuple[Transform, ...]]:
    """The number of a scene, and one to four edits that fit it."""
    number = draw(st.integers(0, len(SCENES) - 1))
    chosen: tuple[Transform, ...] = ()
    for _ in range(draw(st.integers(1, 4))):
        chosen += (draw(edits(Chain(chosen).size(SCENES[number].images[0].size))),)
    return number, chosen


def colored(sample: Sample) -> dict[str, Box]:
    """Boxes of the figures of the only picture, by their colours: no two are of one."""
    return {str(mark.label).split()[0]: mark.box for mark in sample.annotations if mark.box}


def stored_views(image: Image, policy: PixelPolicy) -> list[Pixels]:
    (result,) = render([image], policy, RenderClock())
    assert isinstance(result, Rendered)
    return [decoded(view.data) for view in result.views]


def decoded(data: bytes) -> Pixels:
    with Pillow.open(io.BytesIO(data)) as im:
        return np.asarray(im.convert("RGB"))


def find_in_frame(pixels: Pixels, view: View, frame: Size, color: str) -> Box | None:
    """``find`` in the part of a view that shows the frame: LLaVA's padding is as black as a black figure."""
    shown = Chain(view.edits).matrix(frame).box(frame.box).clamp(Size(pixels.shape[1], pixels.shape[0]))
    left, top, right, bottom = (round(value) for value in shown.xyxy)
    found = find(pixels[top:bottom, left:right], color) if left < right and top < bottom else None
    return found and Box(found.x1 + left, found.y1 + top, found.x2 + left, found.y2 + top)


def excess(found: Box, box: Box) -> float:
    """How far ``found`` reaches out of ``box``; negative by how far it stays inside."""
    return max(box.x1 - found.x1, box.y1 - found.y1, found.x2 - box.x2, found.y2 - box.y2)


def shortfall(found: Box, box: Box) -> float:
    """How far ``found`` stops short of ``box`` at the worst of its four edges."""
    return excess(box, found)


def check_views(
    image: Image, box: Box, left: Visible, pictures: list[Pixels], color: str, counts: Counter[str]
) -> None:
    """One figure in every view: ``box`` as the sample has it, ``left`` as it must be."""
    frame = image.size
    seen = {one.view: one for one in image.layout.locate(box, frame)}
    pieces = []
    for number, (view, pixels) in enumerate(zip(image.layout.views, pictures, strict=True)):
        expected = left.after(view.edits, frame)
        found = find_in_frame(pixels, view, frame, color)
        if found:
            assert excess(found, expected.box) <= expected.spread + RECODED
            counts["inside"] += 1
        if not expected.whole or min(expected.box.width, expected.box.height) < SMALLEST:
            pieces += [(view, found)] if found and view.kind == "tile" else []
            continue
        assert seen[number].share == pytest.approx(1)
        assert seen[number].box.xyxy == pytest.approx(expected.box.xyxy)
        assert found
        assert shortfall(found, seen[number].box) <= expected.pale + RECODED
        counts["found whole"] += 1
    if left.whole and pieces:
        check_pieces(left, pieces, frame, counts)


def check_pieces(left: Visible, pieces: list[tuple[View, Box]], frame: Size, counts: Counter[str]) -> None:
    """A figure that seams cut through is whole again when its pieces are put back into the frame."""
    matrix = Chain(pieces[0][0].edits).matrix(frame)
    scale = min(matrix.a, matrix.e)
    if min(left.box.width, left.box.height) * scale < SMALLEST:
        return
    backs = [Chain(view.edits).matrix(frame).inverse().box(found) for view, found in pieces]
    together = Box.around(corner for box in backs for corner in box.corners)
    assert shortfall(together, left.box) <= left.pale + (SPREAD + RECODED + SLIVER) / scale
    counts["put together"] += 1


def test_boxes_hold_their_colour_after_any_geometry_in_every_view() -> None:
    counts: Counter[str] = Counter()
    policies = st.builds(
        PixelPolicy, format=st.sampled_from(["jpeg", "png"]), fidelity=st.sampled_from(["fast", "exact"])
    )

    @given(plan=plans(), policy=policies, layout=st.sampled_from(["none", "llava-next", "internvl"]))
    @settings(max_examples=80, deadline=None, derandomize=True, database=None)
    def check(plan: tuple[int, tuple[Transform, ...]], policy: PixelPolicy, layout: str) -> None:
        before = SCENES[plan[0]]
        sample = reduce(lambda sample, edit: sample.transformed(edit, 0), plan[1], before)
        (image,) = sample.images
        if layout != "none":
            image = image.laid_out(layout_of(layout, image.size))
        pictures = stored_views(image, policy)
        figures = colored(before)
        for color, box in colored(sample).items():
            left = Visible(figures[color]).after(plan[1], before.images[0].size)
            check_views(image, box, left, pictures, color, counts)

    check()
    assert counts["inside"] > 400
    assert counts["found whole"] > 150
    assert counts["put together"] > 10


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mirrored")


@pytest.mark.parametrize("last", [{"boxes.normalize": {}}, {"tile.anyres": {"policy": "llava-next"}}], ids=str)
def test_words_are_true_of_the_stored_pixels_after_mirroring(base: Path, last: dict[str, object]) -> None:
    """Each relation told holds between the figures found in the first stored view, which shows all of the frame."""
    recipe = {
        "version": 1,
        "name": "mirrored",
        "inputs": [{"dataset": "shapes", "limit": 300}],
        "steps": ["clean.image", {"augment.hflip": {"p": 1}}, last],
    }
    out = base / next(iter(last))
    preprocess(parsed(yaml.safe_dump(recipe), "mirrored.yaml", base), out, Where())
    counts: Counter[str] = Counter()
    for record in pq.read_table(out / "parquet").to_pylist():
        mirrored = is_mirrored(record)
        counts["mirrored"] += mirrored
        counts["mirrored with its sides"] += mirrored and any(word in text for text in texts(record) for word in SIDES)
        for (subject, relation, other), affirmed in told(record):
            pixels = decoded(record["images"][0]["bytes"])
            one, two = find(pixels, subject.split()[0]), find(pixels, other.split()[0])
            assert one
            assert two
            assert holds(relation, one, two) == affirmed, record["key"]
            counts["told of a mirrored one"] += mirrored
    assert counts["mirrored"] > 70
    assert counts["mirrored with its sides"] > 30
    assert counts["told of a mirrored one"] > 135


def texts(record: dict[str, Any]) -> list[str]:
    """Every text of a row, but for the parts that are no text."""
    said = ["".join(part["text"] or "" for part in message["content"]) for message in record["messages"]]
    return said + [other["text"] for other in record["alternatives"]]


def told(record: dict[str, Any]) -> list[tuple[Claim, bool]]:
    """Every claim of a row, alternatives too, with whether it is affirmed."""
    messages = [
        Message(message["role"], (TextPart(text),))
        for message, text in zip(record["messages"], texts(record), strict=False)
    ]
    others = (claim for other in record["alternatives"] for claim in truth.claims(other["text"]))
    return [*truth.told(messages), *((claim, True) for claim in others)]


def is_mirrored(record: dict[str, Any]) -> bool:
    """Whether its boxes are those of the published row in a mirror; they must be either these or those."""
    published = _measured(row("train", json.loads(record["meta"])["row"]))
    mirror = published
    for number in range(len(published.images)):
        mirror = mirror.transformed(HFlip(), number)
    boxes = [tuple(mark["bbox"]) for mark in record["annotations"]]
    if boxes == [mark.box.xyxy for mark in published.annotations if mark.box]:
        return False
    assert boxes == [mark.box.xyxy for mark in mirror.annotations if mark.box]
    return True
