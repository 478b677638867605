"""Values of a JSON object found by their keys, and pictures that are kept so; the files may be of any size."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.release.pictures import Found
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.archive.index import MemberIndex, member_index
from vlmdata.io.archive.member import STORED, Member
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.json_stream import MAX_ELEMENT, elements_at
from vlmdata.io.table.files import TableFile
from vlmdata.io.table.made import made_once
from vlmdata.types import Image

_ROWS_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class Keyed:
    """The object at the keys ``at`` of a JSON file. An index in the cache holds where each value is."""

    path: Path
    at: tuple[str, ...] = ()

    def raw(self, key: str) -> bytes | None:
        """The bytes of a value, None where there is none of this key; the last one where there are several."""
        number = self._index.find(key)
        if number is None:
            return None
        span = self._index[number]
        with self.path.open("rb") as file:
            file.seek(span.offset)
            return file.read(min(span.size, MAX_ELEMENT))

    @cached_property
    def _index(self) -> MemberIndex:
        return member_index(combined(["keyed", *self.at, input_digest(self.path)]), self._spans)

    def _spans(self) -> Iterator[Member]:
        for key, element in elements_at(self.path, self.at, keyed=True):
            size = len(element.raw)
            yield Member(key, element.start, 0, size, size, None, STORED, None)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_index"}


@dataclass(frozen=True)
class Base64Pictures:
    """Pictures of a JSON object ``{name: base64}``, or of Parquet with a column ``base64`` and one of names."""

    part: Part
    files: Path | None = None

    @cached_property
    def path(self) -> Path:
        """The JSON, or what is made of the Parquet, once."""
        got = brought(self.part, self.files)
        if got.suffix != ".parquet":
            return got
        return made_once(f"base64-{input_digest(got)}.json", partial(_as_json, got))

    @property
    def digest(self) -> str:
        return input_digest(self.path)

    @cached_property
    def _keyed(self) -> Keyed:
        return Keyed(self.path)

    def taken(self, names: Sequence[str]) -> dict[str, Found]:
        return {name: self._taken(name) for name in names}

    def _taken(self, name: str) -> Found:
        raw = self._keyed.raw(name)
        if raw is None:
            return BadRecord("missing_file", f"no picture {name!r} in {self.part.name}")
        try:
            return Image(data=base64.b64decode(json.loads(raw), validate=True), source=name)
        except (ValueError, TypeError, binascii.Error) as error:
            return BadRecord("bad_image", f"{name!r} in {self.part.name} is no base64 ({error})")


def _as_json(table: Path, target: Path) -> None:
    """A DataFrame with the names in its index and one column ``base64``, as the JSON it was before."""
    with closing(TableFile(table, "parquet", None).opened("")) as file, target.open("w", encoding="utf-8") as out:
        columns = file.schema_arrow.names
        names = [name for name in columns if name != "base64"]
        if len(names) != 1 or "base64" not in columns:
            raise InputError(
                f"{table.name} has columns {', '.join(columns) or 'none'}: expected are base64 and one of names"
            )
        before = "{"
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[names[0], "base64"]):
            for name, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                out.write(f"{before}{json.dumps(str(name))}:{json.dumps(text)}")
                before = ",\n"
        out.write("}" if before != "{" else "{}")
