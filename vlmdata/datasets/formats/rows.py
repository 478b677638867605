"""Rows in JSON, each with a conversation and the names of its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from vlmdata.datasets.boxed import BoxedText, check_declared
from vlmdata.datasets.dialogue import Album, as_pictures, messages_of
from vlmdata.datasets.fields import Spoken, meta_of
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.json_rows import JsonRows, row_object
from vlmdata.types import Partition, Sample

_IMAGES = ("image", "images")
_CLIPS = ("video", "videos")
_LOOKED_AT = 100
_PLACES, _ROWS = 64, 16


class JsonConversations(BoxedText):
    """A JSON list or JSON Lines, told apart by content. ``speaks`` names the field of the conversation."""

    suffixes = (".json", ".jsonl", ".ndjson")
    speaks: ClassVar[str]

    def partitions(self) -> Sequence[Partition]:
        partitions = super().partitions()
        self._check(partitions[0])
        if self.dialect:
            check_declared(self.dialect, self._texts(partitions), self.path)
        return partitions

    def rows(self, name: str) -> int:
        return self._json(name).rows

    def records(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        return self._json(name).between(start, stop)

    def sample_of(self, record: bytes, place: Place) -> Sample:
        row = row_object(record)
        if self.speaks not in row:
            raise BadRecord("missing_field", f"no {self.speaks!r}; the row has {_listed(row)}")
        folder = self.folder(place.file)
        album = Album(
            [image for field in _IMAGES for image in as_pictures(row.get(field), folder.image)],
            [clip for field in _CLIPS for clip in as_pictures(row.get(field), folder.clip)],
        )
        said = Spoken(messages=messages_of(row[self.speaks], album, folder))
        return self.made(place, album, said, meta_of(row, {self.speaks, *_IMAGES, *_CLIPS}))

    def _json(self, name: str) -> JsonRows:
        return JsonRows(self.file(name), self.digest_of(name))

    def _check(self, partition: Partition) -> None:
        """Refuse a file none of whose first rows speaks: it is of another format, not full of bad rows."""
        seen: dict[str, None] = {}
        for record in self.records(partition.file, 0, min(partition.stop, _LOOKED_AT)):
            try:
                row = row_object(record)
            except BadRecord:
                continue
            if self.speaks in row:
                return
            seen.update(dict.fromkeys(row))
        if partition.rows:
            raise InputError(
                f"{self.file(partition.file)} is not of format {self.format}: its first rows have no {self.speaks!r}, "
                f"only {_listed(seen) if seen else 'what is no JSON object'}"
            )

    def _texts(self, partitions: Sequence[Partition]) -> Iterator[Iterator[str]]:
        """What rows from all over the input say: some thousand of them, or all where there are fewer."""
        for partition in partitions[:: len(partitions) // _PLACES + 1]:
            step = max(_ROWS, partition.rows * min(len(partitions), _PLACES) // _PLACES)
            for start in range(partition.start, partition.stop, step):
                for record in self.records(partition.file, start, min(start + _ROWS, partition.stop)):
                    try:
                        yield _strings(row_object(record).get(self.speaks))
                    except BadRecord:
                        continue


def _strings(value: object) -> Iterator[str]:
    """All strings in a value of JSON."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict | list):
            waiting += item.values() if isinstance(item, dict) else item


def _listed(names: Sequence[str] | dict[str, object] | dict[str, None]) -> str:
    return ", ".join(list(names)[:12]) or "no field"
