"""Covers: what is inside is lost, what is outside is untouched, and what comes after moves them along."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, render
from vlmdata.pixels.cover import covered
from vlmdata.types import Box, Cover, CoverHow, CoverShape, Crop, HFlip, Image, Pad, Resize, Rot90

BOX = Box(20.4, 10.6, 60.2, 50.9)
NOISE = np.random.default_rng(3).integers(0, 256, (80, 100, 3), dtype=np.uint8)
HOWS: list[CoverHow] = ["blur", "pixelate", "fill"]


def outside(shape: CoverShape) -> np.ndarray:
    """Pixels that the box, or the ellipse in it, does not come into; by sixteen points along each side of a pixel."""
    y, x = (np.mgrid[0 : 80 * 16 + 1, 0 : 100 * 16 + 1]) / 16
    if shape == "box":
        inside = (x > BOX.x1) & (x < BOX.x2) & (y > BOX.y1) & (y < BOX.y2)
    else:
        inside = ((x - BOX.center.x) / (BOX.width / 2)) ** 2 + ((y - BOX.center.y) / (BOX.height / 2)) ** 2 < 1
    pixels = np.array(
        [[inside[r * 16 : r * 16 + 17, c * 16 : c * 16 + 17].any() for c in range(100)] for r in range(80)]
    )
    return ~pixels


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("shape", ["box", "ellipse"])
def test_all_inside_is_covered_and_nothing_outside(how: CoverHow, shape: CoverShape) -> None:
    done = covered(NOISE, Cover((BOX,), how, shape, color=(1, 2, 3)))
    untouched = outside(shape)
    assert np.array_equal(done[untouched], NOISE[untouched])
    assert (done != NOISE).any(axis=2)[~untouched].mean() > 0.99
    if how == "fill":
        assert (done[~untouched] == (1, 2, 3)).all()


@pytest.mark.parametrize("how", HOWS)
def test_nothing_of_the_inside_is_left_but_mean_colours(how: CoverHow) -> None:
    """Pixels exchanged within a cell change nothing."""
    cover = Cover((Box(20, 20, 60, 50),), how, "box", cells=4)
    exchanged = NOISE.copy()
    for top, left in ((20, 20), (30, 30), (40, 50)):
        cell = exchanged[top : top + 10, left : left + 10]
        cell[:] = cell[::-1, ::-1].copy()
    assert not np.array_equal(exchanged, NOISE)
    assert np.array_equal(covered(exchanged, cover), covered(NOISE, cover))


def test_pixelate_leaves_so_many_colours() -> None:
    done = covered(NOISE, Cover((Box(20, 20, 60, 50),), "pixelate", "box", cells=4))
    assert len(np.unique(done[20:50, 20:60].reshape(-1, 3), axis=0)) == 12


@given(
    corners=st.tuples(*[st.floats(-200, 300, allow_nan=False)] * 4),
    how=st.sampled_from(HOWS),
    shape=st.sampled_from(["box", "ellipse"]),
    cells=st.integers(1, 8),
)
@settings(max_examples=60)
def test_any_box_is_taken(corners: tuple[float, ...], how: CoverHow, shape: CoverShape, cells: int) -> None:
    done = covered(NOISE, Cover((Box(*corners),), how, shape, cells))
    assert done.shape == NOISE.shape
    x1, y1, x2, y2 = corners
    if min(x2, 100) <= max(x1, 0) or min(y2, 80) <= max(y1, 0):
        assert np.array_equal(done, NOISE)


def test_the_given_pixels_are_not_changed() -> None:
    before = NOISE.copy()
    covered(NOISE, Cover((BOX,), "fill"))
    assert np.array_equal(NOISE, before)


def test_no_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="one cell"):
        Cover((BOX,), cells=0)


def rendered(*edits: object, form: str = "PNG", fidelity: str = "exact") -> np.ndarray:
    buffer = io.BytesIO()
    Picture.fromarray(NOISE).save(buffer, form)
    policy = PixelPolicy(format="png", fidelity=fidelity)  # type: ignore[arg-type]
    (done,) = render([Image(data=buffer.getvalue(), edits=edits)], policy, RenderClock())  # type: ignore[arg-type]
    assert isinstance(done, Rendered)
    with Picture.open(io.BytesIO(done.views[0].data)) as im:
        return np.asarray(im.convert("RGB"))


@pytest.mark.parametrize("fidelity", ["exact", "fast"])
def test_a_stored_picture_is_untouched_outside(fidelity: str) -> None:
    done = rendered(Cover((BOX,), "fill", "box"), fidelity=fidelity)
    assert np.array_equal(done[outside("box")], NOISE[outside("box")])
    assert (done[~outside("box")] == 0).all()


@pytest.mark.parametrize("fidelity", ["exact", "fast"])
@pytest.mark.parametrize(
    "edit",
    [HFlip(), Rot90(1), Crop(10, 5, 60, 60), Pad(3, 4, 5, 6), Resize(200, 160)],
    ids=lambda edit: type(edit).__name__,
)
def test_what_comes_after_moves_the_cover_along(edit: object, fidelity: str) -> None:
    """As if the covered picture had been given."""
    cover = Cover((BOX, Box(0, 0, 9, 9)))
    once = rendered(cover, edit, fidelity=fidelity)
    buffer = io.BytesIO()
    Picture.fromarray(covered(NOISE, cover)).save(buffer, "PNG")
    policy = PixelPolicy(format="png", fidelity=fidelity)  # type: ignore[arg-type]
    (done,) = render([Image(data=buffer.getvalue(), edits=(edit,))], policy, RenderClock())  # type: ignore[arg-type]
    assert isinstance(done, Rendered)
    with Picture.open(io.BytesIO(done.views[0].data)) as im:
        assert np.array_equal(once, np.asarray(im.convert("RGB")))


def test_a_box_is_meant_in_the_frame_at_its_place() -> None:
    """A cover after a mirror lies where it is said in the mirrored picture."""
    after = rendered(HFlip(), Cover((Box(0, 0, 30, 30),), "fill", "box"))
    assert (after[:30, :30] == 0).all()
    assert np.array_equal(after[:, 30:], NOISE[:, ::-1][:, 30:])
