"""dedup.near: which copies go, for whose sake, in whatever order and cut the rows come."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from PIL import Image as Pillow

from vlmdata.steps.base import Context
from vlmdata.steps.near import DedupNear
from vlmdata.types import Crop, Drop, HFlip, Image, Size


@pytest.fixture
def ctx():
    return Context(seed=1, step="dedup.near")


@pytest.fixture
def sample(make):
    """``sample("key", image, "text")``"""

    def build(key, *images, text="Q?"):
        return make(("user", *range(len(images)), text), key=key, images=images)

    return build


def decided(step, ctx, samples, tasks=1, shuffle=None):
    """Who goes for whose sake, the samples being cut into tasks and their rows shuffled."""
    size = -(-len(samples) // tasks)
    rows = [
        {"task": number // size, "row": number % size, "key": one.key, **step.signature(one, ctx)}
        for number, one in enumerate(samples)
    ]
    if shuffle is not None:
        random.Random(shuffle).shuffle(rows)
    identity = [pa.field("task", pa.int32()), pa.field("row", pa.int64()), pa.field("key", pa.string())]
    schema = pa.schema([*identity, *step.signature_schema()])
    parts = [
        ds.dataset(pa.Table.from_pylist([row for row in rows if row["task"] == task], schema)) for task in range(tasks)
    ]
    with TemporaryDirectory() as scratch:
        decision = step.decide(ds.dataset(parts), Path(scratch))
    assert decision.column_names == ["task", "key", "survivor", "similarity", "bits"]
    place = {row["key"]: row["task"] for row in rows}
    assert all(place[row["key"]] == row["task"] for row in decision.to_pylist())
    return {row["key"]: row["survivor"] for row in decision.to_pylist()}


@pytest.mark.parametrize(
    "change",
    [{"factor": 0.4}, {"factor": 1.4}, {"crop": 0.04}, {"light": 1.07}, {"crop": 0.03, "factor": 0.5}],
    ids=str,
)
def test_a_copy_goes_and_the_larger_one_stays(change, sample, scene, copied, image, ctx):
    original = sample("a", image(scene(1)))
    copy = sample("b", image(copied(scene(1), **change), quality=40))
    larger, smaller = ("b", "a") if change.get("factor", 1) > 1 else ("a", "b")
    others = [sample(f"o{number}", image(scene(number))) for number in range(2, 8)]
    assert decided(DedupNear(), ctx, [original, *others, copy]) == {smaller: larger}


def test_the_order_of_rows_and_the_cut_into_tasks_change_nothing(sample, scene, copied, image, ctx):
    samples = [
        sample(f"s{number}-{copy}", image(copied(scene(number), factor=1 - copy / 8, crop=0.01 * copy), quality=80))
        for copy in range(4)
        for number in range(6)
    ]
    for step in (DedupNear(), DedupNear(clusters="star", keep="first"), DedupNear(mirrored=True)):
        expected = decided(step, ctx, samples)
        assert len(expected) == 18
        assert all(gone.split("-")[0] == stays.split("-")[0] for gone, stays in expected.items())
        for tasks, shuffle in ((1, 1), (3, None), (5, 2), (24, 3)):
            assert decided(step, ctx, samples, tasks, shuffle) == expected


def test_a_mirrored_copy_goes_only_if_asked(sample, scene, copied, image, ctx):
    samples = [sample("a", image(scene(1))), sample("b", image(copied(scene(1), mirror=True, factor=0.9)))]
    assert decided(DedupNear(), ctx, samples) == {}
    assert decided(DedupNear(mirrored=True), ctx, samples) == {"b": "a"}
    assert decided(DedupNear(mirrored=True, clusters="star"), ctx, samples) == {"b": "a"}


def test_who_stays_is_chosen(sample, scene, copied, image, ctx):
    narrow = scene(1).resize((480, 200))
    samples = [sample("small", image(copied(scene(1), factor=0.5))), sample("wide", image(narrow))]
    samples += [sample("square", image(scene(1).resize((240, 230))))]
    assert decided(DedupNear(), ctx, samples) == {"small": "wide", "square": "wide"}
    assert decided(DedupNear(keep="first"), ctx, samples) == {"wide": "small", "square": "small"}
    assert decided(DedupNear(keep="best_aspect"), ctx, samples) == {"small": "square", "wide": "square"}


def test_a_star_keeps_what_is_unlike_the_one_that_stays(sample, scene, image, ctx):
    """Each picture is a quarter step from the next; the ends have little in common."""
    chain = [Pillow.blend(scene(1), scene(2), 0.12 * step) for step in range(5)]
    samples = [sample(f"c{number}", image(picture, quality=95)) for number, picture in enumerate(chain)]
    connected = decided(DedupNear(keep="first"), ctx, samples)
    assert connected == dict.fromkeys(("c1", "c2", "c3", "c4"), "c0")
    star = decided(DedupNear(keep="first", clusters="star"), ctx, samples)
    assert star["c1"] == "c0"
    assert "c4" not in star or star["c4"] != "c0"
    assert len(star) < len(connected)


def test_by_sample_the_words_count(sample, scene, copied, image, ctx):
    small = copied(scene(1), factor=0.6)
    samples = [
        sample("a", image(scene(1)), text="What?"),
        sample("b", image(small), text="Who?"),
        sample("c", image(small), text="What?"),
    ]
    assert decided(DedupNear(), ctx, samples) == {"b": "a", "c": "a"}
    assert decided(DedupNear(by="sample"), ctx, samples) == {"c": "a"}


def test_of_several_pictures_all_must_be_copies_in_order(sample, scene, copied, image, ctx):
    one, two, three = (image(scene(number)) for number in (1, 2, 3))
    small = [image(copied(scene(number), factor=0.7)) for number in (1, 2)]
    samples = [
        sample("a", one, two),
        sample("copy", *small),
        sample("other", one, three),
        sample("longer", one, two, three),
        sample("turned", two, one),
        sample("single", one),
    ]
    assert decided(DedupNear(), ctx, samples) == {"copy": "a"}


def test_the_limits_are_asked(sample, scene, copied, image, ctx):
    samples = [sample("a", image(scene(1))), sample("b", image(copied(scene(1), crop=0.05), quality=30))]
    assert decided(DedupNear(), ctx, samples) == {"b": "a"}
    assert decided(DedupNear(similarity=1), ctx, samples) == {}
    assert decided(DedupNear(distance=0), ctx, samples) == {}


def test_pending_edits_count(sample, scene, image, ctx):
    picture = image(scene(1))
    cut = picture.transformed(Crop(0, 0, 160, 240))
    samples = [sample("a", picture), sample("b", cut), sample("c", picture.transformed(HFlip()))]
    assert decided(DedupNear(), ctx, samples) == {}


def test_what_cannot_be_compared_is_left_alone(sample, scene, image, make, ctx):
    blank = image(Pillow.new("RGB", (64, 48), (20, 40, 60)))
    clip = Image(data=b"....", original=Size(64, 48), media_type="video/mp4")
    broken = Image(data=image(scene(1)).data[:200], original=Size(320, 240), media_type="image/jpeg")
    samples = [
        sample(f"{name}{twice}", one) for one, name in ((blank, "w"), (clip, "c"), (broken, "x")) for twice in (1, 2)
    ]
    samples += [make(("user", "Hello"), key=f"t{twice}", sizes=[]) for twice in (1, 2)]
    assert decided(DedupNear(), ctx, samples) == {}
    left = Counter({name: count for name, count in ctx.notes.items() if name.startswith("left_alone:")})
    assert left["left_alone:blank"] == left["left_alone:clip"] == left["left_alone:no_image"] == 2
    assert sum(left.values()) == 8


def test_the_drop_says_for_whose_sake_and_how_alike(sample, scene, image, ctx):
    step = DedupNear()
    here = sample("a", image(scene(1)))
    assert step.resolve(here, None, ctx) is here
    drop = step.resolve(here, {"survivor": "b", "similarity": 0.95678, "bits": 4}, ctx)
    assert drop == Drop(
        reason="near_duplicate", value="b (similarity 0.957, 4 bits)", threshold="similarity 0.89, 10 bits"
    )
    chained = step.resolve(here, {"survivor": "b", "similarity": 0.4, "bits": 14}, ctx)
    assert chained.value == "b (by others, 14 bits)"
