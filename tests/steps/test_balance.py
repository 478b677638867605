import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import hashes, recipe_of
from vlmdata.engine.run import Where, preprocess
from vlmdata.steps.balance import Balance
from vlmdata.steps.base import Context
from vlmdata.types import Annotation, Drop, License
from vlmdata.types.manifest import closes


@pytest.fixture
def marked(make):
    """A sample whose annotations bear ``labels``."""

    def build(key, *labels, **fields):
        marks = tuple(Annotation(id=str(number), label=label) for number, label in enumerate(labels))
        return make(key=key, sizes=[], annotations=marks, **fields)

    return build


def gone(step, ctx, samples, tasks=1, shuffle=None):
    """Keys of those that go, decided as the engine does it: one signature file per task."""
    import pyarrow.dataset as ds

    rows = [
        {"task": number % tasks, "row": number, "key": sample.key, **step.signature(sample, ctx)}
        for number, sample in enumerate(samples)
    ]
    if shuffle is not None:
        random.Random(shuffle).shuffle(rows)
    identity = [pa.field("task", pa.int32()), pa.field("row", pa.int64()), pa.field("key", pa.string())]
    schema = pa.schema([*identity, *step.signature_schema()])
    parts = [[row for row in rows if row["task"] == task] for task in range(tasks)]
    tables = [ds.dataset(pa.Table.from_pylist(part, schema)) for part in parts]
    decision = step.decide(ds.dataset(tables), Path("unused"))
    assert decision.column_names == ["task", "key"]
    place = {row["key"]: row["task"] for row in rows}
    assert all(place[row["key"]] == row["task"] for row in decision.to_pylist())
    return set(decision["key"].to_pylist())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    languages=st.lists(st.sampled_from(["en", "ja", "de", None]), max_size=40),
    at_most=st.integers(1, 12),
    tasks=st.integers(1, 4),
    shuffle=st.integers(0, 9),
)
def test_a_cap_is_exact_and_no_order_of_rows_changes_it(make, ctx, languages, at_most, tasks, shuffle):
    step = Balance(by="language", at_most=at_most)
    samples = [make(key=f"k{n}", sizes=[], language=language) for n, language in enumerate(languages)]
    dropped = gone(step, ctx, samples)
    kept = Counter(sample.language for sample in samples if sample.key not in dropped)
    for language, count in Counter(languages).items():
        assert kept[language] == (count if language is None else min(count, at_most))
    assert gone(step, ctx, samples[::-1], tasks, shuffle) == dropped


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(labels=st.lists(st.sets(st.sampled_from("abcd"), max_size=3), max_size=30), at_most=st.integers(1, 8))
def test_of_several_values_one_under_its_cap_is_enough(marked, ctx, labels, at_most):
    step = Balance(by="label", at_most=at_most)
    samples = [marked(f"k{n}", *sorted(bears)) for n, bears in enumerate(labels)]
    # Said otherwise: in the order drawn, a sample stays while any of its values has fewer than the cap.
    expected, kept = set(), Counter()
    for sample, bears in sorted(
        zip(samples, labels, strict=True), key=lambda pair: step.signature(pair[0], ctx)["order"]
    ):
        if bears and all(kept[label] >= at_most for label in bears):
            expected.add(sample.key)
        else:
            kept.update(bears)
    assert gone(step, ctx, samples) == expected


def test_a_rare_value_keeps_its_samples_beside_a_common_one(marked, ctx):
    common = [marked(f"c{n}", "person") for n in range(20)]
    rare = [marked(f"r{n}", "person", "toaster", "person") for n in range(3)]
    dropped = gone(Balance(by="label", at_most=5), ctx, common + rare)
    assert not dropped & {sample.key for sample in rare}
    assert 15 <= len(dropped) <= 18


def test_another_seed_picks_others(make):
    samples = [make(key=f"k{n}", sizes=[]) for n in range(40)]
    step = Balance(by="dataset", at_most=20)
    one, two = (gone(step, Context(seed, "balance"), samples) for seed in (1, 2))
    assert len(one) == len(two) == 20
    assert one != two


