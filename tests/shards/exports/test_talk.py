"""``llava`` and ``messages``: what is read back by our own readers is what was exported."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.shards.exports.compared import read, samples, told
from tests.shards.exports.conftest import Made
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.formats.llava import Llava
from vlmdata.datasets.formats.messages import Messages
from vlmdata.shards.exports.export import export
from vlmdata.types import ImagePart, Message, TextPart

FORMATS = {"llava": (Llava, "json"), "messages": (Messages, "jsonl")}


def reader(to: str, out: Path, split: str = "train") -> RowFormat:
    kind, suffix = FORMATS[to]
    return kind(path=str(out / f"{split}.{suffix}"))


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("split", ["train", "validation"])
def test_the_samples_come_back(data_set: Made, tmp_path: Path, to: str, split: str) -> None:
    given = data_set("talk")
    made = export(given, to, tmp_path / "out")
    expected = samples(given, split)
    back = list(read(reader(to, tmp_path / "out", split)))
    assert [told(sample) for sample in back] == [told(sample) for sample in expected]
    assert [sample.meta["id"] for sample in back] == [sample.key for sample in expected]
    assert made.samples[split] == len(expected)
    assert made.left_out == {}


def test_a_row_says_where_it_came_from_and_under_which_terms(data_set: Made, tmp_path: Path) -> None:
    export(data_set("talk"), "llava", tmp_path / "out")
    rows = json.loads((tmp_path / "out" / "train.json").read_text())
    row = next(row for row in rows if row["id"] == "shapes-train-000001")
    assert row["origin"] == {
        "dataset": "shapes",
        "config": None,
        "split": "train",
        "source": "train#1",
        "license": {"annotations": "CC0-1.0", "images": "CC0-1.0", "commercial": "yes", "generator": None},
        "role": "train",
    }


def test_one_picture_is_a_path_and_several_are_a_list(data_set: Made, tmp_path: Path) -> None:
    given = data_set("talk")
    export(given, "llava", tmp_path / "out")
    rows = json.loads((tmp_path / "out" / "train.json").read_text())
    for row, sample in zip(rows, samples(given), strict=True):
        kind = {0: type(None), 1: str}.get(len(sample.images), list)
        assert isinstance(row.get("image"), kind)
    assert {type(row.get("image")) for row in rows} == {type(None), str, list}


PLACES = [
    (ImagePart(0),),
    (ImagePart(0), TextPart("What?")),
    (TextPart("What?"), ImagePart(0)),
    (TextPart("a\n"), ImagePart(0), TextPart("\nb")),
    (TextPart("a"), ImagePart(0), ImagePart(1), TextPart("b")),
    (TextPart("a"), ImagePart(1), TextPart("b"), ImagePart(0)),
    (ImagePart(0), ImagePart(1)),
    (TextPart("a"), TextPart("b\n"), ImagePart(0), ImagePart(1)),
]


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("content", PLACES, ids=range(len(PLACES)))
def test_pictures_stay_in_their_places(made: SimpleNamespace, tmp_path: Path, to: str, content: tuple) -> None:  # type: ignore[type-arg]
    pictures = sum(isinstance(part, ImagePart) for part in content)
    written = made.written(0 if pictures == 1 else 2)
    talk = (Message("user", content), Message("assistant", (TextPart("yes"),)))
    sample = replace(written.sample, messages=talk, annotations=())
    shards = made.write_task(tmp_path / "data", [("train", replace(written, sample=sample))])
    made.finish(tmp_path / "data", shards, 1)
    export(tmp_path / "data", to, tmp_path / "out")
    assert [told(one) for one in read(reader(to, tmp_path / "out"))] == [
        told(one) for one in samples(tmp_path / "data")
    ]


@pytest.mark.parametrize(
    ("to", "roles", "words", "reason"),
    [
        ("llava", "system user assistant", "x", "system_not_taken"),
        ("llava", "user user assistant", "x", "turns_out_of_order"),
        ("llava", "assistant", "x", "turns_out_of_order"),
        ("llava", "document", "x", "document"),
        ("llava", "", "", "no_messages"),
        ("llava", "user assistant", "an <image> here", "placeholder_in_text"),
        ("messages", "document", "x", "document"),
        ("messages", "", "", "no_messages"),
        ("messages", "system user assistant", "an <image> here", None),
    ],
)
def test_what_cannot_be_said_is_left_out_and_listed(
    made: SimpleNamespace, tmp_path: Path, to: str, roles: str, words: str, reason: str | None
) -> None:
    good, bad = made.written(4), made.written(9)
    talk = tuple(Message(role, (TextPart(words),)) for role in roles.split())  # type: ignore[arg-type]
    plain = (Message("user", (TextPart("q"),)), Message("assistant", (TextPart("a"),)))
    items = [
        ("train", replace(one, sample=replace(one.sample, messages=said, alternatives=(), choices=())))
        for one, said in ((good, plain), (bad, talk))
    ]
    made.finish(tmp_path / "data", made.write_task(tmp_path / "data", items), 2)
    done = export(tmp_path / "data", to, tmp_path / "out")
    assert done.left_out == ({reason: 1} if reason else {})
    assert len(list(read(reader(to, tmp_path / "out")))) == done.samples["train"] == (1 if reason else 2)
    if reason:
        with (tmp_path / "out" / "left-out.csv").open() as file:
            assert [(row["key"], row["split"], row["reason"]) for row in csv.DictReader(file)] == [
                (bad.sample.key, "train", reason)
            ]


@pytest.mark.parametrize("to", FORMATS)
def test_a_picture_that_the_talk_does_not_show_is_not_lost_silently(
    made: SimpleNamespace, tmp_path: Path, to: str
) -> None:
    good, bad = made.written(4), made.written(0)
    plain = (Message("user", (TextPart("q"),)), Message("assistant", (TextPart("a"),)))
    items = [("train", replace(one, sample=replace(one.sample, messages=plain))) for one in (good, bad)]
    made.finish(tmp_path / "data", made.write_task(tmp_path / "data", items), 2)
    assert export(tmp_path / "data", to, tmp_path / "out").left_out == {"picture_not_shown": 1}
    assert not (tmp_path / "out" / "images").exists()
