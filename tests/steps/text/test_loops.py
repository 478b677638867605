"""Loops: what is repeated in a row is found, turned or not, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.steps.text.loops import Loop, loops

UNITS = st.lists(st.sampled_from("abc"), max_size=24)


def found(units, longest=10, least=2):
    return list(loops(units, longest=longest, fault=lambda loop: loop if loop.times >= least else None))


def test_the_longest_stretch_from_its_first_unit_on():
    assert found("xababaya") == [Loop(1, 2, 2, slack=1)]
    assert found("abcabcabc") == [Loop(0, 3, 3)]
    assert found("aaaa") == [Loop(0, 1, 4)]
    assert found("abcd") == []
    assert found("abcabc", longest=2) == []


def test_turned_ones_hold_the_same_units():
    (loop,) = found("xababaya")
    assert [one.start for one in loop.turned()] == [1, 2]
    assert all(one.end <= loop.end + loop.slack for one in loop.turned())


@settings(max_examples=300)
@given(UNITS)
def test_each_loop_is_one_and_none_overlap(units):
    end = 0
    for loop in found(units):
        said = units[loop.start : loop.start + loop.period]
        assert units[loop.start : loop.end] == said * loop.times
        assert loop.start >= end
        end = loop.end


@settings(max_examples=200)
@given(UNITS, st.lists(st.sampled_from("defg"), min_size=1, unique=True), st.integers(2, 5), UNITS)
def test_a_planted_loop_is_found(before, phrase, times, after):
    units = [*before, *phrase * times, *after]
    assert Loop(len(before), len(phrase), times) in found(units)


def test_rejected_loops_are_looked_at_once():
    asked: list[Loop] = []
    assert list(loops(["0"] * 5000, longest=40, fault=asked.append)) == []
    assert len(asked) <= 40
