"""Benchmarks in VLMEvalKit's TSV files, read from this machine."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from vlmdata.datasets.formats.vlmeval import VlmEval
from vlmdata.errors import InputError
from vlmdata.types import ImagePart, Rejected, Sample

Read = Callable[..., tuple[list[Sample], list[tuple[str, str]]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Samples of a TSV with these rows, and reason and detail of the rejected ones."""

    def run(
        rows: Sequence[Mapping[str, str]], columns: str = "index image question A B answer", **fields: Any
    ) -> tuple[list[Sample], list[tuple[str, str]]]:
        names = columns.split()
        lines = ["\t".join(names), *("\t".join(row.get(name, "") for name in names) for row in rows)]
        (tmp_path / "Bench_DEV.tsv").write_text("\n".join(lines) + "\n")
        source = VlmEval.model_validate({"path": "Bench_DEV.tsv", **fields}, context={"base": str(tmp_path)})
        items = [item for partition in source.partitions() for item in source.read(partition)]
        rejected = [(item.reason, item.detail) for item in items if isinstance(item, Rejected)]
        return [item for item in items if isinstance(item, Sample)], rejected

    return run


@pytest.fixture
def red(picture: Callable[..., bytes]) -> str:
    return base64.b64encode(picture("red")).decode()


@pytest.fixture
def blue(picture: Callable[..., bytes]) -> str:
    return base64.b64encode(picture("blue", "PNG")).decode()


def test_a_row_is_a_question_for_evaluation(read: Read, red: str) -> None:
    (sample,), _ = read([{"index": "7", "image": red, "question": "Red?", "A": "yes", "B": "no", "answer": "A"}])
    assert [message.text for message in sample.messages] == ["Red?\nA. yes\nB. no", "A"]
    assert sample.choices[0].options == ("yes", "no")
    assert sample.choices[0].answer == 0
    assert (sample.role, sample.origin.split, sample.images[0].id) == ("eval", "test", "bench_dev:7")
    assert sample.meta == {"index": "7"}


def test_a_short_image_is_the_index_of_the_row_that_has_it(read: Read, red: str, blue: str) -> None:
    rows = [
        {"index": "1", "image": "3", "question": "q"},
        {"index": "2", "image": red, "question": "q"},
        {"index": "3", "image": blue, "question": "q"},
        {"index": "4", "image": "1", "question": "q"},
    ]
    samples, rejected = read(rows)
    assert not rejected
    assert [sample.images[0].id for sample in samples] == [f"bench_dev:{holder}" for holder in (3, 2, 3, 3)]
    assert samples[0].images[0].data == samples[2].images[0].data == samples[3].images[0].data


def test_a_pointer_that_leads_nowhere_is_a_missing_file(read: Read, red: str) -> None:
    rows = [
        {"index": "1", "image": "9", "question": "q"},
        {"index": "2", "image": "3", "question": "q"},
        {"index": "3", "image": "2", "question": "q"},
        {"index": "4", "image": red, "question": "q"},
    ]
    samples, rejected = read(rows)
    assert len(samples) == 1
    assert [reason for reason, _ in rejected] == ["missing_file"] * 3
    assert "'9', which is the index of no row" in rejected[0][1]
    assert "circle" in rejected[1][1]


def test_an_image_may_be_a_list_of_several(read: Read, red: str, blue: str) -> None:
    (sample,), _ = read([{"index": "1", "image": f"['{red}', '{blue}']", "question": "Is <image 2> like <image 1>?"}])
    assert [part.image for part in sample.messages[0].content if isinstance(part, ImagePart)] == [1, 0]
    assert [image.id for image in sample.images] == ["bench_dev:1-1", "bench_dev:1-2"]


def test_a_list_is_never_run(read: Read, tmp_path: Path) -> None:
    target = tmp_path / "made"
    image = f"[open({str(target)!r}, 'w').write('a' * 100), 'this is longer than sixty-four characters']"
    read([{"index": "1", "image": image, "question": "q"}])
    assert not target.exists()


