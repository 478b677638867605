"""VisDial's dialogs, whose questions and answers are numbers in two tables of texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Record, Row
from vlmdata.errors import BadRecord
from vlmdata.io.digest import combined
from vlmdata.io.json_stream import elements_at
from vlmdata.io.table.made import made_once

_VERSION = 1
_AT_ONCE = 8192


class Texts:
    """A list of texts by number, mapped from a file of the cache: memory holds what is looked up."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self._column = pa.ipc.open_file(pa.memory_map(str(path))).read_all()["text"]

    def __getitem__(self, number: object) -> str:
        """``BadRecord``: ``bad_index``, ``not_unicode`` (or no text at all)."""
        held = len(self._column)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < held:
            raise BadRecord("bad_index", f"{number!r:.40} is no number of a text, of which there are {held}")
        text = self._column[number].as_py()
        if text is None:
            raise BadRecord("not_unicode", f"text {number} is none")
        return str(text)


class Dialogs(JsonTable):
    """Rows of ``data.dialogs`` with texts in the place of numbers: ``question``, ``answer``, ``answer_options``."""

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        questions, answers = self._texts(name, "questions"), self._texts(name, "answers")
        for row in super().records(name, start, stop):
            try:
                yield row if isinstance(row, BadRecord) else _told(row, questions, answers)
            except BadRecord as bad:
                yield bad

    def _texts(self, name: str, which: str) -> Texts:
        at = (*self.at[:-1], which)
        made = f"texts-v{_VERSION}-{combined(at)[:8]}-{self.digest(name)}.arrow"
        return Texts(made_once(made, partial(_write, self._path(name), at)))


def _told(row: Row, questions: Texts, answers: Texts) -> Row:
    rounds = row.get("dialog")
    if not isinstance(rounds, list) or not all(isinstance(one, dict) for one in rounds):
        return row
    return {**row, "dialog": [_round(one, questions, answers) for one in rounds]}


def _round(one: dict[str, Any], questions: Texts, answers: Texts) -> dict[str, Any]:
    options = one.get("answer_options")
    told = {"question": questions[one.get("question")]}
    if one.get("answer") is not None:
        told["answer"] = answers[one["answer"]]
    if isinstance(options, list):
        return {**one, **told, "answer_options": [answers[option] for option in options]}
    return {**one, **told}


def _write(source: Path, at: tuple[str, ...], target: Path) -> None:
    import pyarrow as pa

    schema = pa.schema([("text", pa.string())])
    batch: list[str | None] = []
    with pa.ipc.new_file(str(target), schema) as writer:
        for _, element in elements_at(source, at):
            batch.append(_text(element.raw))
            if len(batch) == _AT_ONCE:
                writer.write_batch(pa.record_batch([pa.array(batch, pa.string())], schema=schema))
                batch = []
        writer.write_batch(pa.record_batch([pa.array(batch, pa.string())], schema=schema))


def _text(raw: bytes) -> str | None:
    """None for what is no text of Unicode."""
    try:
        text = json.loads(raw.decode())
        return text if isinstance(text, str) and text.encode() is not None else None
    except UnicodeError:
        return None
