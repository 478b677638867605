from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.errors import BadRecord
from vlmdata.pixels import PixelPolicy
from vlmdata.pixels.decode import decode
from vlmdata.pixels.look import look


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize(
    ("size", "expected"), [((1000, 500), (64, 128, 3)), ((100, 50), (50, 100, 3)), ((2000, 1), (1, 128, 3))]
)
def test_it_fits_and_is_never_enlarged(form, size, expected, scene, saved):
    pixels = look(saved(scene(*size), form), 128)
    assert (pixels.shape, pixels.dtype) == (expected, np.uint8)


def test_it_is_upright_and_looks_like_the_picture(scene, saved, exif):
    im = scene(800, 600)
    data = saved(im, "JPEG", exif=exif(6), quality=95)
    expected = np.asarray(im.transpose(Pillow.Transpose.ROTATE_270).resize((75, 100)))
    assert np.abs(look(data, 100).astype(int) - expected).mean() < 2
    assert np.abs(look(data, 100, PixelPolicy(fidelity="exact")).astype(int) - expected).mean() < 2


@pytest.mark.parametrize(
    ("side", "fidelity", "scale"),
    [(100, "fast", 8), (101, "fast", 4), (400, "fast", 2), (401, "fast", 1), (100, "exact", 1)],
)
def test_it_decodes_no_more_than_it_needs(side, fidelity, scale, scene, saved, monkeypatch):
    scales = []

    def noting(data, header, policy, reduction):
        scales.append(reduction)
        return decode(data, header, policy, reduction)

    monkeypatch.setattr(import_module("vlmdata.pixels.look"), "decode", noting)
    look(saved(scene(800, 600), "JPEG"), side, PixelPolicy(fidelity=fidelity))
    assert scales == [scale]


def test_the_policy_holds(scene, saved):
    clear = Pillow.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert (look(saved(clear, "PNG"), 10, PixelPolicy(background=(9, 99, 200))) == (9, 99, 200)).all()
    with pytest.raises(BadRecord, match="bomb"):
        look(saved(scene(), "JPEG"), 10, PixelPolicy(max_pixels=100))


def test_what_is_bad_says_why(scene, saved, clip):
    data = saved(scene(), "JPEG")
    for bad, reason in ((b"", "empty"), (b"<html></html>", "not_an_image"), (data[:-500], "truncated"), (clip, "clip")):
        with pytest.raises(BadRecord) as caught:
            look(bad, 64)
        assert caught.value.reason == reason
