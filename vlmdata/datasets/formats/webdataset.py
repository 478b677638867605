"""Tars of pictures with their texts beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import TEXT_FIELDS, Spoken, captioned, field_named, meta_of, spoken
from vlmdata.datasets.formats.files import FileFormat
from vlmdata.datasets.pictures import PICTURE_SUFFIXES, PictureFolder
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord
from vlmdata.io.json_rows import row_object
from vlmdata.io.paths import marked, readable
from vlmdata.io.row_index import RowIndex
from vlmdata.io.source import slug
from vlmdata.io.tar_index import tar_index
from vlmdata.types import Image, Sample

_PICTURE = re.compile(rf"(?:(\d{{1,9}})\.)?(?:{'|'.join(suffix[1:] for suffix in PICTURE_SUFFIXES)})")
_TEXTS = ("txt", "json", "cls")
_OWN = frozenset({"image_info", "messages"})
_KEY = 100
_SHORTEST = 9


@dataclass(frozen=True, slots=True)
class _Group:
    """Members of one key: their bytes by suffix. ``repeat`` counts earlier samples of that key in the tar."""

    key: str
    repeat: int
    members: dict[str, bytes]
    fault: BadRecord | None = None


class WebDataset(FileFormat):
    """Tars in WebDataset's form, also what img2dataset writes: ``KEY.jpg`` beside ``KEY.txt`` and ``KEY.json``.

    Pictures are ``jpg``, ``png``, ``webp`` …, or numbered (``0.jpg``, ``1.png``). ``txt`` is the caption, else
    the ``caption`` or conversation of ``json``; the rest of ``json`` goes to ``meta``, as does the class ``cls``.
    Other members are passed over; pickled ones are never loaded. Headers are read once, pictures by offset.
    """

    format: Literal["webdataset"] = "webdataset"

    fills = frozenset({"alternatives"})
    suffixes = (".tar",)

    def rows(self, name: str) -> int:
        return self.index(name).rows

    def records(self, name: str, start: int, stop: int) -> Iterator[_Group]:
        with self.file(name).open("rb") as file:
            for row in self.index(name).between(start, stop):
                yield _group(file, row)

    def index(self, name: str) -> RowIndex:
        """Where the samples of a tar are."""
        return tar_index(self.file(name), self.digest_of(name))

    def place(self, name: str, row: int, record: _Group) -> Place:
        """The key in the tar is kept where the alphabet of keys allows it."""
        prefix, word = self.prefixes[name], slug(record.key)
        length = max(_SHORTEST, _KEY - len(prefix))
        if word != record.key or len(word) > length or record.repeat:
            word = marked(word, f"{record.key}#{record.repeat}", length)
        return Place(name, f"{prefix}-{word}", f"{readable(name)}#{row}")

    def sample_of(self, record: _Group, place: Place) -> Sample:
        if record.fault:
            raise record.fault
        members = record.members
        row = row_object(members["json"]) if "json" in members else {}
        if row.keys() >= _OWN:
            raise BadRecord(
                "own_record", "written by vlmdata: give the data set directory as {path: DIR}, without format"
            )
        album = Album(_pictures(members, row))
        if not album.images:
            raise BadRecord("missing_image", f"{record.key!r} has no picture, only {', '.join(members) or 'nothing'}")
        if "cls" in members:
            row.setdefault("label", _decoded(members["cls"]).strip())
        field = field_named(row, TEXT_FIELDS)
        if "txt" in members:
            said = captioned([_decoded(members["txt"])], album.rest())
        elif field:
            folder = PictureFolder(self.file(place.file).parent, f"the folder of {readable(place.file)}")
            said = spoken(row[field], album, folder)
        else:
            said = Spoken()
        return self.made(place, album, said, meta_of(row, {field}))


def _group(file: BinaryIO, row: dict[str, Any]) -> _Group:
    key, repeat = row["key"], row["repeat"]
    if row["fault"]:
        return _Group(key, repeat, {}, BadRecord("broken_tar", row["fault"]))
    members: dict[str, bytes] = {}
    for member in row["members"]:
        suffix = member["suffix"]
        if suffix in members:
            return _Group(key, repeat, {}, BadRecord("duplicate_member", f"two members are called {key}.{suffix}"))
        data = b""
        if suffix in _TEXTS or _PICTURE.fullmatch(suffix):
            file.seek(member["offset"])
            data = file.read(member["size"])
        members[suffix] = data
    return _Group(key, repeat, members)


def _pictures(members: dict[str, bytes], row: dict[str, Any]) -> list[Image]:
    """Pictures by number, one without a number first; the address img2dataset got it from is its source."""
    found = []
    for suffix, data in members.items():
        if match := _PICTURE.fullmatch(suffix):
            found.append((int(match[1] or -1), suffix, data))
    url = row.get("url")
    source = url if isinstance(url, str) and len(found) == 1 else None
    return [Image(data=data, source=source) for _, _, data in sorted(found)]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRecord("not_unicode", "the text beside the picture is not UTF-8") from error
