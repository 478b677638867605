"""Charts say what was counted: every count in one column, names in order, time by step."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.conftest import manifest
from vlmdata.report.charts import histograms, names, times
from vlmdata.types import Distributions, License, StepTally


def counted(name: str, *values: float) -> Distributions:
    found = Distributions(samples=len(values))
    for value in values:
        found.number(name, value)
    return found


@settings(max_examples=60)
@given(st.sampled_from(["width", "boxes", "characters"]), st.lists(st.integers(0, 10**8), min_size=1, max_size=40))
def test_every_count_is_in_one_of_a_few_columns(name: str, values: list[int]) -> None:
    (chart,) = histograms(counted(name, *values))
    assert sum(column.count for column in chart.columns) == len(values)
    assert len(chart.columns) <= 32
    assert max(column.share for column in chart.columns) == 1
    assert chart.columns[-1].count > 0
    assert 1 <= sum(1 for column in chart.columns if column.label) <= 8


def test_columns_between_are_empty_and_named() -> None:
    (chart,) = histograms(counted("boxes", 2, 2, 5))
    assert [(column.span, column.count, column.share) for column in chart.columns] == [
        ("2", 2, 1.0), ("3", 0, 0), ("4", 0, 0), ("5", 1, 0.5),
    ]  # fmt: skip
    assert (chart.title, chart.summary) == ("Boxes on a picture", "3 pictures, 2–5, median 2")


def test_spans_are_said_as_people_say_them() -> None:
    assert histograms(counted("width", 640))[0].summary == "1 picture, all 609–723 pixels"
    assert histograms(counted("aspect", 1.0, 1.5))[0].summary == "2 pictures, 0.92–1.54, median 0.92–1.09"
    assert histograms(counted("aspect", 99.0))[0].columns[0].span == "17.45 or more"


def test_numbers_that_were_not_counted_have_no_chart() -> None:
    assert [chart.title for chart in histograms(counted("turns", 2))] == ["Turns in a sample"]
    assert histograms(Distributions()) == []


def test_the_longest_bars_come_first_and_the_rest_is_told() -> None:
    found = Distributions(samples=100)
    for number in range(20):
        for _ in range(number + 1):
            found.name("tag", f"t{number:02}")
    (chart,) = names(found, Counter())
    assert [bar.name for bar in chart.bars] == [f"t{number:02}" for number in range(19, 7, -1)]
    assert (chart.bars[0].share, chart.bars[0].said) == (1.0, "20 (20.0%)")
    assert chart.left_out == "36 of other names"


def test_what_has_no_name_is_called_so() -> None:
    found = Distributions(samples=3)
    for language in ("en", "", "en"):
        found.name("language", language)
        found.name("media_type", "")
    (chart,) = names(found, Counter())
    assert [(bar.name, bar.said) for bar in chart.bars] == [("en", "2 (66.7%)"), ("not said", "1 (33.3%)")]


def test_terms_are_bars_too() -> None:
    terms = Counter({License(images="MIT", commercial="yes"): 3, License(images="MIT"): 1, License(): 4})
    charts = {chart.title: [(bar.name, bar.said) for bar in chart.bars] for chart in names(Distributions(), terms)}
    assert charts["Licence of pictures"] == [("MIT", "4 (50.0%)"), ("not said", "4 (50.0%)")]
    assert charts["Commercial use"] == [("unclear", "5 (62.5%)"), ("yes", "3 (37.5%)")]


def test_time_is_told_by_step_with_the_pace() -> None:
    funnel = [StepTally(name="read", entered=10, seconds=0.5), StepTally(name="ocr", entered=10, seconds=2.0)]
    chart = times(manifest(funnel=[*funnel, StepTally(name="render")], timings={"decode": 1.0, "total": 4.0}))
    assert chart is not None
    assert [(bar.name, bar.share, bar.said) for bar in chart.bars] == [
        ("read", 0.25, "0.50 s, 20 a second"),
        ("ocr", 1.0, "2.00 s, 5 a second"),
        ("decode", 0.5, "1.00 s"),
        ("other", 0.25, "0.50 s"),
    ]
    assert times(manifest(timings={})) is None
