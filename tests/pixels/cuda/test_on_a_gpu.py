"""What only a GPU can show: that the real libraries agree with the CPU. Skipped where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.pixels.cuda.codec import LIBRARIES
from vlmdata.pixels.cuda.device import device_of
from vlmdata.pixels.cuda.probe import has_driver, probe
from vlmdata.pixels.decoder import Decoder
from vlmdata.types import Crop, Image, Layout, Pad, Resize, View

FITTED = (Resize(672, 504), Pad(0, 84, 0, 84))
TILES = tuple(View("tile", (*FITTED, Crop(x, y, 336, 336))) for x in (0, 336) for y in (0, 336))
TILED = Layout("test", (View("global", (Resize(336, 336),)), *TILES))

pytestmark = pytest.mark.skipif(not has_driver(), reason="there is no GPU here")


@pytest.fixture(scope="module")
def gpu():
    found = probe()
    if found.decoder is None:
        pytest.skip(found.reason)
    return found.decoder


@pytest.fixture(params=LIBRARIES)
def library(request, gpu):
    """Each library that is installed, on the real device."""
    pytest.importorskip("torchcodec" if request.param == "torchcodec" else "nvidia.nvimgcodec")
    decoder = Decoder("cuda", f"{request.param} x", gpu.device)
    yield decoder
    device_of(decoder).close()


def test_pixels_agree_on_photos(library, photos, pixels_of):
    """Mean at most 2 levels and median PSNR at least 36 dB of views as they are before encoding."""
    images = [Image(data=data, original=read_header(data).size, layout=TILED) for data in photos.values()]
    ours = render(images, PixelPolicy(format="png"), RenderClock(), library)
    exact = render(images, PixelPolicy(format="png", fidelity="exact"), RenderClock())
    means, ratios = [], []
    for one, other in zip(ours, exact, strict=True):
        assert isinstance(one, Rendered)
        assert isinstance(other, Rendered)
        assert [(v.media_type, v.size) for v in one.views] == [(v.media_type, v.size) for v in other.views]
        for mine, theirs in zip(one.views, other.views, strict=True):
            difference = pixels_of(mine.data).astype(float) - pixels_of(theirs.data)
            means.append(np.abs(difference).mean())
            ratios.append(10 * np.log10(255**2 / max(1e-9, (difference**2).mean())))
    assert np.mean(means) <= 2
    assert np.median(ratios) >= 36


def test_every_orientation_stands_upright_and_grey_is_grey(library, scene, saved, exif, pixels_of):
    images = [Image(data=saved(scene(), "JPEG", exif=exif(turn)), edits=(Resize(120, 90),)) for turn in range(1, 9)]
    images.append(Image(data=saved(scene().convert("L"), "JPEG"), edits=(Resize(120, 90),)))
    ours = render(images, PixelPolicy(format="png"), RenderClock(), library)
    exact = render(images, PixelPolicy(format="png", fidelity="exact"), RenderClock())
    for one, other in zip(ours, exact, strict=True):
        assert isinstance(one, Rendered)
        assert isinstance(other, Rendered)
        assert np.abs(pixels_of(one.views[0].data).astype(int) - pixels_of(other.views[0].data)).mean() <= 3


@pytest.mark.parametrize("sampling", ["444", "422", "420"])
def test_what_the_device_encodes_is_the_picture(sampling, library, photos, pixels_of):
    from tests.pixels.cuda.conftest import sampling_of

    image = Image(data=photos["office.jpg"], edits=(Resize(672, 504),))
    policy = {"quality": 90, "subsampling": sampling}
    (ours,) = render([image], PixelPolicy(**policy), RenderClock(), library)
    (exact,) = render([image], PixelPolicy(**policy, fidelity="exact"), RenderClock())
    assert isinstance(ours, Rendered)
    assert isinstance(exact, Rendered)
    assert sampling_of(ours.views[0].data) == sampling_of(exact.views[0].data)
    assert np.abs(pixels_of(ours.views[0].data).astype(int) - pixels_of(exact.views[0].data)).mean() <= 3


def test_many_sizes_in_one_window_and_again_give_the_same_bytes(library, scene, saved):
    images = [Image(data=saved(scene(64 + 9 * n, 64 + 5 * n, n), "JPEG"), edits=(Resize(64, 64),)) for n in range(150)]
    once, again = (render(images, PixelPolicy(), RenderClock(), library) for _ in range(2))
    assert once == again
    assert all(isinstance(one, Rendered) for one in once)
