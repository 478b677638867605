"""Signatures and how alike they are: stable, symmetrical, the same for copies and far for others."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw, ImageOps

from vlmdata.errors import BadRecord
from vlmdata.pixels.perceptual import (
    MAX_DISTANCE,
    MAX_SHIFT,
    MIN_SIMILARITY,
    SIDE,
    SIGNATURE_BYTES,
    THUMBNAIL_BYTES,
    Signature,
    distance,
    mirrored,
    mirrored_thumbnails,
    signature_at,
    signature_of,
    similarities,
    similarity,
)
from vlmdata.pixels.perceptual.alignment import PARTS, aligned, warped
from vlmdata.pixels.perceptual.cells import CELLS, sums, variances
from vlmdata.types import Crop, HFlip, Image, Size


@pytest.fixture(scope="module")
def look():
    """The signature of a Pillow picture."""
    return lambda picture: signature_of(np.asarray(picture.convert("RGB")))


@pytest.fixture(scope="module")
def detailed():
    """A picture with coarse and fine detail, different for each number."""

    def make(number, width=320, height=240):
        rng = np.random.default_rng(number)
        layers = [Pillow.fromarray(rng.integers(0, 256, (side, side, 3), dtype=np.uint8)) for side in (7, 20)]
        return Pillow.blend(*(layer.resize((width, height), Pillow.Resampling.BICUBIC) for layer in layers), 0.4)

    return make


def saved(picture, quality):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Pillow.open(io.BytesIO(buffer.getvalue()))


def written(picture):
    picture = picture.copy()
    ImageDraw.Draw(picture).text((30, 200), "some words", fill="white", stroke_fill="black", stroke_width=1)
    return picture


COPIES = {
    "small": lambda picture: picture.resize((100, 75)),
    "large": lambda picture: picture.resize((480, 360), Pillow.Resampling.BILINEAR),
    "squashed": lambda picture: picture.resize((200, 200)),
    "quality 30": lambda picture: saved(picture, 30),
    "darker": lambda picture: Pillow.eval(picture, lambda value: value * 0.9),
    "cropped": lambda picture: picture.crop((10, 0, 320, 232)),
    "cropped all around": lambda picture: picture.crop((14, 11, 308, 230)),
    "written upon": written,
    "all at once": lambda picture: saved(written(picture).crop((10, 8, 312, 240)).resize((140, 110)), 40),
}


@pytest.mark.parametrize("change", COPIES)
def test_a_copy_is_near_and_alike(change, look, detailed):
    for number in range(4):
        original, copy = look(detailed(number)), look(COPIES[change](detailed(number)))
        assert distance(original, copy) <= MAX_DISTANCE
        assert similarity(original, copy) >= MIN_SIMILARITY


OTHERS = {
    "another cut": lambda picture: picture.crop((0, 0, 230, 240)),
    "nearer": lambda picture: picture.crop((50, 40, 270, 200)),
    "upside down": ImageOps.flip,
    "something in front": lambda picture: (
        ImageDraw.Draw(other := picture.copy()).ellipse((60, 40, 200, 180), fill=(9, 99, 199)),
        other,
    )[1],
    "other colours": lambda picture: Pillow.merge("RGB", [picture.split()[band] for band in (2, 1, 0)]),
}


@pytest.mark.parametrize("change", OTHERS)
def test_a_look_alike_is_not(change, look, detailed):
    for number in range(4):
        assert similarity(look(detailed(number)), look(OTHERS[change](detailed(number)))) < MIN_SIMILARITY


def test_pictures_of_different_things_are_far(look, detailed):
    looks = [look(detailed(number)) for number in range(12)]
    for number, one in enumerate(looks):
        for other in looks[:number]:
            assert distance(one, other) > MAX_DISTANCE
            assert similarity(one, other) < 0.6


@settings(max_examples=25, deadline=None)
@given(one=st.integers(0, 3), other=st.integers(0, 3), cut=st.integers(0, 30))
def test_similarity_is_the_same_from_both_sides_and_in_any_batch(look, detailed, one, other, cut):
    first, second = look(detailed(one)), look(detailed(other).crop((cut, 0, 320, 240)))
    alike = similarity(first, second)
    assert alike == similarity(second, first)
    assert 0 <= alike <= 1
    rows = np.frombuffer(first.thumbnail + second.thumbnail, np.uint8).reshape(2, -1)
    several = similarities(rows[[0, 1] * 40], rows[[1, 1] * 40])
    assert several.tolist() == [alike, 1.0] * 40


def test_no_pairs_have_no_similarity():
    nothing = np.zeros((0, THUMBNAIL_BYTES), np.uint8)
    assert similarities(nothing, nothing).shape == (0,)


def test_numbers_do_not_change_between_machines():
    """Written down once. Where they change, ``_QUESTION`` of ``steps/near/step.py`` has to, too."""
    blocks = np.random.default_rng(1).integers(0, 240, (16, 16, 3), dtype=np.uint8)
    pixels = np.kron(blocks, np.ones((8, 8, 1), np.uint8)) + np.arange(128, dtype=np.uint8)[:, None, None] // 8
    signature, cut = signature_of(pixels), signature_of(pixels[3:125, 5:])
    assert f"{signature.hash:016x} {cut.hash:016x}" == "1f01bf8d27761180 3b013f8d27761900"
    assert round(similarity(signature, cut) * 2**40) == 1_075_905_408_363


def test_a_signature_survives_its_bytes(look, detailed):
    signature = look(detailed(2))
    data = signature.to_bytes()
    assert len(data) == SIGNATURE_BYTES
    assert Signature.from_bytes(data) == signature
    with pytest.raises(ValueError, match="bytes"):
        Signature.from_bytes(data[1:])


def test_the_mirrored_is_that_of_the_mirrored_picture(look, detailed):
    here, there = mirrored(look(detailed(3))), look(ImageOps.mirror(detailed(3)))
    assert distance(here, there) <= 2
    assert similarity(here, there) > 0.99
    assert mirrored(here) == look(detailed(3))
    rows = np.frombuffer(here.thumbnail + there.thumbnail, np.uint8).reshape(2, -1)
    assert (mirrored_thumbnails(mirrored_thumbnails(rows)) == rows).all()
    assert mirrored_thumbnails(rows[:0]).shape == (0, THUMBNAIL_BYTES)


def test_what_has_nothing_to_know_it_by_is_blank(look, detailed):
    gradient = Pillow.linear_gradient("L").resize((300, 200))
    speck = Pillow.new("RGB", (300, 200), "white")
    ImageDraw.Draw(speck).rectangle((100, 100, 108, 108), fill="black")
    assert look(Pillow.new("RGB", (50, 50), (7, 70, 7))).is_blank
    assert look(Pillow.eval(gradient, lambda value: value // 8)).is_blank
    assert look(speck).is_blank
    assert not look(detailed(0)).is_blank


def test_grey_pictures_have_no_bits_of_colour(look, detailed):
    grey = saved(detailed(1).convert("L").convert("RGB"), 30)
    assert look(grey).hash & 0x3FF == 0
    assert look(detailed(1)).hash & 0x3FF != 0


def test_pending_edits_are_seen(look, detailed):
    buffer = io.BytesIO()
    detailed(1).save(buffer, "PNG")
    image = Image(data=buffer.getvalue(), original=Size(320, 240), media_type="image/png")
    cut = image.transformed(Crop(40, 20, 200, 160)).transformed(HFlip())
    expected = look(ImageOps.mirror(detailed(1).crop((40, 20, 240, 180))))
    assert similarity(signature_at(cut), expected) > 0.99
    assert distance(signature_at(image), look(detailed(1))) <= 2
    with pytest.raises(BadRecord):
        signature_at(Image(data=b"nothing", original=Size(9, 9)))


@settings(max_examples=25, deadline=None)
@given(
    number=st.integers(0, 5),
    motion=st.tuples(*[st.floats(-0.06, 0.06, allow_nan=False)] * 4),
    light=st.floats(0.6, 1.2),
)
def test_a_motion_is_found_again(detailed, number, motion, light):
    luma = np.asarray(detailed(number).convert("L").resize((SIDE, SIDE)), np.float64)[None]
    moved = np.rint(warped(luma, np.array([motion])) / PARTS**2 * light)
    found = np.zeros((1, 4))
    for shrunk in (4, 2, 1):
        side = SIDE // shrunk
        small = [one.reshape(1, side, shrunk, side, shrunk).sum(axis=(2, 4)) for one in (moved, luma)]
        found = aligned(*small, found, 4)
    assert np.abs(found[0] - motion).max() < 0.012
    assert MAX_SHIFT < 0.13


def test_sums_over_cells():
    values = np.arange(2.0 * SIDE * SIDE).reshape(2, SIDE, SIDE)
    side = SIDE // CELLS
    assert sums(values)[1, 2, 3] == values[1, 2 * side : 3 * side, 3 * side : 4 * side].sum()
    luma = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE), dtype=np.uint8)
    assert variances(luma)[0, 7, 0] == pytest.approx(luma[0, -side:, :side].var() * side**4)
