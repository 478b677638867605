"""LLaVA's JSON and its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vlmdata.errors import BadRecord
from vlmdata.shards.exports.base import RowExport, origin
from vlmdata.shards.exports.files import JsonList, PictureFiles, text_file
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.shown import by_medium, check_shown, check_turns, medium
from vlmdata.shards.exports.tally import Tally
from vlmdata.types import Record

_SPEAKERS = {"user": "human", "assistant": "gpt"}
_MARK = re.compile(r"<(?:image|video)>")


class Llava(RowExport):
    """LLaVA's JSON, ``SPLIT.json``, with the pictures as files.

    A row is ``{id, image, conversations: [{from, value}]}``; ``image`` is the path of one picture, or a list of paths
    as LLaVA-NeXT and Qwen's code take it, and absent where there is none; clips stand in ``video``. Each ``<image>``
    in the text is the next picture, with a newline between it and the words. Source of the form: haotian-liu/LLaVA,
    ``docs/Finetune_Custom_Data.md``; LLaVA-VL/LLaVA-NeXT, ``llava/train/train.py``.
    """

    name = "llava"

    @contextmanager
    def opened(self, given: Given, split: str, out: Path, tally: Tally) -> Iterator[_Rows]:
        with text_file(out, f"{split}.json", tally) as file:
            rows = _Rows(JsonList(file), PictureFiles(out, split))
            yield rows
            rows.list.close()
            file.write("\n")


class _Rows:
    def __init__(self, rows: JsonList, pictures: PictureFiles) -> None:
        self.list = rows
        self._pictures = pictures

    def add(self, record: Record) -> None:
        check_turns(record)
        check_shown(record)
        conversations = [
            {"from": _SPEAKERS[message["role"]], "value": _marked(record, message)} for message in record["messages"]
        ]
        media = by_medium(record, self._pictures.save(record))
        named = {name: files if len(files) > 1 else files[0] for name, files in media.items() if files}
        self.list.add({"id": record["key"], **named, "conversations": conversations, "origin": origin(record)})


def _marked(record: Record, message: Record) -> str:
    """The text of a message with a mark for each picture, a newline between marks and words.

    ``BadRecord`` ``placeholder_in_text`` where the words hold such a mark themselves.
    """
    parts = message["content"]
    text = ""
    for number, part in enumerate(parts):
        if part["type"] == "text":
            if found := _MARK.search(part["text"]):
                raise BadRecord("placeholder_in_text", found[0])
            text += part["text"]
            continue
        is_last = number == len(parts) - 1
        before = "\n" if is_last and number and parts[number - 1]["type"] == "text" else ""
        text += f"{before}<{medium(record, part['image_index'])}>" + ("" if is_last else "\n")
    return text
