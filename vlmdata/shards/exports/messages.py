"""Chat messages in JSON Lines and their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vlmdata.errors import BadRecord
from vlmdata.shards.exports.base import RowExport, origin
from vlmdata.shards.exports.files import PictureFiles, TextFile, as_json, text_file
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.shown import by_medium, check_shown, medium
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record


class Messages(RowExport):
    """Chat messages as TRL takes them, ``SPLIT.jsonl``, with the pictures as files.

    A row is ``{id, messages: [{role, content}], images}``. Content is a list of ``{type: text, text}`` and
    ``{type: image}``; each of the latter is the next path of ``images``. Rows with clips have ``videos``. Source of
    the form: huggingface/trl, ``docs/source/dataset_formats.md`` and ``trl/data_utils.py``,
    ``prepare_multimodal_messages``.
    """

    name = "messages"

    @contextmanager
    def opened(self, given: Given, split: str, out: Path, tally: Tally) -> Iterator[_Rows]:
        with text_file(out, f"{split}.jsonl", tally) as file:
            yield _Rows(file, PictureFiles(out, split))


class _Rows:
    def __init__(self, file: TextFile, pictures: PictureFiles) -> None:
        self._file = file
        self._pictures = pictures

    def add(self, record: Record) -> None:
        _check(record)
        messages = [
            {"role": message["role"], "content": [_item(record, part) for part in message["content"]]}
            for message in record["messages"]
        ]
        media = by_medium(record, self._pictures.save(record))
        clips = {"videos": media["video"]} if media["video"] else {}
        row = {"id": record["key"], "messages": messages, "images": media["image"], **clips, "origin": origin(record)}
        self._file.write(as_json(row) + "\n")


def _check(record: Record) -> None:
    """``BadRecord``: ``no_messages``, ``document``, ``picture_not_shown``."""
    if not record["messages"]:
        raise BadRecord("no_messages", "nothing is said")
    if any(message["role"] == "document" for message in record["messages"]):
        raise BadRecord("document", "interleaved text has no turns")
    check_shown(record)


def _item(record: Record, part: Record) -> Record:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    return {"type": medium(record, part["image_index"])}
