from __future__ import annotations

from dataclasses import replace
from typing import get_args

import cykooz_resizer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from vlmdata.pixels.raster import Raster, packed, rgb
from vlmdata.pixels.resize import resize
from vlmdata.pixels.transform import apply, resize_and_pad
from vlmdata.types import Box, Pad, Resize, ResizeFilter, Size

SIZES = [Resize(240, 180), Resize(81, 37), Resize(20, 200), Resize(131, 77)]
FILTERS: tuple[ResizeFilter, ...] = get_args(ResizeFilter)
EXTENSIONS = [cykooz_resizer.CpuExtensions.none, cykooz_resizer.CpuExtensions.sse4_1, cykooz_resizer.CpuExtensions.avx2]


def with_fourth(pixels: np.ndarray, value: int = 7) -> np.ndarray:
    return np.ascontiguousarray(np.pad(pixels, ((0, 0), (0, 0), (0, 1)), constant_values=value))


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = ((one.astype(float) - other) ** 2).mean()
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


@pytest.mark.parametrize("kernel", FILTERS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_exact_is_pillow(size, kernel, scene):
    im = scene(131, 77)
    expected = np.asarray(im.resize((size.width, size.height), Pillow.Resampling[kernel.upper()]))
    resized = rgb(resize(Raster.whole(np.asarray(im)), replace(size, filter=kernel), "exact"))
    assert np.array_equal(resized, expected)


@pytest.mark.parametrize("kernel", FILTERS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_fast_is_the_same_filter(size, kernel, photos):
    to = replace(size, filter=kernel)
    for data in photos.values():
        whole = Raster.whole(Raster.whole(_decoded(data)).pixels)
        exact, fast = rgb(resize(whole, to, "exact")), rgb(resize(whole, to, "fast"))
        assert psnr(exact, fast) > 45 or np.array_equal(exact, fast)


def _decoded(data: bytes) -> np.ndarray:
    import simplejpeg

    return simplejpeg.decode_jpeg(data, strict=False)


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
def test_a_fourth_value_changes_nothing(fidelity, scene):
    pixels = np.asarray(scene(131, 77))
    for size in SIZES:
        three, four = Raster.whole(pixels), Raster.whole(with_fourth(pixels))
        assert np.array_equal(rgb(resize(three, size, fidelity)), rgb(resize(four, size, fidelity)))


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
def test_memory_in_any_order_is_read_and_left_alone(fidelity, scene):
    for pixels in (np.asarray(scene(131, 77)), with_fourth(np.asarray(scene(131, 77)))):
        before = pixels.copy()
        for seen in (pixels[:, ::-1], pixels[::-1], np.rot90(pixels), pixels[3:40, 5:60], pixels[::-1, ::-1]):
            got = resize(Raster.whole(seen), Resize(50, 40), fidelity)
            expected = resize(Raster.whole(np.ascontiguousarray(seen)), Resize(50, 40), fidelity)
            assert np.array_equal(rgb(got), rgb(expected))
        assert np.array_equal(pixels, before)


def test_the_frame_alone_is_resized(scene):
    im = scene(131, 77)
    raster = Raster(np.asarray(im), Box(0, 0, 130.25, 76.5))
    expected = np.asarray(im.resize((60, 40), Pillow.Resampling.BICUBIC, (0, 0, 130.25, 76.5)))
    assert np.array_equal(rgb(resize(raster, Resize(60, 40), "exact")), expected)
    assert psnr(rgb(resize(raster, Resize(60, 40), "fast")), expected) > 45
    assert not np.array_equal(rgb(resize(Raster.whole(raster.pixels), Resize(60, 40), "exact")), expected)


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
def test_the_size_it_has_costs_nothing(fidelity, scene):
    raster = Raster.whole(np.asarray(scene(60, 40)))
    assert resize(raster, Resize(60, 40), fidelity) is raster.pixels


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
@given(
    size=st.builds(Size, st.integers(1, 60), st.integers(1, 60)),
    borders=st.tuples(*[st.integers(0, 20)] * 4),
    color=st.tuples(*[st.integers(0, 255)] * 3),
)
@settings(max_examples=40, deadline=None)
def test_resizing_into_a_border_is_resizing_then_padding(fidelity, size, borders, color):
    raster = Raster.whole(np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8))
    to, pad = Resize(size.width, size.height), Pad(*borders, color=color)
    resized, padded = resize_and_pad(raster, to, pad, fidelity)
    expected = apply(raster, to, fidelity)
    assert np.array_equal(rgb(resized.pixels), rgb(expected.pixels))
    assert np.array_equal(rgb(padded.pixels), rgb(apply(expected, pad, fidelity).pixels))


@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda extension: extension.name)
def test_simd_instructions_do_not_change_a_value(extension, photos, monkeypatch):
    """The same integers are added up, whatever adds them."""
    best = cykooz_resizer.Resizer().cpu_extensions
    if best not in EXTENSIONS or EXTENSIONS.index(extension) > EXTENSIONS.index(best):
        pytest.skip(f"this machine has {best.name}")
    raster = Raster.whole(_decoded(photos["office.jpg"]))
    sizes = [Resize(336, 336), Resize(1600, 2000), Resize(101, 97)]
    expected = [resize(raster, size, "fast") for size in sizes]

    class Bound(cykooz_resizer.Resizer):
        def __init__(self) -> None:
            super().__init__()
            self.cpu_extensions = extension

    monkeypatch.setattr(cykooz_resizer, "Resizer", Bound)
    for size, pixels in zip(sizes, expected, strict=True):
        assert np.array_equal(rgb(resize(raster, size, "fast")), rgb(pixels))


def test_packed_copies_only_what_has_gaps():
    pixels = np.arange(6 * 8 * 4, dtype=np.uint8).reshape(6, 8, 4)
    for whole in (pixels, pixels[1:4], pixels[:, 2:5]):
        assert packed(whole) is whole
    for turned in (pixels[:, ::-1], pixels[::-1], np.rot90(pixels), pixels[:, ::2], pixels[..., :3]):
        copy = packed(turned)
        assert copy.flags.c_contiguous
        assert np.array_equal(copy, turned)
