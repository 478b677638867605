"""Transforms on tensors against the CPU backend with ``fidelity: exact``. Runs on torch without CUDA."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.pixels.raster import Raster, rgb
from vlmdata.pixels.views import cut as on_cpu
from vlmdata.types import Crop, HFlip, Pad, Resize, Rot90, Size, VFlip

torch = pytest.importorskip("torch", reason="torch is not installed")

from vlmdata.pixels.cuda.kernels import apply, cut  # noqa: E402

LLAVA_NEXT = (
    (Resize(336, 336),),
    *((Resize(672, 504), Pad(0, 84, 0, 84, (1, 2, 3)), Crop(x, y, 336, 336)) for x in (0, 336) for y in (0, 336)),
)


def tensor(pixels):
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None]


def pixels_of(one):
    return one[0].permute(1, 2, 0).numpy()


@st.composite
def moves(draw):
    """A size and a chain without a resize that fits it."""
    size = Size(draw(st.integers(8, 40)), draw(st.integers(8, 40)))
    start, edits = size, []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["crop", "pad", "hflip", "vflip", "turn"]))
        if kind == "crop":
            left, top = draw(st.integers(0, size.width - 1)), draw(st.integers(0, size.height - 1))
            edit = Crop(left, top, draw(st.integers(1, size.width - left)), draw(st.integers(1, size.height - top)))
        elif kind == "pad":
            edit = Pad(*draw(st.tuples(*[st.integers(0, 5)] * 4)), color=draw(st.tuples(*[st.integers(0, 255)] * 3)))
        else:
            edit = {"hflip": HFlip(), "vflip": VFlip(), "turn": Rot90(draw(st.integers(1, 3)))}[kind]
        edits.append(edit)
        size = edit.size(size)
    return start, tuple(edits)


@given(moves())
@settings(max_examples=60)
def test_all_but_resizing_is_exact(drawn):
    size, edits = drawn
    pixels = np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3), dtype=np.uint8)
    (expected,) = on_cpu(Raster.whole(pixels), [edits], "exact")
    (found,) = cut(tensor(pixels), [edits])
    assert (pixels_of(found) == expected).all()


@pytest.mark.parametrize("to", [Resize(80, 60), Resize(336, 336), Resize(41, 97), Resize(640, 7), Resize(160, 120)])
def test_resizing_is_pillows_filter(scene, to):
    pixels = np.asarray(scene())
    (expected,) = on_cpu(Raster.whole(pixels), [(to,)], "exact")
    difference = np.abs(pixels_of(apply(tensor(pixels), to)).astype(int) - rgb(expected))
    assert difference.max() <= 2
    assert difference.mean() < 0.3


def test_resizing_does_not_alias():
    """A pattern finer than the result can show becomes even grey."""
    y, x = np.mgrid[:512, :512]
    pixels = np.repeat((((x + y) % 2) * 255).astype(np.uint8)[..., None], 3, axis=2)
    shown = pixels_of(apply(tensor(pixels), Resize(100, 100))).astype(int)
    assert np.abs(shown - 127).max() <= 4


def test_values_beyond_black_and_white_are_cut_off():
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:, 16:] = 255
    shown = pixels_of(apply(tensor(pixels), Resize(64, 64)))
    assert shown.min() == 0
    assert shown.max() == 255
    assert (np.diff(shown[30, 20:44, 0].astype(int)) >= 0).mean() > 0.8


def test_the_views_of_a_layout(photos):
    from vlmdata.pixels import PixelPolicy, read_header
    from vlmdata.pixels.decode import decode

    for name in ("office.jpg", "i2d_524_316.jpg"):
        raster = decode(photos[name], read_header(photos[name]), PixelPolicy(fidelity="exact"))
        expected = on_cpu(raster, LLAVA_NEXT, "exact")
        found = cut(tensor(raster.pixels), LLAVA_NEXT)
        assert [one.shape[-2:] for one in found] == [one.shape[:2] for one in expected]
        assert max(np.abs(pixels_of(a).astype(int) - rgb(b)).mean() for a, b in zip(found, expected, strict=True)) < 0.3


def test_pictures_together_are_as_each_alone(scene):
    pictures = [tensor(np.asarray(scene(seed=seed))) for seed in range(3)]
    together = cut(torch.cat(pictures), LLAVA_NEXT)
    for number, picture in enumerate(pictures):
        for view, alone in zip(together, cut(picture, LLAVA_NEXT), strict=True):
            assert (view[number] == alone[0]).all()


def test_nothing_is_changed_in_place(scene):
    picture = tensor(np.asarray(scene()))
    before = picture.clone()
    cut(picture, [(Pad(1, 1, 1, 1),), (Resize(50, 50), HFlip()), (Crop(0, 0, 9, 9), VFlip())])
    assert (picture == before).all()


def test_what_does_not_fit_is_refused(scene):
    picture = tensor(np.asarray(scene()))
    with pytest.raises(ValueError, match="reaches over"):
        apply(picture, Crop(0, 0, 161, 10))
    with pytest.raises(TypeError, match="pixels cannot do"):
        apply(picture, "nothing")
