from pathlib import Path

import pytest

from vlmdata.steps.image import FilterOddSize

pa = pytest.importorskip("pyarrow")


def outcomes(step, ctx, make, sizes):
    """What becomes of samples with pictures of these sizes, as the engine would have it."""
    import pyarrow.dataset as ds

    samples = [make(("user", "x"), key=f"k{number}", sizes=size) for number, size in enumerate(sizes)]
    rows = [{"task": 0, "row": row, "key": one.key, **step.signature(one, ctx)} for row, one in enumerate(samples)]
    identity = [pa.field("task", pa.int32()), pa.field("row", pa.int64()), pa.field("key", pa.string())]
    table = pa.Table.from_pylist(rows, pa.schema([*identity, *step.signature_schema()]))
    decided = [
        step.decide(ds.dataset(part), Path("unused")) for part in (table, table.take(list(range(len(rows)))[::-1]))
    ]
    decided = [part.sort_by("key") for part in decided]
    assert decided[0].equals(decided[1])
    found = {row["key"]: row for row in decided[0].to_pylist()}
    return [step.resolve(sample, found.get(sample.key), ctx) for sample in samples]


def reasons(*args):
    return [getattr(outcome, "reason", None) for outcome in outcomes(*args)]


def test_far_out_is_odd_both_ways_and_text_stays(make, ctx):
    common = [[(640 + 8 * number, 480)] for number in range(20)]
    odd = [[(16, 16)], [(640, 480), (4000, 9000)], [(700, 500), (720, 470)], []]
    assert reasons(FilterOddSize(), ctx, make, [*common, *odd]) == [None] * 20 + ["odd_size", "odd_size", None, None]


def test_fences_move_the_limits_and_are_told(make, ctx):
    sizes = [[(side, side)] for side in (100, 100, 110, 120, 121, 130, 140, 200)]
    drop = outcomes(FilterOddSize(fences=1.0), ctx, make, sizes)[-1]
    assert (drop.reason, drop.value, drop.threshold) == ("odd_size", "200", "86.43 to 178.2")
    assert reasons(FilterOddSize(fences=3), ctx, make, sizes) == [None] * 8


@pytest.mark.parametrize("size", [(224, 224), (333, 77), (1, 1)])
def test_sets_of_one_size_lose_nothing(make, ctx, size):
    assert reasons(FilterOddSize(), ctx, make, [[size]] * 5) == [None] * 5
    assert reasons(FilterOddSize(), ctx, make, [*[[size]] * 5, [(size[0] + 1, size[1])]])[-1] == "odd_size"


def test_no_pictures_no_limits(make, ctx):
    assert reasons(FilterOddSize(), ctx, make, [[], []]) == [None, None]
