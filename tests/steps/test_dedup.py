import io
import random
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.steps.base import Context
from vlmdata.steps.dedup import DedupExact
from vlmdata.types import Annotation, Box, Drop, HFlip, Image, Size

pa = pytest.importorskip("pyarrow")


def decided(step, ctx, tasks, shuffle=None):
    """What is decided of ``tasks``, a list of lists of samples, as the engine would gather it."""
    import pyarrow.dataset as ds

    rows = [
        {"task": task, "row": row, "key": sample.key, **step.signature(sample, ctx)}
        for task, samples in enumerate(tasks)
        for row, sample in enumerate(samples)
    ]
    if shuffle is not None:
        random.Random(shuffle).shuffle(rows)
    identity = [pa.field("task", pa.int32()), pa.field("row", pa.int64()), pa.field("key", pa.string())]
    table = pa.Table.from_pylist(rows, pa.schema([*identity, *step.signature_schema()]))
    return step.decide(ds.dataset(table), Path("unused"))


def test_the_first_of_equals_stays_in_whatever_order_the_rows_come(make, ctx):
    step = DedupExact()
    x, y = ("user", "x"), ("user", "y")
    tasks = [
        [make(x, sizes=[], key="z9"), make(y, sizes=[], key="b")],
        [make(x, sizes=[], key="a"), make(y, sizes=[], key="c"), make(x, sizes=[], key="d")],
    ]
    expected = [(1, "a", "z9"), (1, "c", "b"), (1, "d", "z9")]
    for shuffle in (None, 1, 2, 3):
        decision = decided(step, ctx, tasks, shuffle)
        found = sorted(zip(*(decision[name].to_pylist() for name in ("task", "key", "survivor")), strict=True))
        assert found == expected


def test_nothing_is_decided_where_nothing_is_double(make, ctx):
    assert decided(DedupExact(), ctx, [[make(("user", "x"))]]).num_rows == 0
    assert decided(DedupExact(), ctx, [[]]).num_rows == 0


def test_what_makes_two_samples_the_same(make, picture, ctx):
    step = DedupExact()
    base = make(("user", 0, "Q?"), ("assistant", "A"), images=(picture(),))
    same = replace(base, key="other", tags=("x",), meta={"id": 2}, language="en")
    others = [
        replace(base, images=(picture(name="b"),)),
        base.transformed(HFlip(), 0),
        make(("user", 0, "Q!"), ("assistant", "A"), images=(picture(),)),
        replace(base, annotations=(Annotation(id="a", box=Box(0, 0, 1, 1)),)),
    ]
    digest = step.signature(base, ctx)
    assert step.signature(same, ctx) == digest
    assert len({step.signature(sample, ctx)["digest"] for sample in (base, *others)}) == 5


def test_by_images_words_do_not_count_and_text_only_samples_stay(make, picture, ctx):
    step = DedupExact(by="images")
    samples = [make(("user", 0, text), key=text, images=(picture(),)) for text in ("a", "b")]
    texts = [make(("user", "t"), key=key, sizes=[]) for key in ("c", "d")]
    assert decided(step, ctx, [[*samples, *texts]]).to_pylist() == [{"task": 0, "key": "b", "survivor": "a"}]


def test_pictures_without_a_hash_are_compared_by_their_bytes(make, picture, ctx):
    unhashed = [replace(picture(name=name), sha256=None) for name in ("a", "a", "b")]
    step = DedupExact(by="images")
    one, two, three = (step.signature(make(images=(image,)), ctx) for image in unhashed)
    assert one == two != three


def test_the_decision_names_the_survivor(make, ctx):
    sample = make(("user", 0))
    assert DedupExact().resolve(sample, None, ctx) is sample
    drop = DedupExact().resolve(sample, {"task": 0, "key": "k", "survivor": "a"}, ctx)
    assert drop == Drop(reason="duplicate", value="a")


