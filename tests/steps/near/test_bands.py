"""Every pair within the distance is found, once; crowds cost little."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.steps.near import bands
from vlmdata.steps.near.bands import BITS, CROWD, HUBS, bands_for, pairs_within


def found(hashes, distance):
    pairs = [pair for ones, others in pairs_within(hashes, distance) for pair in zip(ones, others, strict=True)]
    unordered = {(int(min(pair)), int(max(pair))) for pair in pairs}
    assert len(unordered) == len(pairs)
    return unordered


def expected(hashes, distance):
    near = np.bitwise_count(hashes[:, None] ^ hashes[None]) <= distance
    return {(int(one), int(other)) for one, other in zip(*np.nonzero(np.triu(near, 1)), strict=True)}


@st.composite
def families(draw):
    """Distinct hashes, some of which are others with a few bits changed."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    hashes = {rng.getrandbits(64) for _ in range(draw(st.integers(0, 40)))} | {draw(st.integers(0, 2**64 - 1))}
    for base in sorted(hashes):
        for _ in range(draw(st.integers(0, 3))):
            bits = rng.sample(range(64), rng.randint(1, 18))
            hashes.add(base ^ sum(1 << bit for bit in bits))
    every = sorted(hashes)
    rng.shuffle(every)
    return np.array(every, np.uint64)


@settings(max_examples=60, deadline=None)
@given(hashes=families(), distance=st.integers(0, 16))
def test_every_pair_within_the_distance_is_found_once(hashes, distance):
    assert found(hashes, distance) == expected(hashes, distance)


@pytest.mark.parametrize("count", [10, 1 << 15, 1 << 19, 10**9])
@pytest.mark.parametrize("distance", range(17))
def test_no_difference_is_beyond_all_radii(count, distance):
    cut = bands_for(count, distance)
    assert sum(band.radius + 1 for band in cut) > distance
    covered = [bit for band in cut for bit in range(band.low, band.low + band.width)]
    assert len(covered) == len(set(covered))
    assert max(covered) < BITS


def test_few_bands_find_the_same_pairs(monkeypatch):
    rng = np.random.default_rng(5)
    base = rng.integers(0, 1 << 64, 300, dtype=np.uint64)
    hashes = np.unique(np.concatenate([base, base ^ np.uint64(0x8001), base ^ np.uint64(0x7F << 30)]))
    monkeypatch.setattr(bands, "_ENOUGH", (0, 0))
    monkeypatch.setattr(bands, "_PAIRS_AT_ONCE", 16)
    assert len(bands_for(len(hashes), 4)) == 3
    assert found(hashes, 4) == expected(hashes, 4)


def test_in_a_crowd_each_is_compared_with_a_few(monkeypatch):
    monkeypatch.setattr(bands, "CROWD", 100)
    monkeypatch.setattr(bands, "HUBS", 4)
    crowd = np.arange(1000, dtype=np.uint64) << np.uint64(40)
    pairs = [pair for ones, others in pairs_within(crowd, 10) for pair in zip(ones, others, strict=True)]
    assert len(pairs) < 60 * len(crowd)
    assert {int(row) for pair in pairs for row in pair} == set(range(1000))
    assert HUBS < CROWD
