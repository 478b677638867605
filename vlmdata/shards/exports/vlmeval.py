"""The TSV files of VLMEvalKit."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from string import ascii_uppercase

from vlmdata.errors import BadRecord
from vlmdata.shards.exports.base import RowExport, is_clip, terms
from vlmdata.shards.exports.files import TextFile, as_json, text_file
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.shown import check_shown, check_turns
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record

_META = ("category", "l2-category", "split")
_NOT_A_VALUE = frozenset({
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
})  # fmt: skip
"""What pandas takes for an empty cell by default (``pandas.read_csv``, ``na_values``), as VLMEvalKit reads files."""
_MARK = re.compile(r"<image \d{1,3}>")


class VlmEval(RowExport):
    """VLMEvalKit's TSV, ``SPLIT.tsv``, with the pictures as base64; its MD5 is told.

    A row is a sample of one question: ``index``, ``image`` (one picture, a list of them, or the ``index`` of the row
    above that has the same ones), ``question``, the options ``A``, ``B`` … taken out of its text, ``answer``, and
    ``category``, ``l2-category`` and ``split`` where ``meta`` has them. Several right answers are a list, as Python
    writes it. Pictures that do not all stand before the words have ``<image 1>`` in their place. ``key``, ``dataset``,
    ``source`` and ``license`` come last. Source of the form: open-compass/VLMEvalKit,
    ``vlmeval/dataset/image_base.py``.
    """

    name = "vlmeval"

    @contextmanager
    def opened(self, given: Given, split: str, out: Path, tally: Tally) -> Iterator[_Rows]:
        name = f"{split}.tsv"
        with text_file(out, name, tally) as file:
            yield _Rows(file, _letters(given))
        with (out / name).open("rb") as written:
            md5 = hashlib.file_digest(written, partial(hashlib.md5, usedforsecurity=False)).hexdigest()
        tally.file(name, **tally.files[name], md5=md5)


def _letters(given: Given) -> str:
    """As many as the sample with the most options needs."""
    rows = given.columns(["choices"])
    most = max((len(one["options"]) for row in rows for one in row.get("choices") or ()), default=0)
    return ascii_uppercase[:most]


class _Rows:
    def __init__(self, file: TextFile, letters: str) -> None:
        self._file = file
        self._letters = letters
        self._index = 0
        self._holder = (-1, "")
        last = ("answer", *_META, "key", "dataset", "source", "license")
        self._write(("index", "image", "question", *letters, *last))

    def add(self, record: Record) -> None:
        _check(record)
        choice = _choices(record)
        options: list[str] = choice["options"]
        if len(options) > len(ascii_uppercase):
            raise BadRecord("too_many_options", f"{len(options)} options, and 26 letters")
        question, answer = _question(record, options), _answer(record, choice)
        _check_values([question, *options] if answer is None else [question, *options, answer])
        meta = json.loads(record["meta"] or "{}")
        self._write(
            (
                str(self._index),
                self._image(record),
                question,
                *(options[number] if number < len(options) else "" for number in range(len(self._letters))),
                answer or "",
                *(value if isinstance(value := meta.get(name), str) else "" for name in _META),
                record["key"],
                record["dataset"],
                record["source"],
                as_json(terms(record)),
            )
        )
        self._index += 1

    def _image(self, record: Record) -> str:
        """The cell of the pictures, or the row that has just these: neighbours often share them."""
        pictures = [base64.b64encode(picture["bytes"]).decode() for picture in record["images"]]
        cell = pictures[0] if len(pictures) == 1 else str(pictures)
        index, held = self._holder
        if cell == held:
            return str(index)
        self._holder = (self._index, cell)
        return cell

    def _write(self, cells: Sequence[str]) -> None:
        self._file.write("\t".join(map(_cell, cells)) + "\n")


def _cell(text: str) -> str:
    """Quoted where it must be, as pandas and the module ``csv`` read it."""
    return '"' + text.replace('"', '""') + '"' if re.search(r'[\t\r\n"]', text) else text


def _check(record: Record) -> None:
    """``BadRecord`` where a sample is more or less than pictures, a question, and perhaps its answer."""
    check_turns(record)
    check_shown(record)
    if not record["image_info"]:
        raise BadRecord("no_picture", "VLMEvalKit drops rows without one")
    if any(is_clip(info) for info in record["image_info"]):
        raise BadRecord("clip", "a column of pictures takes no video")
    if len(record["messages"]) > 2:
        raise BadRecord("several_turns", "a row is one question; the step `explode: {by: question}` makes such samples")
    if any(part["type"] != "text" for message in record["messages"][1:] for part in message["content"]):
        raise BadRecord("picture_in_answer", "an answer is text")


def _check_values(values: Sequence[str]) -> None:
    """``BadRecord``: ``no_question``; ``reads_as_empty``, as an option "None" would be none."""
    if not values[0].strip():
        raise BadRecord("no_question", "pictures alone ask nothing")
    for value in values:
        if value.strip() in _NOT_A_VALUE:
            raise BadRecord("reads_as_empty", f"pandas takes {value!r} for an empty cell")


def _choices(record: Record) -> Record:
    """Those of the question, without options where it has none."""
    found = (one for one in record.get("choices") or () if one["message"] == 0)
    return next(found, {"options": [], "answer": None})


def _question(record: Record, options: Sequence[str]) -> str:
    """The text of the question without its options. ``BadRecord``: ``placeholder_in_text``, ``options_not_found``."""
    parts = record["messages"][0]["content"]
    pictures = len(record["image_info"])
    head = [part["image_index"] for part in parts[:pictures]]
    lead = pictures if head == list(range(pictures)) and len(parts) - pictures == _texts(parts) else 0
    text = ""
    for part in parts[lead:]:
        if part["type"] == "text" and (found := _MARK.search(part["text"])):
            raise BadRecord("placeholder_in_text", found[0])
        text += part["text"] if part["type"] == "text" else f"<image {part['image_index'] + 1}>"
    if not options:
        return text
    lines = "\n".join(f"{letter}. {option}" for letter, option in zip(ascii_uppercase, options, strict=False))
    before, found_lines, after = text.partition("\n" + lines)
    if not found_lines:
        raise BadRecord("options_not_found", "the question does not list its options as lines A. …, B. …")
    return before + after


def _texts(parts: Sequence[Record]) -> int:
    return sum(part["type"] == "text" for part in parts)


def _answer(record: Record, choice: Record) -> str | None:
    """The letter of an option, a text, or a list of all right ones as Python writes it, the one that is said first."""
    if choice["answer"] is not None:
        return ascii_uppercase[choice["answer"]]
    if len(record["messages"]) < 2:
        return None
    said = "".join(part["text"] for part in record["messages"][1]["content"])
    others = [one["text"] for one in record.get("alternatives") or () if one["message"] == 1]
    if others or said.startswith("["):
        return str(sorted(others, key=lambda text: text != said) if said in others else [said, *others])
    return said
