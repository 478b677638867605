from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter

from vlmdata.pixels import look
from vlmdata.pixels.quality import SIDE, Quality, measured

PHOTOS = ["football_field.jpg", "i2d_123_456.jpg", "i2d_208_495.jpg", "lots_of_people.jpeg", "office.jpg"]


def of(im):
    return measured(np.asarray(im.convert("RGB")))


def page(lines=1, ink="black", ground="white"):
    im = Pillow.new("RGB", (612, 792), ground)
    for line in range(lines):
        ImageDraw.Draw(im).text((70, 80 + 20 * line), "A line of words on a page that is otherwise empty.", fill=ink)
    return im


def edge(sigma, contrast=200, size=256):
    """An ideal vertical edge through Gaussian blur, by its integral; in the middle of a tile."""
    from math import erf

    values = [28 + contrast * 0.5 * (1 + erf((x - 118) / (sigma * 2**0.5))) for x in range(size)]
    return Pillow.fromarray(np.tile(np.round(values).astype(np.uint8), (size, 1))).convert("RGB")


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_picture_has_measures_that_come_back(width, height, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    quality = measured(pixels)
    assert Quality.unpacked(quality.packed()) == quality
    for share in (quality.content, quality.darkest, quality.brightest, quality.bars, quality.middle):
        assert 0 <= share <= 1
    assert quality.darkest <= quality.brightest


@pytest.mark.parametrize("colour", ["white", "black", (90, 120, 30)])
def test_one_colour_has_nothing(colour):
    quality = of(Pillow.new("RGB", (300, 200), colour))
    assert (quality.content, quality.detail, quality.blur, quality.bars, quality.middle) == (0, 0, 0, 0, 1)
    assert quality.darkest == quality.brightest


def test_a_line_of_text_is_content_and_detail():
    one, many = of(page()), of(page(lines=30))
    assert 0.002 < one.content < many.content < 0.2
    assert one.detail > 10
    assert one.darkest < 0.5
    assert of(page(ink="white", ground="black")).brightest > 0.5


def test_colours_of_one_luma_are_content():
    im = Pillow.new("RGB", (200, 200), (200, 100, 100))
    ImageDraw.Draw(im).rectangle((50, 50, 150, 150), fill=(60, 169, 110))
    assert of(im).content > 0.2


def test_a_gradient_has_no_detail_and_noise_of_jpeg_is_none(saved):
    ramp = np.tile(np.linspace(40, 200, 800).astype(np.uint8), (600, 1))
    im = Pillow.fromarray(ramp).convert("RGB")
    assert of(im).detail < 1
    assert measured(look(saved(im, "JPEG", quality=30), SIDE)).detail < 2


@pytest.mark.parametrize("contrast", [80, 200])
@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0])
def test_the_blur_of_an_edge_is_found_whatever_its_contrast(sigma, contrast):
    assert of(edge(sigma, contrast)).blur == pytest.approx(sigma, rel=0.12)


@pytest.mark.parametrize("cell", [5, 8, 23])
def test_ideal_edges_are_not_blurred(cell):
    across, down = np.meshgrid(np.arange(300), np.arange(200))
    board = ((across // cell + down // cell) % 2 * 200 + 20).astype(np.uint8)
    assert of(Pillow.fromarray(board)).blur == 0


@pytest.mark.parametrize("name", PHOTOS)
def test_photos_get_blurred_by_as_much_as_they_are(name, photos):
    im = Pillow.fromarray(look(photos[name], SIDE))
    blurs = [of(im.filter(ImageFilter.GaussianBlur(sigma))).blur for sigma in (0, 3, 6)]
    assert blurs[0] < 1 < blurs[1] < blurs[2]


def test_one_sharp_part_makes_a_picture_sharp(photos):
    im = Pillow.fromarray(look(photos["office.jpg"], SIDE))
    background = im.filter(ImageFilter.GaussianBlur(8))
    left, top = im.width // 3, im.height // 3
    background.paste(im.crop((left, top, 2 * left, 2 * top)), (left, top))
    assert of(background).blur < 1


@pytest.mark.parametrize(
    ("box", "share"), [((0, 100, 400, 300), 0.5), ((100, 100, 300, 300), 0.75), ((80, 0, 400, 400), 0.2)]
)
@pytest.mark.parametrize("colour", ["black", "white"])
def test_bars_are_measured(box, share, colour):
    im = Pillow.new("RGB", (400, 400), colour)
    busy = np.random.default_rng(0).integers(30, 225, (box[3] - box[1], box[2] - box[0], 3), dtype=np.uint8)
    im.paste(Pillow.fromarray(busy), box[:2])
    assert of(im).bars == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("stripes", [("white", "red"), ("black", "red", "gold"), ("#777", "#aaa", "#ddd", "#fff")])
@pytest.mark.parametrize("turn", [0, 90])
def test_flags_are_no_bars(stripes, turn):
    im = Pillow.new("RGB", (120, 120))
    high = 120 // len(stripes)
    for number, colour in enumerate(stripes):
        im.paste(colour, (0, number * high, 120, (number + 1) * high))
    assert of(im.rotate(turn)).bars <= 0.5


def test_margins_of_pages_and_frames_of_charts_are_no_bars():
    sheet = page(lines=25)
    ImageDraw.Draw(sheet).line((20, 60, 600, 60), fill="black", width=2)
    assert of(sheet).bars < 0.1
    chart = Pillow.new("RGB", (600, 400), "white")
    ImageDraw.Draw(chart).rectangle((150, 120, 450, 300), outline="black")
    assert of(chart).bars == 0


def test_a_sign_in_the_middle_of_a_plain_ground_is_told_from_a_page_and_from_goods(photos):
    sign = Pillow.new("RGB", (500, 374), "#e0e0e0")
    draw = ImageDraw.Draw(sign)
    draw.text((250, 190), "This photo is no longer available", fill="#909090", anchor="mm", font_size=20)
    assert of(sign).middle < 0.1
    assert of(page()).middle == 1
    goods = Pillow.new("RGB", (500, 500), "white")
    goods.paste(Pillow.fromarray(look(photos["office.jpg"], 150)), (180, 200))
    assert of(goods).middle == 1


def test_grey_is_grey_in_three_channels(photos, saved):
    im = Pillow.fromarray(look(photos["office.jpg"], 300))
    assert measured(look(saved(im.convert("L").convert("RGB"), "JPEG", quality=40), SIDE)).colour <= 4
    assert of(im).colour > 40


@pytest.mark.parametrize("name", PHOTOS)
def test_grain_over_a_blur_does_not_hide_it(name, photos):
    im = Pillow.fromarray(look(photos[name], SIDE)).filter(ImageFilter.GaussianBlur(5))
    grain = np.random.default_rng(0).normal(0, 3, (im.height, im.width, 1))
    assert measured((np.asarray(im) + grain).clip(0, 255).astype(np.uint8)).blur > 1
