from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.torch.order import Order
from vlmdata.torch.turns import progress, runs

blocks = st.lists(st.integers(1, 30), min_size=1, max_size=12)


def rows(order, epoch=0, rank=0, ranks=1, workers=1):
    """The rows of a rank, by worker, as (block, row)."""
    share = order.share(epoch, rank, ranks)
    total = sum(piece.rows for piece in share)
    return [
        list(taken(order, epoch, share, total * worker // workers, total * (worker + 1) // workers))
        for worker in range(workers)
    ]


def taken(order, epoch, share, start, stop, skip=0):
    for window in order.windows(epoch, share, start, stop, skip):
        places = [(piece.block, row) for piece in window.pieces for row in range(piece.start, piece.stop)]
        yield from (places[place] for place in window.order)


def everything(lengths):
    return Counter((block, row) for block, length in enumerate(lengths) for row in range(length))


@given(
    lengths=blocks, ranks=st.integers(1, 5), workers=st.integers(1, 4), shuffle=st.booleans(), epoch=st.integers(0, 3)
)
@settings(max_examples=60)
def test_every_row_is_taken_once_by_someone(lengths, ranks, workers, shuffle, epoch):
    order = Order(blocks=lengths, seed=3, shuffle=shuffle, window=7)
    found = [rows(order, epoch, rank, ranks, workers) for rank in range(ranks)]
    assert Counter(row for rank in found for worker in rank for row in worker) == everything(lengths)
    shares = [sum(map(len, rank)) for rank in found]
    assert max(shares) - min(shares) <= 1
    assert shares == [order.rows(rank, ranks) for rank in range(ranks)]


@given(lengths=blocks, ranks=st.integers(1, 5))
@settings(max_examples=60)
def test_ranks_can_be_made_equal(lengths, ranks):
    whole = everything(lengths)
    for even in ("drop", "repeat"):
        order = Order(blocks=lengths, even=even)
        found = [row for rank in range(ranks) for worker in rows(order, 1, rank, ranks) for row in worker]
        shares = {order.rows(rank, ranks) for rank in range(ranks)}
        assert len(shares) == 1
        assert len(found) == shares.pop() * ranks
        assert abs(len(found) - whole.total()) < ranks
        assert (Counter(found) <= whole) if even == "drop" else (Counter(found) >= whole)


@given(lengths=blocks, skip=st.integers(0, 400), window=st.integers(1, 50))
@settings(max_examples=60)
def test_what_was_taken_can_be_skipped(lengths, skip, window):
    order = Order(blocks=lengths, seed=5, window=window)
    share = order.share(2)
    stop = sum(lengths)
    assert list(taken(order, 2, share, 0, stop, skip)) == list(taken(order, 2, share, 0, stop))[skip:]


@given(lengths=blocks, window=st.integers(1, 50))
@settings(max_examples=40)
def test_no_window_is_larger_than_it_needs_to_be(lengths, window):
    order = Order(blocks=lengths, window=window)
    made = list(order.windows(0, order.share(0), 0, sum(lengths)))
    for one in made:
        assert sum(piece.rows for piece in one.pieces[:-1]) < window
        assert len(one.order) == sum(piece.rows for piece in one.pieces)


def test_epochs_and_seeds_have_orders_of_their_own():
    orders = [rows(Order(blocks=[50] * 4, seed=seed), epoch)[0] for seed in (0, 1) for epoch in (0, 1)]
    assert len({tuple(one) for one in orders}) == 4
    assert rows(Order(blocks=[50] * 4), 1) == rows(Order(blocks=[50] * 4), 1)


def test_without_shuffling_rows_come_as_they_lie():
    (found,) = rows(Order(blocks=[3, 2], shuffle=False))
    assert found == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]


@given(lengths=blocks, weight=st.floats(0.1, 3.5))
@settings(max_examples=60)
def test_weights_say_how_often(lengths, weight):
    order = Order(blocks=[*lengths, 10], weights=[weight] * len(lengths) + [1.0])
    for epoch in (0, 1):
        counts = Counter(row for row in rows(order, epoch)[0])
        mine = Counter({row: count for row, count in counts.items() if row[0] < len(lengths)})
        assert abs(mine.total() - weight * sum(lengths)) <= 1
        assert set(counts.values()) <= {int(weight), int(weight) + 1, 1}
        assert sum(count for row, count in counts.items() if row[0] == len(lengths)) == 10


def test_the_broken_part_of_a_weight_is_another_in_each_epoch():
    order = Order(blocks=[100], weights=[0.25])
    parts = {min(rows(order, epoch)[0]) for epoch in range(10)}
    assert len(parts) > 5


@given(batches=st.integers(0, 40), workers=st.integers(1, 6))
@settings(max_examples=80)
def test_progress_is_that_of_a_data_loader(batches, workers):
    """Taken one by one in turn, passing over who has no more, from any place on."""
    whole = list(in_turn([list(run) for run in runs(batches, workers)], 0))
    assert sorted(whole) == list(range(batches))
    for handed_out in range(batches + 1):
        done, following = progress(batches, workers, handed_out)
        left = [list(run)[count:] for run, count in zip(runs(batches, workers), done, strict=True)]
        assert list(in_turn(left, following)) == whole[handed_out:]


def in_turn(queues, first):
    queues = [list(queue) for queue in (*queues[first:], *queues[:first])]
    while any(queues):
        yield from (queue.pop(0) for queue in queues if queue)