def encoded(im, form, **options):
    data = io.BytesIO()
    im.save(data, form, **options)
    return Image(
        data=data.getvalue(),
        original=Size(*im.size),
        media_type=f"image/{form.lower()}",
        sha256=sha256(data.getvalue()).hexdigest(),
    )


def noise(seed=0):
    return Pillow.fromarray(np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8))


def test_by_pixels_the_file_format_and_metadata_do_not_count(make, ctx):
    im = noise()
    turned = Pillow.Exif()
    turned[0x0112] = 3
    same = [
        encoded(im, "PNG"),
        encoded(im, "WEBP", lossless=True),
        encoded(im, "TIFF"),
        encoded(im.rotate(180), "PNG", exif=turned.tobytes()),
    ]
    other = [
        encoded(im, "JPEG"),
        encoded(noise(1), "PNG"),
        encoded(im.resize((40, 29)), "PNG"),
        encoded(im, "PNG").transformed(HFlip()),
        encoded(Pillow.fromarray(np.asarray(im).reshape(40, 30, 3)), "PNG"),
    ]
    step = DedupExact(by="pixels")
    digests = [step.signature(make(images=(image,)), ctx)["digest"] for image in (*same, *other)]
    assert len(set(digests[: len(same)])) == 1
    assert len(set(digests)) == 1 + len(other)


def test_by_pixels_what_cannot_be_looked_at_and_text_are_left_alone(make, picture):
    ctx = Context(seed=1, step="dedup.exact")
    step = DedupExact(by="pixels")
    good, bad = encoded(noise(), "PNG"), replace(encoded(noise(), "PNG"), data=b"x")
    clip = replace(picture(), media_type="video/mp4")
    samples = [make(images=images) for images in ((good, bad), (clip,), ())]
    assert [step.signature(sample, ctx)["digest"] for sample in samples] == [None] * 3
    assert ctx.notes == {"left_alone:not_an_image": 1, "left_alone:clip": 1}


def test_by_text_what_a_reader_would_not_tell_apart_is_one(make, ctx):
    step = DedupExact(by="text")
    same = [
        make(("user", 0, "What  is\tit?"), ("assistant", "A Cat.")),
        make(("user", "what is it"), ("assistant", "“a cat”"), sizes=[]),
        make(("user", "ＷＨＡＴ is it ?"), ("assistant", "a cat！")),
    ]
    other = [
        make(("user", "What is it?"), ("assistant", "A dog.")),
        make(("assistant", "What is it?"), ("user", "A cat.")),
        make(("user", "What is it? A cat.")),
        make(("user", "!?")),
    ]
    digests = [step.signature(sample, ctx)["digest"] for sample in (*same, *other)]
    assert len(set(digests[:3])) == 1
    assert len(set(digests)) == 1 + len(other)
    assert step.signature(make(("user", 0)), ctx) == {"digest": None}


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_many_rows_are_decided_in_parts_as_in_one(make, ctx, at_once, monkeypatch):
    monkeypatch.setattr("vlmdata.steps.dedup._ROWS_AT_ONCE", at_once)
    step = DedupExact()
    words = [random.Random(0).choice("abcdefghijklmnopqrst") + str(n % 40 // (n % 3 + 1)) for n in range(200)]
    tasks = [
        [make(("user", word), sizes=[], key=f"k{task}-{row}") for row, word in enumerate(words[task::4])]
        for task in range(4)
    ]
    first: dict[str, str] = {}
    expected = []
    for task, samples in enumerate(tasks):
        for sample in samples:
            survivor = first.setdefault(sample.messages[0].text, sample.key)
            expected += [(task, sample.key, survivor)] if survivor != sample.key else []
    decision = decided(step, ctx, tasks, shuffle=1)
    found = zip(*(decision[name].to_pylist() for name in ("task", "key", "survivor")), strict=True)
    assert sorted(found) == sorted(expected)
