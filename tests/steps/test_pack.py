import io
import random
from array import array
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from vlmdata.steps.base import Context
from vlmdata.steps.pack import Pack
from vlmdata.types import (
    IGNORED,
    Crop,
    Dropped,
    Image,
    Layout,
    License,
    Origin,
    Rendered,
    Sample,
    Size,
    Span,
    StoredView,
    Tokens,
    View,
    Written,
    to_record,
)

PAD = 0


@cache
def jpeg():
    buffer = io.BytesIO()
    Picture.effect_noise((8, 8), 60).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def tokens_of(ids, trained=None):
    ids = array("i", ids)
    labels = array("i", (one if trained is None or trained(one) else IGNORED for one in ids))
    return Tokens(input_ids=ids, attention_mask=array("i", (1,)) * len(ids), labels=labels)


def tokenized(number, length, pictures=0, views=1, **fields):
    """A sample whose tokens and pictures say whose they are."""
    layout = Layout("strips", tuple(View("tile", (Crop(0, n, 8, 1),)) for n in range(views)))
    images = tuple(
        Image(data=jpeg(), original=Size(8, 8), id=f"{number}-{n}", media_type="image/jpeg", layout=layout)
        for n in range(pictures)
    )
    fields.setdefault("origin", Origin(dataset="d", source=f"file#{number}"))
    ids = range(1 + number * 100, 1 + number * 100 + length)
    return Sample(key=f"s-{number}", images=images, tokens=tokens_of(ids), **fields)


def run(step, *samples):
    ctx = Context(seed=3, step="pack")
    outcomes = list(step.run(iter(samples), ctx))
    packs = [one for one in outcomes if isinstance(one, Sample)]
    return packs, [one for one in outcomes if isinstance(one, Dropped)], ctx.notes


