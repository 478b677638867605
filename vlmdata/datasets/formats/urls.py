"""Tables of web addresses of pictures, with their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken, captioned, meta_of, spoken
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.formats.url_columns import UrlColumns, find_url_columns
from vlmdata.datasets.pictures import PictureFolder, identity
from vlmdata.datasets.row_reader import Place
from vlmdata.errors import BadRecord, InputError, UsageError
from vlmdata.io.expression import parse
from vlmdata.io.paths import readable
from vlmdata.io.source import slug
from vlmdata.io.table.convert import FAULT
from vlmdata.io.table.files import TableFile, table_files, table_title
from vlmdata.io.table.remote import RemoteFile, is_remote, revision_of
from vlmdata.io.table.rows import Row, table_rows
from vlmdata.io.table.selection import Choice, Selection, selected_rows
from vlmdata.types import Image, ImagePart, Message, Part, Partition, Sample, TextPart

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_ADDRESS = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
_HEX = frozenset("0123456789abcdef")
_HASHES = {32: "md5", 64: "sha256"}
_PANDAS_INDEX = "__index_level_0__"


def _condition(text: str | None) -> str | None:
    try:
        if text is not None:
            parse(text)
    except UsageError as error:
        raise ValueError(str(error)) from error
    return text


Condition = Annotated[
    str | None, Field(description="take only rows for which this holds: width >= 256"), AfterValidator(_condition)
]


class Urls(RowFormat):
    """A list of addresses of pictures: LAION, COYO, Conceptual Captions, OBELICS, or any table with a column of them.

    CSV, TSV, JSON, JSON Lines (also .gz, .zst), Parquet, or .txt with one address per line; a file, a folder, a
    pattern, or an http, s3 or hf address. A list of addresses is several pictures; beside a list of texts of the same
    length it is an interleaved document. All other columns go to ``meta``.
    """

    format: Literal["urls"] = "urls"
    path: str = Field(description="a table, a folder or pattern of tables, or an http, s3 or hf:// address of one")
    url_column: str | None = Field(default=None, description="column of the addresses; by default it is told by name")
    text_column: str | None = Field(
        default=None, description="column of the captions; by default text, caption, alt or title"
    )
    hash_column: str | None = Field(
        default=None, description="column of the MD5 or SHA-256, in hex, that the pictures must have"
    )
    where: Condition = None
    sample: Annotated[int | None, Field(gt=0)] = Field(default=None, description="take N rows chosen by seed")
    seed: int = Field(default=0, description="seed of sample")

    fills = frozenset({"alternatives"})

    _columns: dict[str, UrlColumns] = PrivateAttr(default_factory=dict)

    @property
    def by_address(self) -> bool:
        return True

    @property
    def title(self) -> str:
        return slug(table_title(self.path))

    @property
    def revision(self) -> str | None:
        """The commit of a table on the Hub."""
        place = next(iter(self.files.values())).place
        return revision_of(place.url) if isinstance(place, RemoteFile) else None

    @cached_property
    def files(self) -> dict[str, TableFile]:
        """The files of the table by name, found once and carried to the workers."""
        return table_files(self.path if is_remote(self.path) else self.root)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.files)

    def columns(self) -> frozenset[str]:
        """``alternatives`` where a row may have several texts."""
        first = self._columns_of(self.names[0])
        several = any(columns.several for columns in (first, *self._columns.values()))
        return self.fills if several else frozenset()

    def hashed(self, name: str) -> str:
        return self.files[name].digest()

    def partitions(self) -> Sequence[Partition]:
        """Rows that are taken, by place among those of their file. No file is opened that the limit leaves out."""
        selection = None if self._choice.takes_all else self._selection()
        left = self.limit
        partitions = []
        for name in self.names:
            rows = self.rows(name) if selection is None else len(selection.of(name))
            partitions.append(Partition(name, 0, rows if left is None else min(rows, left)))
            left = None if left is None else left - partitions[-1].rows
            if left == 0:
                break
        return partitions

    def rows(self, name: str) -> int:
        with self._opened(name) as file:
            return int(file.metadata.num_rows)

    def records(self, name: str, start: int, stop: int) -> Iterator[Row]:
        with self._opened(name) as file:
            chosen = range(file.metadata.num_rows) if self._choice.takes_all else self._selection().of(name)
            yield from table_rows(file, self.digest_of(name), chosen, start, stop)

    def place(self, name: str, row: int, record: Row) -> Place:
        """Named by the number of the row in its file, whatever else is taken."""
        return super().place(name, record.number, record)

    def sample_of(self, record: Row, place: Place) -> Sample:
        if isinstance(record.values, BadRecord):
            raise record.values
        row, columns = record.values, self._columns_of(place.file)
        addresses, texts = row[columns.url], row[columns.text] if columns.text else None
        hashes = row[columns.hash] if columns.hash else None
        album = Album(_pictures(addresses, hashes))
        if not album.images:
            raise BadRecord("missing_url", f"column {columns.url!r} is empty")
        if columns.text is None:
            said = Spoken()
        elif isinstance(addresses, list) and isinstance(texts, list) and len(addresses) == len(texts):
            said = _document(addresses, texts)
        else:
            said = _said(texts, album)
        return self.made(place, album, said, meta_of(row, {columns.url, columns.text, _PANDAS_INDEX}))

    @property
    def _choice(self) -> Choice:
        return Choice(parse(self.where) if self.where else None, self.sample, self.seed, self.limit)

    def _selection(self) -> Selection:
        """Made in the plan; workers find it in the cache."""
        return selected_rows({name: partial(self._opened, name) for name in self.names}, self.digest(), self._choice)

    def _opened(self, name: str) -> pq.ParquetFile:
        if name not in self.files:
            raise InputError(f"{self.path} has no file {name!r} any more: it was there when the run was planned")
        file = self.files[name].opened(self.digest_of(name))
        if name not in self._columns:
            schema = file.schema_arrow
            shown = schema.remove(schema.get_field_index(FAULT)) if FAULT in schema.names else schema
            table = readable(name)
            self._columns[name] = find_url_columns(table, shown, self.url_column, self.text_column, self.hash_column)
        return file

    def _columns_of(self, name: str) -> UrlColumns:
        if name not in self._columns:
            self._opened(name).close()
        return self._columns[name]


class _OnTheWeb(PictureFolder):
    """Pictures that the turns of a conversation bring along, by their addresses."""

    def image(self, value: object) -> Image:
        return _picture(value, None)


def _pictures(addresses: object, hashes: object) -> list[Image]:
    """A picture for each address, with its hash where there is one."""
    given = addresses if isinstance(addresses, list) else [addresses]
    expected = hashes if isinstance(hashes, list) else [hashes] * len(given)
    if len(expected) != len(given):
        raise BadRecord("bad_hash", f"{len(expected)} hashes for {len(given)} addresses")
    return [_picture(url, digest) for url, digest in zip(given, expected, strict=True) if not _is_blank(url)]


def _picture(value: object, digest: object) -> Image:
    """``BadRecord``: ``bad_url`` for what is plainly no web address, ``bad_hash``."""
    url = str(value).strip()
    if not _ADDRESS.match(url):
        raise BadRecord("bad_url", f"{url[:200]!r} is no http or https address")
    return Image(uri=url, source=url, id=identity(url), expected=_expected(digest))


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _expected(digest: object) -> str | None:
    """``md5:…`` or ``sha256:…``, told apart by length."""
    if _is_blank(digest):
        return None
    text = str(digest).strip().lower()
    if len(text) not in _HASHES or not set(text) <= _HEX:
        raise BadRecord("bad_hash", f"{text[:80]!r} is no MD5 or SHA-256 in hex")
    return f"{_HASHES[len(text)]}:{text}"


def _document(addresses: Sequence[object], texts: Sequence[object]) -> Spoken:
    """Pictures and texts in the order of their lists, as OBELICS has them: at each place one of the two, or both."""
    parts: list[Part] = []
    shown = 0
    for address, text in zip(addresses, texts, strict=True):
        if not _is_blank(address):
            parts.append(ImagePart(shown))
            shown += 1
        if isinstance(text, str) and text:
            parts.append(TextPart(text))
    if not any(isinstance(part, TextPart) and part.text.strip() for part in parts):
        raise BadRecord("missing_text", "the texts are empty")
    return Spoken(messages=(Message("document", tuple(parts)),), tags=("interleaved",))


def _said(texts: object, album: Album) -> Spoken:
    """A caption, several, or a conversation about the pictures."""
    captions = texts if isinstance(texts, list) else [texts]
    if any(isinstance(text, dict | list) for text in captions):
        return spoken(texts, album, _OnTheWeb(Path(), "the web"))
    return captioned([str(text) for text in captions if text is not None], album.rest())
