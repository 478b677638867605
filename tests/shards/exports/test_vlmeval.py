"""``vlmeval``: read back by our own reader, and as VLMEvalKit reads it, by pandas and its rules."""

from __future__ import annotations

import ast
import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from tests.shards.exports.compared import read, samples, told
from tests.shards.exports.conftest import Made
from vlmdata.datasets.formats.vlmeval import VlmEval
from vlmdata.shards.exports.export import Exported, export
from vlmdata.types import Choices, Image, ImagePart, Message, Sample, TextPart, Written


def exported(made: SimpleNamespace, root: Path, *written: Written) -> Exported:
    shards = made.write_task(root / "data", [("test", one) for one in written])
    made.finish(root / "data", shards, len(written))
    return export(root / "data", "vlmeval", root / "out")


def asked(made: SimpleNamespace, number: int, *content: object, answer: str | None = None, **more: Any) -> Written:
    """A sample of one question, with its answer."""
    written = made.written(number)
    talk = (Message("user", content),) + ((Message("assistant", (TextPart(answer),)),) if answer is not None else ())  # type: ignore[arg-type]
    blank: dict[str, Any] = {"annotations": (), "alternatives": (), "choices": ()}
    return replace(written, sample=replace(written.sample, messages=talk, **{**blank, **more}))


def test_the_questions_come_back(data_set: Made, tmp_path: Path) -> None:
    given = data_set("questions")
    made = export(given, "vlmeval", tmp_path / "out")
    back = {str(sample.meta["key"]): sample for sample in read(VlmEval(path=str(tmp_path / "out" / "train.tsv")))}
    by_key = {sample.key: sample for sample in samples(given)}
    assert len(back) == made.samples["train"] == len([key for key in by_key if by_key[key].images])
    assert made.left_out.keys() == {"no_picture"}
    for key, sample in back.items():
        assert told(_sorted(sample)) == told(_sorted(by_key[key]))
        assert [one.options for one in sample.choices] == [one.options for one in by_key[key].choices]
        assert sample.role == "eval"
    assert any(sample.choices for sample in back.values())


def _sorted(sample: Sample) -> Sample:
    """With the lines of the question in one order: the options come last in it when it is put together again."""
    if not sample.choices:
        return sample
    question, *rest = sample.messages
    parts = (
        TextPart("\n".join(sorted(part.text.split("\n")))) if isinstance(part, TextPart) else part
        for part in question.content
    )
    return replace(sample, messages=(replace(question, content=tuple(parts)), *rest))


def test_pandas_reads_it_as_vlmevalkit_does(made: SimpleNamespace, tmp_path: Path) -> None:
    """Its rule (``ImageBaseDataset.__init__``): up to 64 characters are the index of the row that has the picture."""
    two = made.written(2).sample
    written = [
        asked(made, 0, ImagePart(0), TextPart('first "line"\tand\r\nsecond'), answer="7"),
        asked(made, 1, ImagePart(0), TextPart("other")),
        asked(made, 2, ImagePart(0), TextPart("between"), ImagePart(1), answer="[1, 2]"),
    ]
    twin = replace(written[1].sample, key="twin")
    written.insert(2, replace(written[1], sample=twin))
    done = exported(made, tmp_path, *written)
    path = tmp_path / "out" / "test.tsv"
    table = pd.read_csv(path, sep="\t")
    assert done.files["test.tsv"]["md5"] == hashlib.md5(path.read_bytes()).hexdigest()
    assert table["index"].tolist() == [0, 1, 2, 3]
    assert table["key"].tolist() == [one.sample.key for one in written]
    assert table["question"].tolist() == ['first "line"\tand\r\nsecond', "other", "other", "<image 1>between<image 2>"]
    assert table["answer"].fillna("").tolist() == ["7", "", "", "['[1, 2]']"]
    images = {str(index): str(image) for index, image in zip(table["index"], table["image"], strict=True)}
    assert images["2"] == "1"
    assert base64.b64decode(images["0"]) == written[0].views[0][0].data
    assert [base64.b64decode(one) for one in ast.literal_eval(images["3"])] == [
        view[0].data for view in written[-1].views
    ]
    assert len(two.images) == 2


def test_options_leave_the_text_and_come_back(made: SimpleNamespace, tmp_path: Path) -> None:
    listed = TextPart("Which?\nA. red\nB. blue")
    closed = TextPart("Which?\nA. red\nB. blue\nAnswer with the letter.")
    other = TextPart("red or blue?")
    choices = (Choices(0, ("red", "blue"), 1),)
    done = exported(
        made,
        tmp_path,
        asked(made, 0, ImagePart(0), listed, answer="B", choices=choices),
        asked(made, 1, ImagePart(0), closed, choices=choices),
        asked(made, 3, ImagePart(0), other, answer="B", choices=choices),
    )
    table = pd.read_csv(tmp_path / "out" / "test.tsv", sep="\t")
    assert table[["question", "A", "B", "answer"]].values.tolist() == [
        ["Which?", "red", "blue", "B"],
        ["Which?\nAnswer with the letter.", "red", "blue", "B"],
    ]
    assert done.left_out == {"options_not_found": 1}
    back: list[Sample] = list(read(VlmEval(path=str(tmp_path / "out" / "test.tsv"))))
    assert back[0].choices == choices
    assert [message.text for message in back[0].messages] == ["Which?\nA. red\nB. blue", "B"]


QUESTION = TextPart("What?")


@pytest.mark.parametrize(
    ("content", "more", "reason"),
    [
        ((ImagePart(0),), {}, "no_question"),
        ((ImagePart(0), TextPart("See <image 3>")), {}, "placeholder_in_text"),
        ((ImagePart(0), QUESTION), {"answer": "None"}, "reads_as_empty"),
        ((ImagePart(0), TextPart("Q\nA. NA\nB. x")), {"choices": (Choices(0, ("NA", "x")),)}, "reads_as_empty"),
        ((ImagePart(0), QUESTION), {"choices": (Choices(0, tuple(map(str, range(27)))),)}, "too_many_options"),
        ((QUESTION,), {"images": ()}, "no_picture"),
        ((ImagePart(0), QUESTION), {"images": (Image(data=b"x", media_type="video/mp4"),)}, "clip"),
    ],
    ids=range(7),
)
def test_what_is_no_question_with_pictures_is_left_out(
    made: SimpleNamespace, tmp_path: Path, content: tuple[object, ...], more: dict[str, Any], reason: str
) -> None:
    good, bad = asked(made, 0, ImagePart(0), QUESTION, answer="A dog"), asked(made, 1, *content, **more)
    if "images" in more:
        bad = replace(bad, views=tuple(view[:1] for view in bad.views[: len(more["images"])]))
    assert exported(made, tmp_path, good, bad).left_out == {reason: 1}


def test_a_dialogue_is_no_question(made: SimpleNamespace, tmp_path: Path) -> None:
    good = asked(made, 0, ImagePart(0), QUESTION, answer="A dog")
    sample = replace(good.sample, key="long", messages=good.sample.messages * 2)
    done = exported(made, tmp_path, good, replace(good, sample=sample))
    assert done.left_out == {"several_turns": 1}
