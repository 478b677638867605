"""Lines of text in pictures, covered."""

import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from vlmdata.datasets.shapes.lettering import font
from vlmdata.errors import MissingExtraError
from vlmdata.pixels import look_at
from vlmdata.steps.base import Context
from vlmdata.steps.privacy import PrivacyText
from vlmdata.steps.privacy.kinds import is_any_of
from vlmdata.types import Annotation, Box, Image

needs_rapidocr = pytest.mark.skipif(
    find_spec("rapidocr") is None or find_spec("onnxruntime") is None,
    reason="the extra [ocr] is not installed",
)

LINES = ((30, 30, "AB 123 CD"), (30, 130, "jane@mail.example"), (30, 230, "Fresh bread"))


def street(*lines):
    picture = Pillow.new("RGB", (560, 330), "white")
    for left, top, text in lines:
        ImageDraw.Draw(picture).text((left, top), text, fill="black", font=font(44))
    return np.asarray(picture)


@needs_rapidocr
class TestEngine:
    def covered_rows(self, sample, pixels):
        """Of each line of the street, whether it changed."""
        changed = (look_at(sample.images[0], 4000) != pixels).any(axis=(1, 2))
        return [bool(changed[top : top + 60].any()) for _, top, _ in LINES]

    @pytest.mark.parametrize(
        ("only", "expected"),
        [
            ((), [True, True, True]),
            (("plate",), [True, False, False]),
            (("email", "phone"), [False, True, False]),
            (("phone",), [False, False, False]),
        ],
        ids=str,
    )
    def test_lines_of_the_kind_are_covered(self, make, ctx, stored, only, expected):
        pixels = street(*LINES)
        done = PrivacyText(only=only).apply(make(("user", 0, "What?"), images=(stored(pixels),)), ctx)
        assert self.covered_rows(done, pixels) == expected
        assert ctx.notes == {"covered" if any(expected) else "no_text": 1}

    def test_what_is_covered_cannot_be_read_again(self, make, ctx, stored):
        sample = make(("user", 0, "What?"), images=(stored(street(*LINES)),))
        done = PrivacyText(only=("plate",)).apply(sample, ctx)
        again = Context(1, "again")
        assert PrivacyText(only=("plate",)).apply(done, again) == done
        assert again.notes == {"no_text": 1}

    def test_words_that_are_covered_lose_their_text(self, make, ctx, stored):
        plate = Annotation(id="p", text="AB 123 CD", box=Box(28, 30, 240, 75), source="ocr")
        bread = Annotation(id="b", text="Fresh bread", box=Box(28, 230, 290, 275), source="ocr")
        sample = make(("user", 0), images=(stored(street(*LINES)),), annotations=(plate, bread))
        done = PrivacyText(only=("plate",)).apply(sample, ctx)
        assert done.annotations == (replace(plate, text=None), bread)


class TestAnnotations:
    """Words that are there already; no engine."""

    MARKS = (
        Annotation(id="a", text="+81 3-1234-5678", box=Box(0, 0, 100, 20), source="ocr"),
        Annotation(id="b", text="bakery", box=Box(0, 40, 100, 60), source="ocr"),
        Annotation(id="c", label="dog", box=Box(0, 80, 100, 100)),
    )

    def test_words_are_covered_each_by_itself(self, make, ctx):
        sample = make(("user", 0), annotations=self.MARKS)
        done = PrivacyText(source="annotations", only=("phone",), margin=0).apply(sample, ctx)
        assert done.images[0].edits[0].boxes == (Box(0, 0, 100, 20),)
        assert done.annotations == (replace(self.MARKS[0], text=None), *self.MARKS[1:])
        everything = PrivacyText(source="annotations").apply(sample, ctx)
        assert len(everything.images[0].edits[0].boxes) == 2

    def test_samples_that_ask_to_read_are_left_alone(self, make, ctx):
        sample = make(("user", 0, "What is the number?"), annotations=self.MARKS, tags=("vqa", "OCR"))
        assert PrivacyText(source="annotations").apply(sample, ctx) == sample
        assert ctx.notes == {"left_alone:read": 1}
        assert PrivacyText(source="annotations", reading="cover").apply(sample, ctx) != sample


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (
            "plate",
            (
                "AB 123 CD",
                "AB12 CDE",
                "7ABC123",
                "M·AB 1234",
                "品川 500 さ 12-34",
                "横浜330あ・・・1",
                "12-AB-34",
                "x 5 8 9 y z",
            ),
        ),
        ("email", ("jane@mail.example", "write to a.b@c.co.jp now")),
        ("phone", ("+81 3-1234-5678", "Call (212) 555-0123", "Cal:(02) 908-8833", "０３－１２３４－５６７８")),
    ],
)
def test_lines_that_say_who_somebody_is(kind, texts):
    assert [text for text in texts if not is_any_of(text, (kind,))] == []


@pytest.mark.parametrize(
    "text",
    ["STOP", "Fresh bread", "2026", "Open 24 hours a day", "12", "", "東京駅", "No parking here", "9:30", "3.50"],
)
def test_other_lines(text):
    assert not is_any_of(text, ("plate", "email", "phone"))


def test_what_is_no_readable_picture_is_left_alone(make, ctx, stored):
    broken = replace(stored(np.zeros((64, 64, 3), np.uint8)), data=b"\xff\xd8\xff")
    sample = make(("user", 0), images=(Image(data=b"x", media_type="video/mp4"), broken, Image(data=b"x")))
    assert PrivacyText().apply(sample, ctx) == sample
    assert ctx.notes == {"left_alone:clip": 1, "left_alone:truncated": 1, "left_alone:no_header": 1}


def test_without_its_engine_it_is_refused_before_work_starts(monkeypatch):
    from vlmdata.models.ocr import loaded

    loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'vlmdata\[ocr\]'"):
        PrivacyText().setup()
    PrivacyText(source="annotations").setup()
