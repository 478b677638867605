from array import array

import pytest
import torch

from tests.torch.conftest import tokens, with_tokens, written
from vlmdata.errors import InputError
from vlmdata.steps.base import Context
from vlmdata.steps.pack import Pack
from vlmdata.torch import Collate, Example, Loader, Pixels, VlmDataset, block_causal_mask, cumulative_lengths
from vlmdata.types import IGNORED, Tokens, Written

RAW = Pixels(None)


def example(key="a", ids=(), views=(), size=4, **further):
    columns = {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": ids, **further} if len(ids) else {}
    return Example(
        key=key,
        pictures=tuple(torch.full((3, size, size), number + 1, dtype=torch.uint8) for number in range(sum(views))),
        views=views,
        sizes=((size, 2 * size),) * len(views),
        tokens={name: torch.tensor(values) for name, values in columns.items()},
        also={},
    )


def test_sequences_are_padded_on_the_right():
    batch = Collate(RAW, pad_id=9)([example(ids=[1, 2, 3]), example(ids=[4])])
    assert batch["input_ids"].tolist() == [[1, 2, 3], [4, 9, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch["labels"].tolist() == [[1, 2, 3], [4, IGNORED, IGNORED]]
    assert batch["input_ids"].dtype == torch.int64
    assert "position_ids" not in batch


def test_to_a_multiple():
    assert Collate(RAW, multiple=8)([example(ids=[1, 2, 3])])["labels"].shape == (1, 8)


def test_packs_have_positions_and_segments():
    pack = example(ids=[1, 2, 3, 4, 0], position_ids=[0, 1, 0, 1, 0], sequence_lengths=[2, 2])
    batch = Collate(RAW)([pack, example(ids=[5, 6])])
    assert batch["position_ids"].tolist() == [[0, 1, 0, 1, 0], [0, 1, 0, 0, 0]]
    assert batch["segment_ids"].tolist() == [[1, 1, 2, 2, 0], [1, 1, 0, 0, 0]]
    assert cumulative_lengths(batch["segment_ids"]).tolist() == [0, 2, 4, 5, 7, 10]
    mask = block_causal_mask(batch["segment_ids"])
    assert mask.shape == (2, 1, 5, 5)
    assert mask[0, 0].int().tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 1],
    ]


def test_attention_in_a_pack_is_that_of_its_members_alone():
    torch.manual_seed(0)
    lengths, query = [3, 5], torch.randn(1, 1, 10, 4)
    segments = torch.tensor([[1] * 3 + [2] * 5 + [0] * 2])
    packed = torch.nn.functional.scaled_dot_product_attention(
        query, query, query, attn_mask=block_causal_mask(segments)
    )
    assert packed.isfinite().all()
    for start, length in zip((0, 3), lengths, strict=True):
        part = query[:, :, start : start + length]
        alone = torch.nn.functional.scaled_dot_product_attention(part, part, part, is_causal=True)
        assert torch.allclose(packed[:, :, start : start + length], alone, atol=1e-6)


@pytest.mark.parametrize(
    ("arrange", "shape"), [("views", (6, 3, 4, 4)), ("images", (3, 3, 3, 4, 4)), ("samples", (3, 4, 3, 4, 4))]
)
def test_arrangements_of_views(arrange, shape):
    examples = [example("a", views=(3, 1)), example("b"), example("c", views=(2,))]
    batch = Collate(RAW, arrange=arrange)(examples)
    assert batch["pixel_values"].shape == shape
    assert batch["views_per_image"].tolist() == [3, 1, 2]
    assert batch["images_per_sample"].tolist() == [2, 0, 1]
    assert batch["image_sizes"].tolist() == [[4, 8]] * 3
    assert batch["pixel_values"].sum() == sum((1, 2, 3, 4, 1, 2)) * 3 * 4 * 4
    if arrange == "images":
        assert batch["pixel_values"][1, :, 0, 0, 0].tolist() == [4, 0, 0]
    if arrange == "samples":
        assert batch["pixel_values"][:, :, 0, 0, 0].tolist() == [[1, 2, 3, 4], [0] * 4, [1, 2, 0, 0]]


def test_views_of_different_sizes_need_a_list():
    examples = [example("a", views=(1,)), example("b", views=(1,), size=6)]
    with pytest.raises(InputError, match="pictures of 4x4, 6x6 make no one tensor"):
        Collate(RAW)(examples)
    assert [one.shape for one in Collate(RAW, arrange="list")(examples)["pixel_values"]] == [(3, 4, 4), (3, 6, 6)]


def test_what_no_example_has_is_left_out():
    batch = Collate(RAW)([example("a"), example("b")])
    assert set(batch) == {"key", "fault", "images_per_sample"}


def test_a_sample_without_tokens_among_others_is_named():
    with pytest.raises(InputError, match="sample 'b' has no tokens"):
        Collate(RAW)([example("a", ids=[1]), example("b")])


def test_packs_come_through_shards_as_they_were_made(make):
    items = [written(number, images=number % 3, length=1 + number % 5) for number in range(1, 41)]
    by_key = {item.sample.key: item for item in items}
    step = Pack(max_length=16, pad_to="max_length", pad_id=0, max_images=4)
    packs = list(step.run((item.sample for item in items), Context(seed=0, step="pack")))
    root = make(
        [
            Written(pack, tuple(view for member in pack.meta["members"] for view in by_key[member["key"]].views))
            for pack in packs
        ]
    )
    seen = []
    for batch in Loader(VlmDataset(root, also=("meta",)), 3, Collate(RAW)):
        assert batch["input_ids"].shape[1] == 16
        shades = batch["pixel_values"][:, 0, 0, 0].tolist() if "pixel_values" in batch else []
        for row in range(len(batch["key"])):
            ids, segments = batch["input_ids"][row], batch["segment_ids"][row]
            members = [int(ids[segments == one][0]) for one in range(1, int(segments.max()) + 1)]
            own = [number for number in members for _ in range(number % 3)]
            assert [shades.pop(0) for _ in own] == own
            assert batch["position_ids"][row][segments == 1].tolist() == list(range(int((segments == 1).sum())))
            assert batch["labels"][row][batch["position_ids"][row] == 0].eq(IGNORED).all()
            seen += members
        assert shades == []
    assert sorted(seen) == list(range(1, 41))


def test_padding_that_is_stored_is_no_segment(make):
    ids = array("i", (7, 7, 0))
    stored = Tokens(input_ids=ids, attention_mask=array("i", (1, 1, 0)), labels=array("i", (7, 7, IGNORED)))
    pack = Tokens(
        input_ids=ids, attention_mask=stored.attention_mask, labels=stored.labels, sequence_lengths=array("i", (2,))
    )
    root = make([with_tokens(written(1), stored), with_tokens(written(2), pack), with_tokens(written(3), tokens([3]))])
    (batch,) = Loader(VlmDataset(root, pictures=False, shuffle=False), 3, Collate(RAW))
    assert batch["segment_ids"].tolist() == [[1, 1, 0], [1, 1, 0], [1, 0, 0]]
