import numpy as np
import pytest

from tests.catalogue.photos import photo
from vlmdata.pixels.look import look
from vlmdata.pixels.perceptual import signature_of, similarity
from vlmdata.steps.leaks.alike import alike, is_empty


def drawn(paint):
    pixels = np.full((480, 640, 3), 255, np.uint8)
    paint(pixels)
    return signature_of(pixels)


def sky(top, bottom, noise=0):
    def paint(pixels):
        shade = np.linspace(top, bottom, len(pixels))[:, None, None]
        grain = np.random.default_rng(noise).normal(0, 2, pixels.shape) if noise else 0
        pixels[:] = np.clip(np.rint(shade + grain), 0, 255).astype(np.uint8)

    return drawn(paint)


def spot(x, y):
    def paint(pixels):
        pixels[y : y + 30, x : x + 30] = 0

    return drawn(paint)


def how(one, other):
    (found,) = alike(one, np.frombuffer(other.thumbnail, np.uint8)[None])
    return found


def test_pictures_with_something_in_them_are_compared_as_duplicates_are():
    one, other = (signature_of(np.ascontiguousarray(look(photo(number).data, 256))) for number in (0, 1))
    assert how(one, one) == similarity(one, one) == 1
    assert how(one, other) == similarity(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (sky(120, 160), sky(120, 160, noise=1), True),
        (sky(120, 160), sky(125, 165), False),
        (sky(120, 160), sky(160, 120), False),
        (spot(100, 100), spot(100, 100), True),
        (spot(100, 100), spot(400, 300), False),
        (spot(100, 100), sky(255, 254), False),
    ],
    ids=["grain", "brighter", "upside_down", "spot", "other_spot", "no_spot"],
)
def test_pictures_with_little_in_them_have_to_be_the_same(one, other, same):
    assert one.is_blank
    assert other.is_blank
    assert (how(one, other) > 0.98) == same
    assert how(one, other) == how(other, one)


def test_one_colour_is_nothing_to_know_a_picture_by():
    assert is_empty(sky(255, 255))
    assert is_empty(sky(30, 33))
    assert not is_empty(spot(100, 100))
    assert not is_empty(sky(120, 160))
