"""Components, stars and survivors against the plain way of finding them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.steps.near.clusters import Clusters
from vlmdata.steps.near.search import clustered
from vlmdata.steps.near.survivors import preferred, survivors

pairs = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60)


def components(count, edges):
    """The least member of the component of each."""
    label = list(range(count))
    for _ in range(count):
        for one, other in edges:
            label[one] = label[other] = min(label[one], label[other])
    return label


@settings(max_examples=80, deadline=None)
@given(edges=pairs, cut=st.integers(0, 60))
def test_clusters_are_connected_components(edges, cut):
    clusters = Clusters(30)
    for part in (edges[:cut], edges[cut:]):
        clusters.join(*np.array([*part, (0, 0)], np.int32).T)
    assert clusters.of(np.arange(30)).tolist() == components(30, edges)


@settings(max_examples=80, deadline=None)
@given(
    families=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    bits=st.lists(st.integers(0, 15), min_size=40, max_size=40),
    distance=st.integers(0, 6),
)
def test_rows_near_by_hash_and_alike_are_joined(families, bits, distance):
    """Alike are those of a family; of hashes there are few, so that many rows share one."""
    family = np.array(families)
    hashes = np.array([1 << bit for bit in bits[: len(family)]], np.uint64)
    texts = np.zeros(len(family), np.uint64)
    found = clustered(hashes, None, texts, distance, lambda ones, others, flipped: family[ones] == family[others])
    near = np.bitwise_count(hashes[:, None] ^ hashes[None]) <= distance
    edges = np.argwhere(near & (family[:, None] == family[None]))
    assert found.of(np.arange(len(family))).tolist() == components(len(family), edges.tolist())


def test_copies_are_found_among_more_texts_of_one_hash_than_are_compared():
    texts = np.repeat(np.arange(50, dtype=np.uint64), 2)
    hashes = np.zeros(100, np.uint64)
    found = clustered(hashes, None, texts, 4, lambda ones, others, flipped: texts[ones] == texts[others])
    assert found.of(np.arange(100)).tolist() == [row - row % 2 for row in range(100)]


def test_a_mirrored_copy_is_met_by_the_hash_of_the_mirrored():
    hashes, mirrors = np.array([1, 0xFF00, 1 << 40], np.uint64), np.array([0xFF00, 1, 1 << 50], np.uint64)
    asked = []

    def alike(ones, others, flipped):
        asked.extend(flipped.tolist())
        return flipped

    found = clustered(hashes, mirrors, np.zeros(3, np.uint64), 1, alike)
    assert found.of(np.arange(3)).tolist() == [0, 0, 2]
    assert asked == [True]


@settings(max_examples=80, deadline=None)
@given(data=st.data(), count=st.integers(1, 25), star=st.booleans())
def test_survivors_are_the_preferred_of_what_is_alike(data, count, star):
    label = data.draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    first = {value: label.index(value) for value in label}
    clusters = np.array([first[value] for value in label])
    preference = np.array(data.draw(st.permutations(range(count))), np.int32)
    table = np.array(data.draw(st.lists(st.integers(0, 9), min_size=count * count, max_size=count * count))) / 10
    how = np.maximum(table.reshape(count, count), table.reshape(count, count).T)
    gone, stays, alike = survivors(clusters, preference, lambda ones, others: how[ones, others], 0.5 if star else None)
    expected = {}
    for cluster in set(clusters.tolist()):
        left = [row for row in preference.tolist() if clusters[row] == cluster]
        while left:
            stay = left[0]
            goes = [row for row in left[1:] if not star or how[stay, row] >= 0.5]
            expected |= dict.fromkeys(goes, stay)
            left = [row for row in left[1:] if row not in goes]
    assert dict(zip(gone.tolist(), stays.tolist(), strict=True)) == expected
    assert alike.tolist() == how[stays, gone].tolist()


def test_who_stays():
    pixels, aspect = np.array([100, 300, 200, 300]), np.array([1.0, 3.0, 1.0, 2.0])
    assert preferred("largest", pixels, aspect).tolist() == [1, 3, 2, 0]
    assert preferred("first", pixels, aspect).tolist() == [0, 1, 2, 3]
    assert preferred("best_aspect", pixels, aspect).tolist() == [2, 0, 3, 1]