@given(
    samples=st.lists(st.tuples(st.integers(1, 70), st.integers(0, 4)), max_size=40),
    window=st.integers(1, 20),
    pad_to=st.sampled_from(["none", "multiple", "max_length"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_holds_of_any_packs(samples, window, pad_to):
    step = Pack(max_length=64, window=window, max_images=3, pad_to=pad_to, multiple=16, pad_id=PAD)
    members = [tokenized(number, length, images) for number, (length, images) in enumerate(samples)]
    packs, dropped, notes = run(step, *members)
    by_key = {member.key: member for member in members}
    fit = [one for one in members if len(one.tokens.input_ids) <= 64 and len(one.images) <= 3]
    named = [member["key"] for pack in packs for member in pack.meta["members"]]
    assert Counter(named) + Counter(one.key for one in dropped) == Counter(by_key.keys())
    assert sorted(named) == sorted(one.key for one in fit)
    assert len({pack.key for pack in packs}) == len(packs)
    for pack in packs:
        own = [by_key[member["key"]] for member in pack.meta["members"]]
        whole = pack.tokens
        used = sum(whole.sequence_lengths)
        assert used <= len(whole.input_ids) <= 64
        assert list(whole.sequence_lengths) == [len(one.tokens.input_ids) for one in own]
        assert list(whole.input_ids[:used]) == [token for one in own for token in one.tokens.input_ids]
        assert list(whole.attention_mask) == [1] * used + [PAD] * (len(whole.input_ids) - used)
        assert list(whole.position_ids[:used]) == [
            place for length in whole.sequence_lengths for place in range(length)
        ]
        assert [image.id for image in pack.images] == [image.id for one in own for image in one.images]
        assert len(pack.images) <= 3
        expected = [label for one in own for label in (IGNORED, *one.tokens.labels[1:])]
        assert list(whole.labels) == expected + [IGNORED] * (len(whole.input_ids) - used)
        assert len(whole.input_ids) == {"none": used, "multiple": -(-used // 16) * 16, "max_length": 64}[pad_to]
    assert notes["tokens:filled"] == sum(len(one.tokens.input_ids) for one in fit)


def test_a_pack_is_a_sound_row(picture):
    members = [
        tokenized(n, 5, rendered=Rendered("abc", (Span(0, 2, "context"), Span(2, 3, "trained")))) for n in (0, 1)
    ]
    pictured = [replace(one, images=(replace(picture(8, 8, f"p{n}"), data=jpeg()),)) for n, one in enumerate(members)]
    (pack,), _, _ = run(Pack(max_length=12, pad_to="max_length", pad_id=PAD), *pictured)
    view = StoredView(b"x", "image/jpeg", Size(8, 8))
    record = to_record(Written(pack, ((view,), (view,))))
    assert record["sequence_lengths"] == [5, 5]
    assert record["text"] == "abcabc"
    assert [(span["start"], span["end"]) for span in record["spans"]] == [(0, 2), (2, 3), (3, 5), (5, 6)]


def test_a_pack_without_a_text_of_each_has_none():
    one = tokenized(0, 5, rendered=Rendered("abc", (Span(0, 3, "context"),)))
    (pack,), _, _ = run(Pack(max_length=12), one, tokenized(1, 5))
    assert pack.rendered is None


def test_its_key_depends_on_its_members_alone():
    samples = [tokenized(number, 10) for number in range(4)]
    (pack,), _, _ = run(Pack(max_length=64), *samples)
    (same,), _, _ = run(Pack(max_length=50, window=4), *samples)
    (other,), _, _ = run(Pack(max_length=64), *samples[1:])
    assert pack.key == same.key != other.key
    assert pack.key.startswith("pack-")


def test_what_members_share_stays_and_the_rest_is_honest(picture):
    terms = [
        License(annotations="MIT", images="CC0", commercial="yes", generator="gpt-4"),
        License(annotations="CC-BY-NC-4.0", images="CC0", commercial="no"),
        License(annotations="MIT", images=None, commercial="unclear"),
    ]
    own = replace(picture(8, 8, "own", license="CC-BY-2.0"), data=jpeg())
    samples = [
        tokenized(
            number, 4, license=one, language="en", tags=("vqa", f"t{number}"), meta={"score": number},
            origin=Origin(dataset=f"d{min(number, 1)}", source=f"file#{number}", split="train"),
        )
        for number, one in enumerate(terms)
    ]  # fmt: skip
    samples[0] = replace(samples[0], images=(replace(picture(8, 8, "a"), data=jpeg()), own))
    (pack,), _, _ = run(Pack(max_length=64), *samples)
    assert pack.license == License(annotations="CC-BY-NC-4.0 AND MIT", images="CC0", commercial="no", generator="gpt-4")
    assert [image.license for image in pack.images] == ["CC0", "CC-BY-2.0"]
    assert pack.origin == Origin(dataset="pack", source="file#0 and 2 more", split="train")
    assert pack.tags == ("vqa", "t0", "t1", "t2")
    assert pack.language == "en"
    assert pack.meta["members"][1] == {
        "key": "s-1", "dataset": "d1", "source": "file#1", "tokens": 4, "images": 0, "meta": {"score": 1},
        "license": {"annotations": "CC-BY-NC-4.0", "images": "CC0", "commercial": "no", "generator": None},
    }  # fmt: skip


def test_one_origin_stays_the_origin():
    samples = [tokenized(n, 4, origin=Origin(dataset="d", config="c", source=f"#{n}", split="train")) for n in (0, 1)]
    (pack,), _, _ = run(Pack(max_length=64), *samples)
    assert (pack.origin.dataset, pack.origin.config) == ("d", "c")


def test_splits_and_roles_are_never_mixed():
    origin = Origin(dataset="d", source="#")
    kinds = [("train", "train"), ("validation", "train"), ("train", "eval"), ("train", "train")]
    samples = [tokenized(n, 4, origin=replace(origin, split=split), role=role) for n, (split, role) in enumerate(kinds)]
    packs, _, _ = run(Pack(max_length=64), *samples)
    assert [[member["key"] for member in pack.meta["members"]] for pack in packs] == [["s-0", "s-3"], ["s-1"], ["s-2"]]


def test_what_cannot_be_packed_is_dropped_and_counted():
    bare = replace(tokenized(0, 4), tokens=None)
    packs, dropped, _ = run(Pack(max_length=8, max_images=4), bare, tokenized(1, 9), tokenized(2, 4, 2, 3))
    assert packs == []
    assert [(one.drop.reason, one.drop.value, one.drop.threshold) for one in dropped] == [
        ("no_tokens", None, None),
        ("too_long", "9", "8"),
        ("too_many_images", "6", "4"),
    ]


def test_a_damaged_picture_costs_its_sample_and_not_the_pack():
    samples = [tokenized(number, 3, pictures=1) for number in range(3)]
    broken = replace(samples[1].images[0], data=jpeg()[:-200])
    packs, dropped, _ = run(Pack(max_length=32), samples[0], replace(samples[1], images=(broken,)), samples[2])
    assert [(one.key, one.drop.reason) for one in dropped] == [("s-1", "truncated")]
    assert [len(one.images) for one in packs] == [2]


def test_packs_can_be_packed_again():
    samples = [tokenized(number, 4) for number in range(4)]
    small, _, _ = run(Pack(max_length=10, pad_to="max_length", pad_id=PAD), *samples)
    (pack,), _, _ = run(Pack(max_length=64), *small)
    assert len(small) == 2
    assert list(pack.tokens.sequence_lengths) == [4, 4, 4, 4]
    assert list(pack.tokens.input_ids) == [token for one in samples for token in one.tokens.input_ids]
    assert list(pack.tokens.position_ids) == [0, 1, 2, 3] * 4


def test_buckets_bring_like_lengths_together():
    chance = random.Random(5)
    samples = [tokenized(number, chance.randint(1, 64)) for number in range(100)]
    step = Pack(max_length=64, mode="bucket", bucket=10, window=50)
    given_out, dropped, notes = run(step, *samples)
    lengths = [len(one.tokens.input_ids) for one in given_out]
    assert Counter(one.key for one in given_out) == Counter(one.key for one in samples)
    assert dropped == []
    groups = [lengths[start : start + 10] for start in range(0, 100, 10)]
    assert all(max(group) - min(group) < 30 for group in groups)
    assert notes["tokens:empty"] == sum(max(group) * 10 - sum(group) for group in groups)
    assert lengths != sorted(lengths)
    assert given_out == run(step, *samples)[0]


def test_nothing_but_padding():
    step = Pack(max_length=8, mode="none", pad_to="multiple", multiple=4, pad_id=PAD)
    packs, dropped, notes = run(step, tokenized(0, 5), tokenized(1, 9), tokenized(2, 4))
    assert [list(one.tokens.attention_mask) for one in packs] == [[1] * 5 + [0] * 3, [1] * 4]
    assert [one.key for one in packs] == ["s-0", "s-2"]
    assert packs[0].tokens.sequence_lengths is None
    assert len(dropped) == 1
    assert notes == {"tokens:filled": 9, "tokens:empty": 3}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"pad_to": "max_length"}, "needs pad_id"),
        ({"pad_to": "multiple", "multiple": 60, "pad_id": 0}, "no multiple of 60"),
    ],
    ids=["no pad id", "not a multiple"],
)
def test_what_cannot_be_is_said_before_the_run(fields, said):
    assert said in Pack(**fields).ready()
