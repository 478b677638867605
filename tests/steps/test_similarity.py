"""A caption that is not about its picture goes."""

import io
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.made_onnx import OF_CHANNELS, OF_TOKENS, WORDS, encoders, needs_onnx
from vlmdata.errors import InputError, MissingExtraError
from vlmdata.models.embed import loaded
from vlmdata.pixels import read_header
from vlmdata.recipe import parsed
from vlmdata.steps.similarity import FilterSimilarity
from vlmdata.types import Crop, Drop, Image

pytestmark = needs_onnx

RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(left, right=None):
    made = Pillow.new("RGB", (64, 48), left)
    made.paste(right or left, (32, 0, 64, 48))
    file = io.BytesIO()
    made.save(file, "PNG")
    return Image(data=file.getvalue(), original=read_header(file.getvalue()).size, media_type="image/png")


def cosine(colour, *words):
    seen = (np.array(colour) / 127.5 - 1) @ OF_CHANNELS
    read = OF_TOKENS[[WORDS.index(word) for word in (*words, "<end>")]].mean(axis=0)
    return float(seen @ read / np.linalg.norm(seen) / np.linalg.norm(read))


@pytest.fixture
def model(tmp_path):
    return str(encoders(tmp_path / "pair", masked=True))


def test_the_score_is_the_cosine(make, ctx, model):
    step = FilterSimilarity(model=model, at_least=-1, keep_score=True)
    sample = make(("user", 0), ("assistant", "red blue"), images=(picture(RED),), meta={"a": 1})
    done = step.apply(sample, ctx)
    assert done.meta == {"a": 1, "image_text_similarity": pytest.approx(cosine(RED, "red", "blue"), abs=1e-4)}
    assert FilterSimilarity(model=model, at_least=-1).apply(sample, ctx) is sample


@pytest.mark.parametrize("above", [0.001, -0.001])
def test_below_the_threshold_it_goes(make, ctx, model, above):
    score = cosine(BLUE, "red")
    step = FilterSimilarity(model=model, at_least=round(score + above, 6))
    sample = make(("user", 0), ("assistant", "red"), images=(picture(BLUE),))
    done = step.apply(sample, ctx)
    if above < 0:
        assert done is sample
    else:
        assert done == Drop(reason="dissimilar", value=f"{score:.4f}", threshold=f"{step.at_least:g}")


def test_of_several_pictures_the_best_counts(make, ctx, model):
    step = FilterSimilarity(model=model, at_least=-1, keep_score=True)
    sample = make(("user", 0, 1), ("assistant", "red"), images=(picture(RED), picture(BLUE)))
    best = max(cosine(RED, "red"), cosine(BLUE, "red"))
    assert step.apply(sample, ctx).meta["image_text_similarity"] == pytest.approx(best, abs=1e-4)


def test_the_question_is_compared_where_it_is_asked_for(make, ctx, model):
    sample = make(("user", 0, "blue"), ("assistant", "red"), ("user", "red"), images=(picture(RED),))
    step = FilterSimilarity(model=model, at_least=-1, keep_score=True, text="question")
    assert step.apply(sample, ctx).meta["image_text_similarity"] == pytest.approx(cosine(RED, "blue"), abs=1e-4)


def test_pictures_are_looked_at_as_pending_edits_make_them(make, ctx, model):
    step = FilterSimilarity(model=model, at_least=-1, keep_score=True)
    sample = make(("user", 0), ("assistant", "red"), images=(picture(RED, BLUE),))
    done = step.apply(sample.transformed(Crop(40, 0, 20, 40), 0), ctx)
    assert done.meta["image_text_similarity"] == pytest.approx(cosine(BLUE, "red"), abs=1e-4)


@pytest.mark.parametrize("turns", [[("user", 0, "red")], [("user", 0), ("assistant", " \n")], [("user", 0)]])
def test_without_a_text_it_is_left_alone(make, ctx, model, turns):
    sample = make(*turns, images=(picture(RED),))
    assert FilterSimilarity(model=model, at_least=1).apply(sample, ctx) is sample
    assert ctx.notes == {"no_text": 1}


def test_what_cannot_be_read_is_left_alone(make, ctx, model):
    clip = Image(data=b"x", media_type="video/mp4")
    broken = replace(picture(RED), data=picture(RED).data[:40])
    sample = make(("user", 0, 1), ("assistant", "red"), images=(clip, broken))
    assert FilterSimilarity(model=model, at_least=1).apply(sample, ctx) is sample
    assert ctx.notes == {"left_alone:clip": 1, "left_alone:truncated": 1}


def test_a_text_alone_stays(make, ctx, model):
    sample = make(("user", "Hello"), ("assistant", "red"), sizes=())
    assert FilterSimilarity(model=model, at_least=1).apply(sample, ctx) is sample


def test_the_folder_starts_at_the_recipe(tmp_path):
    encoders(tmp_path / "pair")
    text = (
        "version: 1\nname: r\ninputs: [{dataset: shapes}]\nsteps: [{filter.similarity: {model: pair, at_least: 0.2}}]\n"
    )
    (step,) = parsed(text, "r.yaml", tmp_path).steps
    step.setup()
    assert step.ready() is None
    assert step.pinned().digest() == step.digest() != ""


def test_a_model_that_lacks_a_graph_is_refused(tmp_path):
    (encoders(tmp_path / "pair") / "onnx" / "text_model.onnx").unlink()
    step = FilterSimilarity(model=str(tmp_path / "pair"), at_least=0)
    assert "no onnx/text_model.onnx or text_model.onnx" in step.ready()
    with pytest.raises(InputError, match="text_model"):
        step.setup()


def test_encoders_of_two_spaces_are_refused_before_work_starts(tmp_path):
    step = FilterSimilarity(model=str(encoders(tmp_path / "pair", width=3)), at_least=0)
    with pytest.raises(InputError, match="not one space"):
        step.setup()


def test_without_onnxruntime_it_is_refused_before_work_starts(monkeypatch, model):
    loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match="pip install onnxruntime"):
        FilterSimilarity(model=model, at_least=0).setup()
