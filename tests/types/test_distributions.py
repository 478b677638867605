"""Counts add up, whatever the parts; bins have neither gaps nor overlaps."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.types import Distributions
from vlmdata.types.distributions import NAMES, NUMBERS, most_frequent

VALUES = st.lists(st.tuples(st.sampled_from(sorted(NUMBERS)), st.integers(0, 10**9)), max_size=30)


def counted(values: list[tuple[str, int]]) -> Distributions:
    found = Distributions(samples=len(values))
    for name, value in values:
        found.number(name, value)
        found.name(NAMES[value % len(NAMES)], f"n{value % 7}")
    return found


@pytest.mark.parametrize("name", NUMBERS)
def test_bins_meet_and_hold_what_they_say(name: str) -> None:
    bins = NUMBERS[name]
    assert bins[0][0] == 0
    assert bins[-1][1] is None
    assert all(before[1] == after[0] for before, after in pairwise(bins))
    for low, high in bins:
        for value in (low, *([high - 0.0005] if high is not None else [])):
            found = Distributions()
            found.number(name, value)
            assert found.numbers[name] == {(low, high): 1}


@settings(max_examples=40)
@given(VALUES, VALUES, VALUES)
def test_the_sum_does_not_hang_on_the_parts(
    one: list[tuple[str, int]], two: list[tuple[str, int]], three: list[tuple[str, int]]
) -> None:
    total = Distributions()
    for part in (three, one, two):
        total.add(counted(part))
    assert total == counted(one + two + three)
    assert total.to_json() == counted(one + two + three).to_json()


@settings(max_examples=40)
@given(VALUES)
def test_json_and_back(values: list[tuple[str, int]]) -> None:
    found = counted(values)
    assert Distributions.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_only_the_most_frequent_names_are_kept_and_the_rest_summed() -> None:
    found = Distributions(samples=10)
    for number in range(50):
        for _ in range(number + 1):
            found.name("tag", f"t{number:02}")
    few = found.bounded(3)
    assert most_frequent(few.names["tag"]) == [("t49", 50), ("t48", 49), ("t47", 48), (None, 47 * 48 // 2)]
    assert few.names["tag"].total() == found.names["tag"].total()
    assert Distributions.from_json(few.to_json()) == few
    assert found.bounded(50) == found


def test_names_are_cut_to_a_length_a_manifest_can_hold() -> None:
    found = Distributions()
    found.name("dataset", "x" * 10_000)
    assert list(found.names["dataset"]) == ["x" * 100]