def test_cells_that_are_not_numbers_are_empty(read: Read, red: str) -> None:
    row = {"index": "1", "image": red, "hint": "nan", "question": "q", "A": "None", "B": "NaN", "C": "x", "answer": "A"}
    (sample,), _ = read([row], "index image hint question A B C answer comment")
    assert sample.messages[0].text == "q\nA. None\nC. x"
    assert sample.choices[0].options == ("None", "x")
    assert "comment" not in sample.meta


def test_any_capital_letter_is_an_option(read: Read, red: str) -> None:
    row = {"index": "1", "image": red, "question": "q", "A": "a", "E": "e", "Z": "z", "answer": "Z"}
    (sample,), _ = read([row], "index image question Z A E answer")
    assert sample.messages[0].text == "q\nA. a\nE. e\nZ. z"
    assert (sample.choices[0].answer, sample.messages[1].text) == (2, "Z")


def test_known_columns_bear_any_capitals(read: Read, red: str) -> None:
    row = {"Index": "1", "Image": red, "Question": "q", "Answer": "red", "L2-category": "colour", "Extra": "kept"}
    (sample,), _ = read([row], "Index Image Question Answer L2-category Extra")
    assert sample.messages[1].text == "red"
    assert sample.meta == {"index": "1", "l2-category": "colour", "Extra": "kept"}


def test_several_right_answers_are_alternatives(read: Read, red: str) -> None:
    rows = [
        {"index": "1", "image": red, "question": "q", "answer": "['crimson', 'red', 'red']"},
        {"index": "2", "image": red, "question": "q", "answer": "[3, 5]"},
    ]
    (several, interval), _ = read(rows)
    assert several.messages[1].text == "red"
    assert [one.text for one in several.alternatives] == ["crimson", "red", "red"]
    assert (interval.messages[1].text, interval.alternatives) == ("[3, 5]", ())


def test_without_an_answer_it_ends_with_the_question(read: Read, red: str) -> None:
    (sample,), _ = read([{"index": "1", "image": red, "question": "q", "A": "a", "B": "b"}])
    assert [message.role for message in sample.messages] == ["user"]
    assert sample.choices[0].answer is None


def test_rows_that_mean_nothing_are_counted(read: Read, red: str) -> None:
    rows = [
        {"index": "1", "question": "q"},
        {"index": "2", "image": red},
        {"index": "3", "image": red, "question": "q", "A": "a", "B": "b", "answer": "C"},
        {"index": "4", "image": red, "question": "<image 2>?"},
        {"index": "5", "image": "A" * 65, "question": "q"},
    ]
    samples, rejected = read(rows)
    assert samples == []
    assert [reason for reason, _ in rejected] == [
        "missing_image", "missing_text", "bad_answer", "marker_count", "bad_image",
    ]  # fmt: skip


def test_pictures_that_were_taken_out_are_read_by_their_paths(
    read: Read, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    (tmp_path / "images").mkdir()
    for number in range(2):
        (tmp_path / "images" / f"{number}.jpg").write_bytes(picture())
    rows = [
        {"index": "1", "image_path": "0.jpg", "question": "q"},
        {"index": "2", "image_path": "['0.jpg', '1.jpg']", "question": "q"},
        {"index": "3", "image_path": "9.jpg", "question": "q"},
        {"index": "4", "image_path": "../Bench_DEV.tsv", "question": "q"},
    ]
    samples, rejected = read(rows, "index image_path question", images="images")
    assert [[image.source for image in sample.images] for sample in samples] == [["0.jpg"], ["0.jpg", "1.jpg"]]
    assert [reason for reason, _ in rejected] == ["missing_file", "path_outside"]


def test_another_file_is_refused_with_its_columns(read: Read) -> None:
    with pytest.raises(InputError, match="no column 'question', only url, caption"):
        read([{"url": "https://example.org/a.jpg"}], "url caption")
