"""A coloured rectangle keeps its box through any transforms, and in every view of a layout."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, render
from vlmdata.pixels.raster import Raster, rgb
from vlmdata.pixels.transform import apply
from vlmdata.types import (
    Box,
    Crop,
    HFlip,
    Image,
    Layout,
    Pad,
    Resize,
    Rot90,
    Size,
    Transform,
    VFlip,
    View,
)

RED = (230, 20, 20)
TOLERANCE = 1.0
"""Pixels by which an edge may stand off, per resize, in the pixels that resize makes."""
SMALLEST = 8


def picture(size: Size, box: Box, form: str) -> bytes:
    """A red rectangle on grey noise."""
    noise = np.random.default_rng(7).integers(90, 160, (size.height, size.width, 1), dtype=np.uint8)
    pixels = np.repeat(noise, 3, axis=2)
    x1, y1, x2, y2 = (int(value) for value in box.xyxy)
    pixels[y1:y2, x1:x2] = RED
    buffer = io.BytesIO()
    options = {"quality": 95, "subsampling": 0} if form == "JPEG" else {}
    Pillow.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def is_red(pixels: np.ndarray) -> np.ndarray:
    """Where red stands at least half out of the grey around it."""
    values = pixels.astype(int)
    return values[..., 0] - (values[..., 1] + values[..., 2]) // 2 > 105


def check(pixels: np.ndarray, box: Box, tolerance: float) -> None:
    """All red inside the box, none outside it, give or take ``tolerance`` pixels at its edges."""
    height, width = pixels.shape[:2]
    seen = box.clamp(Size(width, height))
    red = is_red(pixels)
    x1, x2 = (int(np.ceil(seen.x1 + tolerance)), int(np.floor(seen.x2 - tolerance)))
    y1, y2 = (int(np.ceil(seen.y1 + tolerance)), int(np.floor(seen.y2 - tolerance)))
    if x1 < x2 and y1 < y2:
        assert red[y1:y2, x1:x2].all()
    x1, x2 = (max(0, int(np.floor(seen.x1 - tolerance))), int(np.ceil(seen.x2 + tolerance)))
    y1, y2 = (max(0, int(np.floor(seen.y1 - tolerance))), int(np.ceil(seen.y2 + tolerance)))
    red[y1:y2, x1:x2] = False
    assert not red.any()


def followed(edits: tuple[Transform, ...], size: Size, box: Box, tolerance: float) -> tuple[Box, float]:
    """Where the box ends, cut to each frame on its way, and how far off its edges may then be.

    ``tolerance`` is that of the source: a JPEG's edge is within a pixel.
    """
    for edit in edits:
        if isinstance(edit, Resize):
            tolerance = tolerance * max(edit.width / size.width, edit.height / size.height) + TOLERANCE
        moved, size = edit.matrix(size).box(box), edit.size(size)
        box = moved.clamp(size)
    return box, tolerance


@st.composite
def transforms(draw: st.DrawFn, size: Size, box: Box) -> Transform:
    """One that fits the frame and leaves something of the box, not too small, in it."""
    kind = draw(st.sampled_from(["hflip", "vflip", "rot90", "crop", "pad", "resize"]))
    if kind == "rot90":
        return Rot90(draw(st.integers(1, 3)))
    if kind == "pad":
        return Pad(
            *(draw(st.integers(0, 30)) for _ in range(4)), color=draw(st.sampled_from([(0, 0, 0), (9, 99, 200)]))
        )
    if kind == "resize":
        least = max(SMALLEST / box.width, SMALLEST / box.height)
        if least > 1:
            return HFlip()
        scale = st.floats(min(least, 1.0), 2.0 if size.area < 250_000 else 1.0)
        return Resize(max(1, round(size.width * draw(scale))), max(1, round(size.height * draw(scale))))
    if kind == "crop":
        cut = box.clamp(size)
        left, top = draw(st.integers(0, int(cut.x1))), draw(st.integers(0, int(cut.y1)))
        right = draw(st.integers(min(int(cut.x1) + SMALLEST, size.width), size.width))
        bottom = draw(st.integers(min(int(cut.y1) + SMALLEST, size.height), size.height))
        return Crop(left, top, right - left, bottom - top)
    return HFlip() if kind == "hflip" else VFlip()


@st.composite
def plans(draw: st.DrawFn) -> tuple[Size, Box, tuple[Transform, ...]]:
    size = Size(draw(st.integers(40, 400)), draw(st.integers(40, 300)))
    x1, y1 = draw(st.integers(0, size.width - 20)), draw(st.integers(0, size.height - 20))
    box = Box(x1, y1, draw(st.integers(x1 + 15, size.width)), draw(st.integers(y1 + 15, size.height)))
    edits: list[Transform] = []
    frame, moved = size, box
    for _ in range(draw(st.integers(1, 5))):
        edit = draw(transforms(frame, moved))
        moved, frame = edit.matrix(frame).box(moved), edit.size(frame)
        if moved.intersect(frame.box) is None:
            break
        moved = moved.clamp(frame)
        edits.append(edit)
    return size, box, tuple(edits)


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@given(plan=plans())
@settings(max_examples=60, deadline=None)
def test_a_box_keeps_its_colour(form, fidelity, plan):
    size, box, edits = plan
    image = Image(data=picture(size, box, form), original=size)
    for edit in edits:
        image = image.transformed(edit)
    (result,) = render([image], PixelPolicy(format="png", fidelity=fidelity), RenderClock())
    assert isinstance(result, Rendered)
    assert result.views[0].size == image.size
    with Pillow.open(io.BytesIO(result.views[0].data)) as im:
        pixels = np.asarray(im.convert("RGB"))
    check(pixels, *followed(edits, size, box, tolerance=float(form == "JPEG")))


def fitted(size: Size, side: int = 112) -> Layout:
    """As LLaVA-NeXT lays out: the squashed whole, then tiles of one resized and padded picture."""
    width, height = 2 * side, 2 * side
    scale = min(width / size.width, height / size.height)
    inner = Size(max(1, int(size.width * scale)), max(1, int(size.height * scale)))
    left, top = (width - inner.width) // 2, (height - inner.height) // 2
    shared = (
        Resize(inner.width, inner.height),
        Pad(left, top, width - inner.width - left, height - inner.height - top),
    )
    tiles = [View("tile", (*shared, Crop(x, y, side, side))) for y in (0, side) for x in (0, side)]
    return Layout("test", (View("global", (Resize(side, side),)), *tiles))


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
@given(plan=plans())
@settings(max_examples=40, deadline=None)
def test_a_box_keeps_its_colour_in_every_view(fidelity, plan):
    size, box, edits = plan
    image = Image(data=picture(size, box, "JPEG"), original=size)
    for edit in edits:
        image = image.transformed(edit)
    frame, (moved, tolerance) = image.size, followed(edits, size, box, tolerance=1.0)
    image = image.laid_out(fitted(frame))
    (result,) = render([image], PixelPolicy(format="png", fidelity=fidelity), RenderClock())
    assert isinstance(result, Rendered)
    seen = {found.view: found for found in image.layout.locate(moved, frame)}
    assert 0 in seen
    for number, view in enumerate(image.layout.views):
        with Pillow.open(io.BytesIO(result.views[number].data)) as im:
            pixels = np.asarray(im.convert("RGB"))
        box_here, tolerance_here = followed(view.edits, frame, moved, tolerance)
        if number in seen:
            assert np.allclose(seen[number].box.xyxy, box_here.xyxy)
        check(pixels, box_here, tolerance_here)


@pytest.mark.parametrize("size", [Size(803, 601), Size(1601, 1203)])
@pytest.mark.parametrize("reduced", [2, 4, 8])
def test_a_reduced_decode_moves_nothing(size, reduced):
    """Edges stand where they would after a full decode, far ones too: within a third of a pixel."""
    box = Box(size.width - 200, size.height - 150, size.width - 40, size.height - 31)
    target = Resize(size.width // reduced, size.height // reduced)
    data = picture(size, box, "JPEG")
    edges = []
    for fidelity in ("fast", "exact"):
        (result,) = render(
            [Image(data=data, edits=(target,))], PixelPolicy(format="png", fidelity=fidelity), RenderClock()
        )
        assert isinstance(result, Rendered)
        with Pillow.open(io.BytesIO(result.views[0].data)) as im:
            values = np.asarray(im.convert("RGB")).astype(float)
        redness = values[..., 0] - values[..., 1:].mean(axis=2)
        edges.append((redness.sum(axis=0) @ np.arange(target.width) / redness.sum(), redness.sum()))
    assert abs(edges[0][0] - edges[1][0]) < 1 / 3
    assert edges[0][1] == pytest.approx(edges[1][1], rel=0.02)


def test_pixels_agree_with_pillow():
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    im, flips = Pillow.fromarray(pixels), Pillow.Transpose
    expected = {
        HFlip(): im.transpose(flips.FLIP_LEFT_RIGHT),
        VFlip(): im.transpose(flips.FLIP_TOP_BOTTOM),
        Rot90(1): im.transpose(flips.ROTATE_270),
        Rot90(2): im.transpose(flips.ROTATE_180),
        Rot90(3): im.transpose(flips.ROTATE_90),
        Crop(1, 2, 3, 2): im.crop((1, 2, 4, 4)),
        Resize(11, 3): im.resize((11, 3)),
    }
    for transform, reference in expected.items():
        result = apply(Raster.whole(pixels), transform, "exact")
        assert np.array_equal(rgb(result.pixels), np.asarray(reference)), transform
        assert result.is_whole


def test_what_does_not_fit_is_refused():
    raster = Raster.whole(np.zeros((5, 7, 3), np.uint8))
    with pytest.raises(ValueError, match="reaches over"):
        apply(raster, Crop(0, 0, 8, 5), "exact")
    with pytest.raises(ValueError, match="reduced scale"):
        apply(Raster(raster.pixels, Box(0, 0, 6.5, 5)), Crop(0, 0, 1, 1), "exact")
