import io

import pytest
from PIL import Image as PilImage

from tests.made_onnx import encoders
from vlmdata.errors import InputError, UsageError
from vlmdata.steps.base import Context
from vlmdata.steps.leaks import Decontaminate, Model, Named
from vlmdata.types import Crop, Drop, Image, Sample

LONG = "Which of the two red buses near the old stone bridge will reach the crowded market square first?"


@pytest.fixture
def asked(make, shown):
    """An evaluation sample about picture 0."""
    return make(
        ("user", 0, "How many figures are there?"), ("assistant", "4"), key="e1", images=(shown(0, id="coco:7"),)
    )


def found(step, sample, ctx):
    outcome = step.apply(sample, ctx)
    return outcome.reason if isinstance(outcome, Drop) else None


def test_a_picture_is_known_by_its_bytes(against, asked, make, shown, ctx):
    outcome = against(asked).apply(make(("user", 0, "Hi"), images=(shown(1), shown(0))), ctx)
    assert outcome == Drop(reason="leak_image_exact", value="e1 (d, file#e1)")


def test_a_picture_is_known_by_its_identity(against, asked, make, shown, ctx):
    sample = make(("user", 0, "Hi"), images=(shown(1, id="coco:7"),))
    outcome = against(asked).apply(sample, ctx)
    assert outcome == Drop(reason="leak_image_id", value="e1 (d, file#e1): coco:7")
    assert against(asked, ids=False).apply(sample, ctx) is sample


def test_a_picture_is_known_by_its_looks(against, asked, make, shown, saved, ctx):
    again = make(("user", 0, "Hi"), images=(shown(0, saved(shown(0).data)),))
    outcome = against(asked).apply(again, ctx)
    assert isinstance(outcome, Drop)
    assert outcome.reason == "leak_image_near"
    assert outcome.value.startswith("e1 (d, file#e1): similarity 0.9")
    assert outcome.threshold == "0.88"
    assert against(asked, images="exact").apply(again, ctx) is again
    other = make(("user", 0, "Hi"), images=(shown(1),))
    assert against(asked).apply(other, ctx) is other


def test_a_flipped_picture_is_found_if_asked_for(against, asked, make, shown, saved, ctx):
    flipped = make(("user", 0, "Hi"), images=(shown(0, saved(shown(0).data, flip=True)),))
    assert found(against(asked), flipped, ctx) is None
    assert found(against(asked, mirrored=True), flipped, ctx) == "leak_image_near"


def test_a_crop_that_waits_hides_nothing(against, asked, make, shown, saved, ctx):
    image = shown(0, saved(shown(0).data)).transformed(Crop(0, 0, 20, 20))
    assert found(against(asked), make(("user", 0, "Hi"), images=(image,)), ctx) == "leak_image_near"


def test_blank_pictures_are_no_evidence(against, make, shown, ctx):
    buffer = io.BytesIO()
    PilImage.new("RGB", (64, 48), "white").save(buffer, "PNG")
    blank = make(("user", 0, "Hi"), images=(shown(0, buffer.getvalue()),))
    assert against(blank).apply(blank, ctx) is blank


def test_what_cannot_be_looked_at_is_left_alone(against, asked, make, shown, picture):
    ctx = Context(seed=1, step="test")
    samples = [
        make(("user", 0, "Hi"), images=(shown(0, shown(0).data[:900]),)),
        make(("user", 0, "Hi"), images=(picture(),)),
        make(("user", 0, "Hi"), images=(Image(data=b"", media_type="video/mp4"),)),
    ]
    step = against(asked)
    assert [step.apply(sample, ctx) for sample in samples] == samples
    assert ctx.notes == {"left_alone:truncated": 1, "left_alone:not_an_image": 1, "left_alone:clip": 1}


