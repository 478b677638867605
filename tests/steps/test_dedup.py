import random
from dataclasses import replace
from pathlib import Path

import pytest

from vlmdata.steps.dedup import DedupExact
from vlmdata.types import Annotation, Box, Drop, HFlip

pa = pytest.importorskip("pyarrow")


def decided(step, ctx, tasks, shuffle=None):
    """What is decided of ``tasks``, a list of lists of samples, as the engine would gather it."""
    import pyarrow.dataset as ds

    rows = [
        {"task": task, "row": row, "key": sample.key, **step.signature(sample, ctx)}
        for task, samples in enumerate(tasks)
        for row, sample in enumerate(samples)
    ]
    if shuffle is not None:
        random.Random(shuffle).shuffle(rows)
    identity = [pa.field("task", pa.int32()), pa.field("row", pa.int64()), pa.field("key", pa.string())]
    table = pa.Table.from_pylist(rows, pa.schema([*identity, *step.signature_schema()]))
    return step.decide(ds.dataset(table), Path("unused"))


def test_the_first_of_equals_stays_in_whatever_order_the_rows_come(make, ctx):
    step = DedupExact()
    x, y = ("user", "x"), ("user", "y")
    tasks = [
        [make(x, sizes=[], key="z9"), make(y, sizes=[], key="b")],
        [make(x, sizes=[], key="a"), make(y, sizes=[], key="c"), make(x, sizes=[], key="d")],
    ]
    expected = [(1, "a", "z9"), (1, "c", "b"), (1, "d", "z9")]
    for shuffle in (None, 1, 2, 3):
        decision = decided(step, ctx, tasks, shuffle)
        found = sorted(zip(*(decision[name].to_pylist() for name in ("task", "key", "survivor")), strict=True))
        assert found == expected


def test_nothing_is_decided_where_nothing_is_double(make, ctx):
    assert decided(DedupExact(), ctx, [[make(("user", "x"))]]).num_rows == 0
    assert decided(DedupExact(), ctx, [[]]).num_rows == 0


def test_what_makes_two_samples_the_same(make, picture, ctx):
    step = DedupExact()
    base = make(("user", 0, "Q?"), ("assistant", "A"), images=(picture(),))
    same = replace(base, key="other", tags=("x",), meta={"id": 2}, language="en")
    others = [
        replace(base, images=(picture(name="b"),)),
        base.transformed(HFlip(), 0),
        make(("user", 0, "Q!"), ("assistant", "A"), images=(picture(),)),
        replace(base, annotations=(Annotation(id="a", box=Box(0, 0, 1, 1)),)),
    ]
    digest = step.signature(base, ctx)
    assert step.signature(same, ctx) == digest
    assert len({step.signature(sample, ctx)["digest"] for sample in (base, *others)}) == 5


def test_by_images_words_do_not_count_and_text_only_samples_stay(make, picture, ctx):
    step = DedupExact(by="images")
    samples = [make(("user", 0, text), key=text, images=(picture(),)) for text in ("a", "b")]
    texts = [make(("user", "t"), key=key, sizes=[]) for key in ("c", "d")]
    assert decided(step, ctx, [[*samples, *texts]]).to_pylist() == [{"task": 0, "key": "b", "survivor": "a"}]


def test_pictures_without_a_hash_are_compared_by_their_bytes(make, picture, ctx):
    unhashed = [replace(picture(name=name), sha256=None) for name in ("a", "a", "b")]
    step = DedupExact(by="images")
    one, two, three = (step.signature(make(images=(image,)), ctx) for image in unhashed)
    assert one == two != three


def test_the_decision_names_the_survivor(make, ctx):
    sample = make(("user", 0))
    assert DedupExact().resolve(sample, None, ctx) is sample
    drop = DedupExact().resolve(sample, {"task": 0, "key": "k", "survivor": "a"}, ctx)
    assert drop == Drop(reason="duplicate", value="a")
