from collections import Counter

import pytest
import torch

from tests.torch.conftest import directory, written
from vlmdata.errors import InputError, UsageError
from vlmdata.torch import Collate, Loader, Part, Pixels, VlmDataset

COLLATE = Collate(Pixels(None))


def loader(parts, batch=10, workers=0, drop_last=False, **fields):
    return Loader(VlmDataset(parts, **fields), batch, COLLATE, workers=workers, drop_last=drop_last)


def keys(batches):
    return [batch["key"] for batch in batches]


def flat(batches):
    return [key for batch in batches for key in batch["key"]]


def test_two_workers_of_two_ranks_see_every_sample_once(shards):
    ranks = [loader(shards, workers=2, window=64, rank=rank, ranks=2) for rank in range(2)]
    for _ in range(2):
        found = [list(one) for one in ranks]
        assert Counter(key for batches in found for key in flat(batches)) == {f"s-{n:05d}": 1 for n in range(437)}
        assert [len(batches) for batches in found] == [len(one) for one in ranks] == [22, 22]


def test_every_epoch_has_an_order_of_its_own_and_the_same_seed_the_same(shards):
    one, same, other = loader(shards), loader(shards), loader(shards, seed=1)
    epochs = [flat(one), flat(one)]
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) == sorted(epochs[1])
    assert [flat(same), flat(same)] == epochs
    assert flat(other) not in epochs


@pytest.mark.parametrize("workers", [0, 2])
def test_a_pass_goes_on_exactly_after_any_batch(shards, workers):
    whole = loader(shards, workers=workers, window=64)
    expected = [keys(whole), keys(whole)]
    assert expected[0] != expected[1]
    for handed_out in (0, 1, 7, 43, 44):
        one = loader(shards, workers=workers, window=64)
        if handed_out == 44:
            before = keys(one)
        else:
            before = [batch["key"] for _, batch in zip(range(handed_out), one, strict=False)]
        state = one.state_dict()
        again = loader(shards, workers=workers, window=64)
        again.load_state_dict(state)
        rest = keys(again) if handed_out < 44 else []
        assert before + rest == expected[0]
        assert keys(again) == expected[1]


def test_a_state_is_plain_and_belongs_to_its_arrangement(shards):
    one = loader(shards, batch=8)
    for _, _ in zip(range(3), one, strict=False):
        pass
    state = one.state_dict()
    assert state["batches"] == 3
    assert state["epoch"] == 0
    for other, said in (
        (loader(shards, batch=4), "batch_size 8, and here it is 4"),
        (loader(shards, batch=8, seed=2), "seed 0, and here it is 2"),
        (loader(shards, batch=8, rank=0, ranks=2), "ranks 1, and here it is 2"),
        (loader([Part(shards, weight=2)], batch=8), "data"),
    ):
        with pytest.raises(UsageError, match=said):
            other.load_state_dict(state)


def test_a_pass_that_was_broken_off_begins_anew(shards):
    one = loader(shards, workers=2)
    first = [batch["key"] for _, batch in zip(range(5), one, strict=False)]
    assert keys(one)[:5] == first


def test_ranks_have_as_many_batches_where_that_is_asked_for(shards):
    for even, expected in (("drop", 435), ("repeat", 440)):
        ranks = [loader(shards, rank=rank, ranks=5, even=even, batch=4, workers=2) for rank in range(5)]
        found = [list(one) for one in ranks]
        assert {len(batches) for batches in found} == {22}
        assert sum(len(flat(batches)) for batches in found) == expected


def test_a_short_batch_comes_once_or_never(shards):
    for workers in (0, 2):
        sizes = [len(batch["key"]) for batch in loader(shards, batch=100, workers=workers)]
        assert sorted(sizes) == [37, 100, 100, 100, 100]
        whole = loader(shards, batch=100, workers=workers, drop_last=True)
        assert [len(batch["key"]) for batch in whole] == [100] * 4 == [100] * len(whole)


def test_pictures_and_tokens_are_those_of_their_sample(shards):
    for batch in loader(shards, workers=2):
        first = 0
        for row, key in enumerate(batch["key"]):
            number = int(key.removeprefix("s-"))
            assert batch["input_ids"][row].tolist()[: 1 + number % 7] == [number] * (1 + number % 7)
            if number % 10 == 9:
                assert batch["images_per_sample"][row] == 0
                continue
            assert torch.equal(batch["pixel_values"][first], torch.full((3, 28, 28), number % 251, dtype=torch.uint8))
            first += 1
        assert len(batch["pixel_values"]) == first
        assert batch["fault"] == []