def test_texts_are_found(against, make, ctx):
    step = against(make(("user", LONG), key="e"))
    text = f"Question: {LONG.lower()}"
    outcome = step.apply(make(("user", text), sizes=[]), ctx)
    assert outcome == Drop(reason="leak_question", value="e (d, file#e)", threshold="8 words")
    part = f"Tell me more about this: {LONG[:-14]}?"
    outcome = step.apply(make(("user", "Hi"), ("assistant", part), sizes=[]), ctx)
    assert outcome == Drop(reason="leak_text_ngram", value="e (d, file#e)", threshold="13 words")
    assert found(against(make(("user", LONG)), texts=False), make(("user", text), sizes=[]), ctx) is None


def test_a_short_question_counts_with_a_picture_that_is_a_bit_alike(against, asked, make, shown, saved, ctx):
    alike = shown(0, saved(shown(0).data, quality=20))
    same = make(("user", 0, "How many figures are there?"), images=(alike,))
    other = make(("user", 0, "Which figure is red?"), images=(alike,))
    strict = against(asked, min_similarity=1)
    outcome = strict.apply(same, ctx)
    assert isinstance(outcome, Drop)
    assert (outcome.reason, outcome.threshold) == ("leak_question", "0.7")
    assert found(strict, other, ctx) is None
    assert found(strict, make(("user", "How many figures are there?"), sizes=[]), ctx) is None


def test_how_a_set_words_its_questions_is_no_evidence(against, make, ctx):
    hint = "Read the passage on this page very carefully and then follow the instructions that stand below it."
    several = [
        make(("user", f"{hint} What is {name}?"), sizes=[]) for name in ("iron", "gold", "tin", "zinc", "ore", "ice")
    ]
    new = make(("user", f"{hint} Who wrote it?"), sizes=[])
    assert found(against(*several[:5]), new, ctx) == "leak_text_ngram"
    assert found(against(*several), new, ctx) is None


def test_a_leak_can_be_kept_with_a_tag(against, asked, make, shown):
    ctx = Context(seed=1, step="test")
    sample = make(("user", 0, "Hi"), images=(shown(0),), tags=("vqa",), meta={"a": 1})
    kept = against(asked, action="tag").apply(sample, ctx)
    assert isinstance(kept, Sample)
    assert kept.tags == ("vqa", "leak")
    assert kept.meta == {"a": 1, "leak": "leak_image_exact: e1 (d, file#e1)"}
    assert ctx.notes == {"tagged:leak_image_exact": 1}


def test_a_model_finds_what_looks_otherwise(against, asked, make, shown, tmp_path, ctx):
    pytest.importorskip("onnxruntime")
    model = Model(str(encoders(tmp_path / "clip")))
    step = against(asked, model=model, images="exact")
    turned = PilImage.open(io.BytesIO(shown(0).data)).transpose(PilImage.Transpose.ROTATE_180)
    buffer = io.BytesIO()
    turned.save(buffer, "PNG")
    outcome = step.apply(make(("user", 0, "Hi"), images=(shown(0, buffer.getvalue()),)), ctx)
    assert isinstance(outcome, Drop)
    assert outcome.reason == "leak_image_semantic"
    assert outcome.threshold == "0.95"
    with pytest.raises(InputError, match="no model"):
        against(asked).model_copy(update={"model": model.name}).setup()


def test_a_step_that_was_given_no_fingerprints_does_not_run():
    with pytest.raises(UsageError, match="fingerprints"):
        Decontaminate(against=("pope",)).setup()


def test_what_the_items_of_against_mean(tmp_path):
    step = Decontaminate.model_validate(
        {"against": ["pope", "./sets/mine", "mine.parquet", "hub:owner/name", {"dataset": "gqa", "files": "f"}]},
        context={"base": str(tmp_path)},
    )
    assert [step.resolved(one) for one in step.against] == [
        Named(dataset="pope"),
        tmp_path / "sets/mine",
        tmp_path / "mine.parquet",
        Named(dataset="hub:owner/name"),
        Named(dataset="gqa", files=str(tmp_path / "f")),
    ]
    assert [one.dataset for one in step.named] == ["pope", "hub:owner/name", "gqa"]
    assert Decontaminate(against="pope").against == ("pope",)


def test_its_digest_is_that_of_the_files(against, asked, make):
    one, same, other = against(asked), against(asked), against(make(("user", LONG)))
    assert one.digest() == same.digest() != other.digest()