def test_nothing_goes_where_nothing_is_too_much(marked, ctx):
    assert gone(Balance(by="label", at_most=2), ctx, [marked("a", "x"), marked("b", "x"), marked("c")]) == set()
    assert gone(Balance(by="label", at_most=2), ctx, []) == set()


def values(by, sample, ctx):
    """What a sample that goes is said to have counted under."""
    return Balance(by=by, at_most=7).resolve(sample, {"task": 0, "key": "k"}, ctx).value


def test_what_a_sample_counts_under(make, marked, ctx):
    sample = make(
        ("user", 0, "Is it?"), ("assistant", "Yes."), ("user", "Sure?"), ("assistant", " yes"), ("user", "What?"),
        ("assistant", "A  Dog"), ("user", "Where?"), ("assistant", ("a",)),
        tags=("vqa", "ocr"), license=License(annotations="CC-BY-4.0", images="Flickr"),
        meta={"type": "yes/no", "hard": True, "level": 3, "kinds": ["a", "b", "a", None], "box": {"w": 1}, "label": 4},
    )  # fmt: skip
    assert values("answer", sample, ctx) == "yes, a dog"
    assert values("license", sample, ctx) == "CC-BY-4.0, Flickr"
    assert values("dataset", sample, ctx) == "d"
    assert values("tags", sample, ctx) == "vqa, ocr"
    assert values("type", sample, ctx) == "yes/no"
    assert values("hard", sample, ctx) == "true"
    assert values("level", sample, ctx) == "3"
    assert values("kinds", sample, ctx) == "a, b"
    assert values("box", sample, ctx) == '{"w": 1}'
    assert values("label", sample, ctx) == "4"
    assert values("label", marked("k", "cat ", "cat", None, meta={"label": "pets"}), ctx) == "cat"


def test_a_sample_goes_with_what_it_counted_under_and_stays_without_a_value(make, ctx):
    step = Balance(by="language", at_most=2)
    sample = make(sizes=[], language="en")
    assert step.resolve(sample, {"task": 0, "key": "k"}, ctx) == Drop(reason="over_cap", value="en", threshold="2")
    assert step.resolve(sample, None, ctx) is sample
    assert ctx.notes == {}
    nameless = replace(sample, language=" ")
    assert step.resolve(nameless, None, ctx) is nameless
    assert ctx.notes == {"no_value": 1}


def test_what_differs_in_every_row_is_refused():
    assert "by: dataset" in Balance(by="source", at_most=1).ready()
    assert Balance(by="question_type", at_most=1).ready() is None


BALANCED = (
    "inputs: [{dataset: shapes, limit: 120}]\n"
    "steps: [clean.image, {explode: {by: question}}, {sample.answers: {choose: random}},"
    " {balance: {by: answer, at_most: 4}}, {balance: {by: language, at_most: 60}}]\n"
    "output: {max_samples: %d}\n"
)


def test_a_run_keeps_the_same_samples_on_any_number_of_workers_and_tasks(tmp_path):
    for name, at_once, workers in (("one", 32, 1), ("two", 32, 2), ("whole", 200, 1)):
        manifest = preprocess(recipe_of(BALANCED % at_once, tmp_path), tmp_path / name, Where(workers=workers))
        assert closes(manifest.rows, manifest.written, manifest.funnel)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    one, whole = (pq.read_table(tmp_path / name / "parquet").to_pylist() for name in ("one", "whole"))
    assert {row["key"] for row in one} == {row["key"] for row in whole}
    assert max(Counter(row["language"] for row in one).values()) == 60
    answers, languages = (tally for tally in manifest.funnel if tally.name == "balance")
    assert answers.dropped["over_cap"] > 0
    assert languages.dropped["over_cap"] > 0
    records = pq.read_table(tmp_path / "one" / "dropped").to_pylist()
    over = [record for record in records if record["reason"] == "over_cap"]
    assert len(over) == answers.dropped["over_cap"] + languages.dropped["over_cap"]
    assert {record["threshold"] for record in over} == {"4", "60"}
    assert all(record["value"] for record in over)
