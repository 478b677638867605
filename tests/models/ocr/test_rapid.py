"""RapidOCR on real pixels."""

import math
import sys

import numpy as np
import pytest

from vlmdata.errors import MissingExtraError
from vlmdata.models.ocr.rapid import Rapid
from vlmdata.types import Box

pytest.importorskip("rapidocr", reason="the extra [ocr] is not installed")


@pytest.fixture(scope="module")
def engine():
    return Rapid(("en", "ja"))


def words(engine, pixels):
    return {word.text: Box.around(word.quad) for line in engine.read(pixels) for word in line.words}


def test_words_of_both_languages_are_read_where_they_stand(engine, page):
    found = words(engine, page((520, 200), (30, 30, "No parking here"), (30, 110, "東京駅 お茶")))
    assert list(found)[:3] == ["No", "parking", "here"]
    assert "".join(list(found)[3:]) == "東京駅お茶"
    assert 20 < found["No"].x1 < found["No"].x2 < found["parking"].x1 < found["parking"].x2 < found["here"].x1 < 300
    assert all(box.y1 > 20 and box.y2 < 190 for box in found.values())


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_of_a_turned_page_are_read_where_they_stand(engine, page, turn):
    found = words(engine, page((400, 120), (30, 30, "No parking here"), turn=turn))
    ahead = {0: lambda box: box.x1, 90: lambda box: -box.y1, 180: lambda box: -box.x1, 270: lambda box: box.y1}[turn]
    assert sorted(found, key=lambda text: ahead(found[text])) == ["No", "parking", "here"]
    middle = found["parking"].center
    expected = {0: (165, 62), 90: (62, 235), 180: (235, 58), 270: (58, 165)}[turn]
    assert math.dist((middle.x, middle.y), expected) < 15


def test_vertical_japanese_is_read_downwards(engine, page):
    letters = [(60, 20 + 44 * number, letter) for number, letter in enumerate("ようこそ図書館へ")]
    (line,) = engine.read(page((160, 420), *letters))
    assert line.text == "ようこそ図書館へ"
    assert line.is_vertical


def test_only_letters_of_its_languages_are_read(page):
    pixels = page((400, 120), (30, 30, "お茶 café"))
    assert any("茶" in line.text for line in Rapid(("ja",)).read(pixels))
    assert all(line.text.isascii() for line in Rapid(("en",)).read(pixels))


def test_the_same_pixels_give_the_same_lines(engine, page):
    pixels = page((520, 200), (30, 30, "No parking here"), (30, 110, "牛乳 180円"))
    assert engine.read(pixels) == engine.read(pixels.copy()) == Rapid(("en", "ja")).read(pixels)


@pytest.mark.parametrize(("size", "noisy"), [((1, 1), False), ((3, 3), True), ((1, 900), True), ((700, 12), True)])
def test_pictures_of_any_shape_are_read(engine, size, noisy):
    pixels = np.full((*size, 3), 255, np.uint8)
    if noisy:
        pixels[:] = np.random.default_rng(7).integers(0, 256, pixels.shape)
    height, width = size
    for line in engine.read(pixels):
        box = Box.around(line.quad)
        assert 0 <= box.x1 <= box.x2 <= width
        assert 0 <= box.y1 <= box.y2 <= height


def test_its_digest_is_that_of_models_and_versions():
    assert len(Rapid.digest(("en",))) == 64
    assert Rapid.digest(("en",)) == Rapid.digest(("en",))


@pytest.mark.parametrize("package", ["rapidocr", "onnxruntime"])
def test_without_its_packages_it_says_how_to_install_them(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    for use in (Rapid, Rapid.digest):
        with pytest.raises(MissingExtraError, match=rf"needs {package}: pip install 'vlmdata\[ocr\]'"):
            use(("en",))


def test_an_opencv_that_cannot_be_imported_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingExtraError, match="opencv-python-headless"):
        Rapid.digest(("en",))
