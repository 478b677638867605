import pytest

from vlmdata.steps.text import FilterText
from vlmdata.types import Drop


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"min_chars": 10, "max_chars": 10}, None),
        ({"min_chars": 11}, "min_chars"),
        ({"max_chars": 9}, "max_chars"),
        ({"min_words": 3, "max_words": 3}, None),
        ({"min_words": 4}, "min_words"),
        ({"max_words": 2}, "max_words"),
        ({"max_chars": 5, "roles": ["assistant"]}, None),
        ({"min_words": 2, "roles": ["assistant"]}, "min_words"),
        ({"languages": ["ja", "en"]}, None),
        ({"languages": ["de"]}, "language"),
        ({"require_assistant": True}, None),
    ],
)
def test_limits(make, ctx, limits, reason):
    sample = make(("system", "x" * 100), ("user", 0, " Who is\n"), ("assistant", "Ada. "), language="en-GB")
    outcome = FilterText(**limits).apply(sample, ctx)
    assert (outcome.reason if isinstance(outcome, Drop) else None) == reason


def test_an_unknown_language_is_not_a_wanted_one(make, ctx):
    assert FilterText(languages=["en"]).apply(make(("user", "hi")), ctx) == Drop(
        reason="language", value=None, threshold="en"
    )


def test_words_are_not_counted_where_there_are_no_spaces(make, ctx):
    japanese = make(("user", 0, "赤い円は何色ですか。"), ("assistant", "赤です。"))
    assert FilterText(min_words=3).apply(japanese, ctx) is japanese
    assert ctx.notes["no_spaces"] == 1
    assert FilterText(min_chars=20).apply(japanese, ctx) == Drop(reason="min_chars", value="14", threshold="20")


def test_a_silent_assistant_is_found_and_a_region_is_an_answer(make, ctx):
    step = FilterText(require_assistant=True)
    assert step.apply(make(("user", 0, "Where?"), ("assistant", " ")), ctx) == Drop(reason="no_assistant")
    assert step.apply(make(("user", 0)), ctx) == Drop(reason="no_assistant")
    spoken = make(("user", 0, "Where?"), ("assistant", ("a",)))
    assert step.apply(spoken, ctx) is spoken


def test_a_filter_that_asks_for_nothing_is_refused():
    assert "asks for nothing" in FilterText(roles=["user"]).ready()
    assert FilterText(require_assistant=True).ready() is None
    assert "min_chars is above max_chars" in FilterText(min_chars=3, max_chars=2).ready()