def test_webdataset_gives_what_parquet_gives(tmp_path, shards):
    items = [written(number, images=int(number % 10 != 9)) for number in range(437)]
    tars = directory(tmp_path / "tars", items, ("webdataset",))
    options = {"shuffle": False, "also": ("meta",)}
    assert not (tars / "parquet").exists()
    one, other = (list(loader(root, batch=50, workers=1, **options)) for root in (shards, tars))
    assert len(one) == len(other) == 9
    for left, right in zip(one, other, strict=True):
        assert left.keys() == right.keys()
        for name, value in left.items():
            assert torch.equal(value, right[name]) if isinstance(value, torch.Tensor) else value == right[name]


def test_a_mix_takes_each_directory_as_often_as_its_weight_says(make, shards):
    few = make([written(number) for number in range(1000, 1040)])
    mixed = loader([shards, Part(few, weight=2.5)], batch=20, window=100)
    counts = Counter(flat(mixed))
    assert all(counts[f"s-{number:05d}"] == 1 for number in range(437))
    own = [counts[f"s-{number:05d}"] for number in range(1000, 1040)]
    assert sum(own) == 100
    assert set(own) == {2, 3}


def test_tokens_alone_are_read_where_no_pictures_are_asked_for(shards):
    batch = next(iter(loader(shards, pictures=False)))
    assert "pixel_values" not in batch
    assert batch["input_ids"].shape[0] == 10


def test_a_plain_dataset_resumes_too(shards):
    one = VlmDataset(shards, window=50)
    one.set_epoch(4)
    whole = [example.key for example in one]
    stream = iter(one)
    head = [next(stream).key for _ in range(123)]
    again = VlmDataset(shards, window=50)
    again.load_state_dict(one.state_dict())
    assert head + [example.key for example in again] == whole
    assert [example.key for example in again] == whole


def test_a_state_of_one_process_is_not_taken_up_by_several(shards):
    one = VlmDataset(shards, pictures=False)
    stream = iter(one)
    for _ in range(20):
        next(stream)
    again = VlmDataset(shards, pictures=False)
    again.load_state_dict(one.state_dict())
    workers = torch.utils.data.DataLoader(again, batch_size=10, num_workers=2, collate_fn=COLLATE)
    with pytest.raises(UsageError, match="process 0 of 1, and this one is 0 of 2"):
        next(iter(workers))


@pytest.mark.filterwarnings("ignore::UserWarning")  # torchdata 0.11 calls what torch has deprecated
def test_torchdata_resumes_it_with_workers(shards):
    torchdata = pytest.importorskip("torchdata.stateful_dataloader")

    def made():
        return torchdata.StatefulDataLoader(
            VlmDataset(shards, window=50), batch_size=10, num_workers=2, collate_fn=COLLATE
        )

    whole = keys(made())
    one = made()
    head = [batch["key"] for _, batch in zip(range(11), one, strict=False)]
    again = made()
    again.load_state_dict(one.state_dict())
    assert head + keys(again) == whole


def test_ranks_are_those_of_torchrun(shards, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "3")
    dataset = VlmDataset(shards, pictures=False)
    assert (dataset.rank, dataset.ranks) == (1, 3)
    assert dataset.samples in (145, 146)


def test_wrong_use_is_said(make, shards):
    exam = make([written(0)], "exam", role="eval")
    with pytest.raises(UsageError, match="never becomes training data"):
        VlmDataset([shards, exam], pictures=False)
    with pytest.raises(InputError, match="no split 'test'; it has train"):
        VlmDataset(Part(shards, split="test"), pictures=False)
    with pytest.raises(InputError, match="no column 'text'"):
        VlmDataset(shards, pictures=False, also=("text",))
    with pytest.raises(UsageError, match="rank 2 of 2"):
        VlmDataset(shards, pictures=False, rank=2, ranks=2)
    with pytest.raises(UsageError, match="together or not at all"):
        VlmDataset(shards, pictures=False, rank=0)
    with pytest.raises(UsageError, match="more than 0"):
        VlmDataset(Part(shards, weight=0), pictures=False)
    with pytest.raises(UsageError, match="at least 1 sample"):
        Loader(VlmDataset(shards, pictures=False), 0, COLLATE)


def test_a_damaged_shard_is_named(make):
    root = make([written(number) for number in range(5)])
    dataset = VlmDataset(root)
    (path,) = (root / "parquet").iterdir()
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match=r"train-00000\.parquet cannot be read"):
        list(dataset)
    with pytest.raises(InputError, match=r"train-00000\.parquet cannot be read"):
        VlmDataset(root)
