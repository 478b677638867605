import pytest
from pydantic import ValidationError

from vlmdata.steps.expr import COLUMNS, FilterExpr
from vlmdata.types import Annotation, Drop


def sample_of(make, **meta):
    return make(
        ("user", 0, "What?"),
        ("assistant", "A cat."),
        tags=("vqa", "ocr"),
        language="en",
        annotations=(Annotation(id="a"),),
        meta=meta,
    )


@pytest.mark.parametrize(
    "keep",
    [
        "width = 640 and height = 480",
        "key = 'k' and dataset = 'd' and source = 'file#k' and role = 'train'",
        "config is null and split is null and language in ('en', 'ja')",
        "n_images = 1 and n_messages = 2 and n_annotations = 1 and text_chars = 11",
        "'ocr' in tags and not 'map' in tags",
        "similarity > 0.28 and width / height < 2",
    ],
)
def test_columns_and_meta_are_seen(make, ctx, keep):
    sample = sample_of(make, similarity=0.3, width=1)
    assert FilterExpr(keep=keep).apply(sample, ctx) is sample


def test_every_column_has_a_value_or_null(make):
    for column in COLUMNS.values():
        column(sample_of(make))
        column(make(sizes=[]))


def test_reasons(make, ctx):
    low = FilterExpr(keep="similarity > 0.28").apply(sample_of(make, similarity=0.1), ctx)
    assert low == Drop(reason="expr", value="similarity=0.1", threshold="similarity > 0.28")
    gone = FilterExpr(keep="width > 1 and similarity > 0.28").apply(sample_of(make), ctx)
    assert gone.reason == "null:similarity"
    clash = FilterExpr(keep="similarity > 0.28").apply(sample_of(make, similarity="high"), ctx)
    assert clash.reason == "expr_type"
    assert "similarity='high'" in clash.value
    false = FilterExpr(keep="width < 1 and similarity > 0.28").apply(sample_of(make), ctx)
    assert false.reason == "expr"


def test_a_wrong_condition_is_shown_when_the_recipe_is_read():
    with pytest.raises(ValidationError, match=r"\^"):
        FilterExpr(keep="width >")


LAION = "punsafe < 0.1 and pwatermark < 0.3 and similarity > 0.28"


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ((0.01, 0.1, 0.3), None),
        (("0.01", " 1e-1", ".3"), None),
        ((0, 0, 1), None),
        (("0.5", 0.1, 0.3), "expr"),
        ((0.01, "0.1", "0.2"), "expr"),
        ((None, 0.1, 0.3), "null:punsafe"),
        ((0.01, float("nan"), 0.3), "null:pwatermark"),
        ((0.01, 0.1, "NaN"), "null:similarity"),
        ((0.01, 0.1, " "), "null:similarity"),
        ((None, 0.9, 0.3), "expr"),
        ((0.01, 0.1, "high"), "expr_type"),
        ((0.01, True, 0.3), "expr_type"),
    ],
)
def test_scores_as_tables_of_laion_have_them(make, ctx, scores, reason):
    names = ("punsafe", "pwatermark", "similarity")
    sample = sample_of(make, **dict(zip(names, scores, strict=True)))
    outcome = FilterExpr(keep=LAION).apply(sample, ctx)
    assert (outcome.reason if isinstance(outcome, Drop) else None) == reason


def test_a_score_that_is_not_there_is_null(make, ctx):
    assert FilterExpr(keep=LAION).apply(sample_of(make), ctx).reason == "null:punsafe"
    sample = sample_of(make, similarity=float("nan"))
    assert FilterExpr(keep="similarity > 0.28 or similarity is null").apply(sample, ctx) is sample


def test_text_stays_text_where_text_is_asked_for(make, ctx):
    sample = sample_of(make, id="007", score="3", NSFW="UNLIKELY")
    keep = "id = '007' and score + 1 = 4 and 2 < score and score in (3, 4) and NSFW = 'UNLIKELY'"
    assert FilterExpr(keep=keep).apply(sample, ctx) is sample
