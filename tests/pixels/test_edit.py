"""Edits of values: each does what it says, in the measure it says, and the same every time."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageFilter

from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, render
from vlmdata.pixels.edit import edited
from vlmdata.pixels.policy import Fidelity
from vlmdata.types import Blur, Image, Jitter, Noise, Recompress, Resize

GREY = np.full((200, 300, 3), 128, np.uint8)


@pytest.mark.parametrize("sigma", [0.5, 2.0, 8.0, 30.0])
def test_noise_has_its_deviation_and_no_bias(sigma: float) -> None:
    difference = edited(GREY, Noise(sigma, 7)).astype(int) - 128
    assert difference.std() == pytest.approx(np.hypot(sigma, 0.29), rel=0.05)  # and that of rounding
    assert abs(difference.mean()) < 0.05 * sigma
    within = (np.abs(difference) <= sigma).mean()
    assert sigma < 8 or within == pytest.approx(0.68, abs=0.05)


def test_noise_is_that_of_its_seed() -> None:
    noisy = edited(GREY, Noise(8.0, 7))
    assert np.array_equal(noisy, edited(GREY, Noise(8.0, 7)))
    assert not np.array_equal(noisy, edited(GREY, Noise(8.0, 8)))
    assert hashlib.sha256(noisy.tobytes()).hexdigest().startswith("3ab1c6f32034b2e2")


def test_noise_stays_within_values() -> None:
    white = edited(np.full((50, 50, 3), 255, np.uint8), Noise(40.0, 1))
    assert white.max() == 255
    assert 220 < white.mean() < 250


def test_blur_is_pillows() -> None:
    checked = np.asarray(Picture.effect_mandelbrot((120, 90), (-2, -1, 1, 1), 50).convert("RGB"))
    expected = np.asarray(Picture.fromarray(checked).filter(ImageFilter.GaussianBlur(1.5)))
    assert np.array_equal(edited(checked, Blur(1.5)), expected)


def test_compression_costs_more_the_lower_its_quality() -> None:
    noisy = edited(GREY, Noise(20.0, 3))
    errors = [np.abs(edited(noisy, Recompress(quality)).astype(int) - noisy).mean() for quality in (10, 50, 95)]
    assert errors[0] > errors[1] > errors[2] > 0


@pytest.mark.parametrize(
    ("jitter", "colour"),
    [
        (Jitter(), (200, 100, 50)),
        (Jitter(brightness=0.5), (100, 50, 25)),
        (Jitter(brightness=2.0), (255, 200, 100)),
        (Jitter(saturation=0.0), (124, 124, 124)),
        (Jitter(contrast=0.0), (124, 124, 124)),
        (Jitter(hue=0.5), (50, 150, 200)),
        (Jitter(hue=-0.5), (50, 150, 200)),
    ],
    ids=str,
)
def test_colours(jitter: Jitter, colour: tuple[int, int, int]) -> None:
    plain = np.tile(np.array((200, 100, 50), np.uint8), (8, 8, 1))
    assert np.abs(edited(plain, jitter).astype(int) - colour).max() <= 3


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
def test_a_picture_is_edited_between_its_other_edits(fidelity: Fidelity) -> None:
    """At the size it has then; a decode at reduced scale does not come before an edit of values."""
    buffer = io.BytesIO()
    Picture.fromarray(np.full((800, 1200, 3), 128, np.uint8)).save(buffer, "JPEG", quality=100)
    policy = PixelPolicy(format="png", fidelity=fidelity)
    spread = {}
    for name, edits in {
        "before": (Noise(30.0, 1), Resize(300, 200)),
        "after": (Resize(300, 200), Noise(30.0, 1)),
    }.items():
        (done,) = render([Image(data=buffer.getvalue(), edits=edits)], policy, RenderClock())
        assert isinstance(done, Rendered)
        with Picture.open(io.BytesIO(done.views[0].data)) as im:
            spread[name] = np.asarray(im).std()
    assert spread["after"] == pytest.approx(30, rel=0.1)
    assert spread["before"] < 15
