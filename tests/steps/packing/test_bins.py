import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.steps.packing import Item, into_bins
from vlmdata.steps.packing.best_fit import best_fit
from vlmdata.steps.packing.completion import completed

WAYS = pytest.mark.parametrize("way", [best_fit, completed, into_bins], ids=lambda way: way.__name__)

rooms = st.builds(Item, st.integers(1, 300), st.integers(0, 9))
cases = rooms.flatmap(
    lambda room: st.tuples(
        st.just(room), st.lists(st.builds(Item, st.integers(1, room.tokens), st.integers(0, room.images)), max_size=60)
    )
)


def llava_like(count: int, seed: int = 0) -> list[Item]:
    """All but 6 % hold a picture of 576 tokens beside their text."""
    chance = random.Random(seed)
    lengths = [
        chance.lognormvariate(6.9, 0.7) if chance.random() < 0.06 else 616 + chance.lognormvariate(5.0, 0.8)
        for _ in range(count)
    ]
    return [Item(min(4096, int(length))) for length in lengths]


@WAYS
@given(case=cases)
@settings(max_examples=60)
def test_every_item_is_in_one_bin_and_none_is_too_full(way, case):
    room, items = case
    bins = way(items, room)
    assert sorted(number for one in bins for number in one) == list(range(len(items)))
    for one in bins:
        assert sum(items[number].tokens for number in one) <= room.tokens
        assert sum(items[number].images for number in one) <= room.images


@given(case=cases)
@settings(max_examples=60)
def test_bins_and_their_items_stand_in_order(case):
    room, items = case
    bins = into_bins(items, room)
    assert bins == sorted(sorted(one) for one in bins)
    assert len(bins) <= len(best_fit(items, room))


def test_best_fit_goes_where_it_fits_best():
    items = [Item(tokens) for tokens in (60, 50, 40, 50)]
    assert best_fit(items, Item(100)) == [[0, 2], [1, 3]]


def test_completion_finds_the_sum_that_best_fit_misses():
    """Best fit puts 41 and 41 together, and then nothing but 18 would fit."""
    items = [Item(tokens) for tokens in (41, 41, 30, 30, 29, 29)]
    assert len(best_fit(items, Item(100))) == 3
    assert sorted(sum(items[number].tokens for number in one) for one in into_bins(items, Item(100))) == [100, 100]


@WAYS
def test_images_are_limited_too(way):
    items = [Item(10, images) for images in (3, 3, 1, 1)]
    assert sorted(sum(items[number].images for number in one) for one in way(items, Item(100, 4))) == [4, 4]


def test_what_is_larger_than_a_bin_is_refused():
    for item in (Item(5), Item(1, 3)):
        with pytest.raises(ValueError, match="larger than a bin"):
            into_bins([item], Item(4, 2))


@pytest.mark.parametrize(("window", "full"), [(1000, 0.99), (5000, 0.995)])
def test_llava_like_lengths_fill_bins(window, full):
    items = llava_like(window)
    bins = into_bins(items, Item(4096))
    assert sum(item.tokens for item in items) / (4096 * len(bins)) > full
