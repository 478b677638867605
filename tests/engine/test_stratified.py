"""Stratified sampling: exactly so many rows, one of each stretch, wherever files and tasks are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vlmdata.engine.stratified import Stratified

asked = st.integers(1, 400).flatmap(lambda rows: st.tuples(st.integers(1, rows), st.just(rows)))
seeds = st.text(max_size=8)


@given(asked, seeds)
def test_exactly_so_many_are_taken_one_of_each_stretch(asked: tuple[int, int], seed: str) -> None:
    count, rows = asked
    sampled = Stratified(count, rows, seed)
    places = [row for row in range(rows) if sampled.takes(row)]
    assert [place * count // rows for place in places] == list(range(count))


@given(asked, seeds, st.integers(0, 400))
def test_a_file_takes_its_part(asked: tuple[int, int], seed: str, base: int) -> None:
    count, rows = asked
    base = min(base, rows)
    whole, part = Stratified(count, rows, seed), Stratified(count, rows, seed, base)
    assert [part.takes(row) for row in range(rows - base)] == [whole.takes(row) for row in range(base, rows)]


@given(asked, seeds, st.integers(0, 400))
def test_where_so_many_are_taken_is_known(asked: tuple[int, int], seed: str, base: int) -> None:
    count, rows = asked
    base = min(base, rows)
    sampled = Stratified(count, rows, seed, base)
    taken = [row for row in range(-base, rows - base) if sampled.takes(row)]
    assert [sampled.before(row) for row in range(rows - base + 1)] == [
        sum(one < row for one in taken) for row in range(rows - base + 1)
    ]
    assert [sampled.end_of(number) for number in range(1, count + 1)] == [row + 1 for row in taken]


def test_a_period_of_the_input_is_not_met() -> None:
    sampled = Stratified(1_000, 3_000, "seed")
    kinds = [row % 3 for row in range(3_000) if sampled.takes(row)]
    assert all(250 < kinds.count(kind) < 420 for kind in range(3))


def test_a_billion_rows_are_no_trouble() -> None:
    sampled = Stratified(3, 2_000_000_000, "seed")
    assert sampled.before(2_000_000_000) == 3
    ends = [sampled.end_of(taken) for taken in (1, 2, 3)]
    assert [end - 1 for end in ends] == sorted(end - 1 for end in ends)
    assert all(sampled.takes(end - 1) for end in ends)
