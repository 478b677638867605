"""The files of a table: found here or elsewhere, told by their suffix, opened as Parquet whatever they are."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vlmdata.errors import InputError
from vlmdata.io.cache import indexes
from vlmdata.io.digest import combined, input_digest
from vlmdata.io.paths import input_files
from vlmdata.io.table.convert import unpacked, write_delimited, write_json
from vlmdata.io.table.made import made_once
from vlmdata.io.table.remote import RemoteFile, is_remote, remote_files

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_KINDS = {
    ".parquet": "parquet", ".csv": "csv", ".tsv": "tsv", ".txt": "txt",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
_SUFFIX = re.compile(r"(\.[a-z]+)(\.gz|\.zst)?$")
_VERSION = 1

_BUFFER = 1 << 20
_REMOTE_BUFFER = 4 << 20
"""Bytes read ahead of each column; without it a whole row group is read at once."""

IN_FOLDERS = (".parquet", *(
    kind + packed for kind in (".csv", ".tsv", ".json", ".jsonl", ".ndjson") for packed in ("", *_COMPRESSIONS)
))  # fmt: skip
"""Suffixes of the tables of a folder. A ``.txt`` there may be anything, so it is one by its own name or pattern."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of a table. ``kind`` is parquet, csv, tsv, txt, json or jsonl; ``compression`` gzip, zstd or None."""

    place: Path | RemoteFile
    kind: str
    compression: str | None

    @property
    def shown(self) -> str:
        """What messages call it."""
        return self.place.url if isinstance(self.place, RemoteFile) else str(self.place)

    def digest(self) -> str:
        """A hash of its content; of a remote file of its size and the tag its server gives it."""
        if isinstance(self.place, RemoteFile):
            return combined(["remote", str(self.place.size), self.place.tag])
        return input_digest(self.place)

    def opened(self, digest: str) -> pq.ParquetFile:
        """As Parquet: itself, or what the cache holds for its ``digest``, made there first.

        Raises ``InputError`` where it is not what its suffix says, or out of reach.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self.kind != "parquet":
            made = made_once(f"table-v{_VERSION}-{self.kind}-{digest}.parquet", partial(self._convert, digest))
            return pq.ParquetFile(made, buffer_size=_BUFFER, pre_buffer=False)
        try:
            if isinstance(self.place, RemoteFile):
                source = pa.PythonFile(self.place.opened(), mode="r")
                return pq.ParquetFile(source, buffer_size=_REMOTE_BUFFER, pre_buffer=False)
            return pq.ParquetFile(self.place, buffer_size=_BUFFER, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            why = " ".join(str(error).split())[:200]
            raise InputError(f"{self.shown} is not a Parquet file, or is cut off ({why})") from error

    def _convert(self, digest: str, target: Path) -> None:
        with TemporaryDirectory(dir=target.parent) as folder:
            path = self._plain(Path(folder))
            if self.kind in ("json", "jsonl"):
                write_json(path, digest, target)
            else:
                write_delimited(path, self.kind, target)

    def _plain(self, folder: Path) -> Path:
        """It as a file of this machine that is not compressed; made in ``folder`` where it is not so already."""
        path = self.place if isinstance(self.place, Path) else folder / f"got.{self.kind}"
        if isinstance(self.place, RemoteFile):
            self.place.copied(path)
        if self.compression is None:
            return path
        plain = folder / f"plain.{self.kind}"
        unpacked(path, self.compression, plain)
        return plain


def table_files(path: Path | str) -> dict[str, TableFile]:
    """Files of a table by relative name: one file, a folder, a pattern; a path, or an http(s), s3 or hf address.

    Raises ``InputError`` where there are none, for a file that is no table by its name, and for a folder that holds
    tables of several kinds, as those are often about each other.
    """
    files: dict[str, TableFile]
    if isinstance(path, str) and is_remote(path):
        files = {name: remote_table(name, file) for name, file in remote_files(path, IN_FOLDERS).items()}
    else:
        files = {name: TableFile(file, *kind_of(name)) for name, file in input_files(Path(path), IN_FOLDERS).items()}
    kinds = sorted({file.kind for file in files.values()})
    if len(kinds) > 1 and not glob.has_magic(str(path)):
        raise InputError(
            f"{path} holds tables of several kinds ({', '.join(kinds)}): say which are meant by a pattern, such as "
            f"{path}/*.{kinds[-1]}"
        )
    return files


def remote_table(name: str, file: RemoteFile) -> TableFile:
    """A file elsewhere, read there where that can be done: Parquet by ranges, or text whose content is tagged."""
    kind, compression = kind_of(name)
    if file.tag and (kind != "parquet" or file.gives_ranges()):
        return TableFile(file, kind, compression)
    return TableFile(_copy(file, name), kind, compression)


def table_title(path: str) -> str:
    """The name of a table without its suffixes."""
    name = urlsplit(path).path if path.startswith("http") else path
    stem = next((part for part in reversed(re.split(r"[/\\]", name)) if part and not set(part) & set("*?[")), "")
    return _SUFFIX.sub("", stem.lower())


def kind_of(name: str) -> tuple[str, str | None]:
    match = _SUFFIX.search(name.lower())
    if match is None or match[1] not in _KINDS or (match[1] == ".parquet" and match[2]):
        raise InputError(
            f"{name} is no table by its name: known are {', '.join(_KINDS)}, all but the first also with .gz or .zst"
        )
    return _KINDS[match[1]], _COMPRESSIONS.get(match[2] or "")


def _copy(file: RemoteFile, name: str) -> Path:
    """A copy in the cache. Without a tag it is got anew each time: only its bytes tell what it is."""
    suffix = "".join(re.findall(_SUFFIX, name.lower())[0])
    if file.tag:
        return made_once(f"copy-{combined([file.url, str(file.size), file.tag])}{suffix}", file.copied)
    indexes().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=indexes()) as folder:
        got = Path(folder, "got")
        file.copied(got)
        return made_once(f"copy-{input_digest(got)}{suffix}", got.rename)
