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
