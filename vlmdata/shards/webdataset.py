"""Shards as tars in the webdataset layout: ``KEY.json`` and ``KEY.0.jpg``, ``KEY.1.png`` …"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Sequence
from functools import cache
from io import RawIOBase
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.shards.schema import BASE_COLUMNS, TOLD_COLUMNS, sample_schema
from vlmdata.types import Record

if TYPE_CHECKING:
    import pyarrow as pa

_TOLD_ROWS = 1000
_SIZE, _CHECKSUM = 124, 148  # places in a header (POSIX.1-1988, ustar)
_USTAR_SIZES = 8**11


class WebDatasetWriter:
    """Appends samples to a tar without owner or time, so that equal samples make equal bytes.

    They are those of ``webdataset.TarWriter(mode=0o644, mtime=0, user="", group="")``, in a fifth of its time: that
    copies each member through 16 kB and works out a header field by field.
    """

    def __init__(self, file: RawIOBase) -> None:
        self._file = file
        self._written = 0

    def write(self, record: Record, encoded: bytes) -> None:
        """Add a sample: ``encoded`` is all of it but its pictures."""
        members = {f"{record['key']}.json": encoded}
        members |= {picture["path"]: picture["bytes"] for picture in record["images"]}
        blocks: list[bytes] = []
        for name, data in sorted(members.items()):
            blocks += (_header(name, len(data)), data, bytes(-len(data) % tarfile.BLOCKSIZE))
        self._append(b"".join(blocks))

    def close(self) -> None:
        """Write the end of the archive; the file stays open."""
        self._append(bytes(2 * tarfile.BLOCKSIZE))
        self._append(bytes(-self._written % tarfile.RECORDSIZE))

    def _append(self, data: bytes) -> None:
        self._file.write(data)
        self._written += len(data)


def _header(name: str, size: int) -> bytes:
    """The header of a member: ustar, with a pax header ahead of it where name or size ask for one."""
    encoded = name.encode()
    if len(encoded) > tarfile.LENGTH_NAME or not name.isascii() or size >= _USTAR_SIZES:
        member = tarfile.TarInfo(name)
        member.size = size
        return member.tobuf(tarfile.PAX_FORMAT)
    before, after = _plain_header()
    block = b"%s%s%011o%s" % (encoded.ljust(tarfile.LENGTH_NAME, b"\0"), before, size, after)
    return block[:_CHECKSUM] + b"%06o\0 " % sum(block) + block[_CHECKSUM + 8 :]


@cache
def _plain_header() -> tuple[bytes, bytes]:
    """What stands between name and size in every header, and what follows; blanks for the checksum, as it counts."""
    block = bytearray(tarfile.TarInfo().tobuf(tarfile.PAX_FORMAT))
    block[_CHECKSUM : _CHECKSUM + 8] = b" " * 8
    return bytes(block[tarfile.LENGTH_NAME : _SIZE]), bytes(block[_SIZE + 11 :])


def webdataset_spans(path: Path, spans: Sequence[tuple[int, int]]) -> Iterator[list[Record]]:
    """The samples of each span of rows, in one pass. Spans lie apart and in order, none empty; ends are exclusive."""
    with tarfile.open(path, "r:") as tar:
        samples = enumerate(_samples(tar))
        for start, stop in spans:
            rows: list[Record] = []
            for number, members in samples:
                if number >= start:
                    rows.append(_record(tar, members))
                if number == stop - 1:
                    break
            yield rows


def read_webdataset(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Record]:
    """Samples ``start`` to ``stop`` (exclusive; to the end by default), one in memory at a time.

    Raises ``tarfile.TarError``, ``KeyError`` or ``ValueError`` where the file is not such a shard.
    """
    with tarfile.open(path, "r:") as tar:
        for number, members in enumerate(_samples(tar)):
            if stop is not None and number >= stop:
                return
            if number >= start:
                yield _record(tar, members)


def webdataset_keys(path: Path) -> Iterator[str]:
    """Its keys, in order; pictures are passed over. Raises as ``read_webdataset``."""
    with tarfile.open(path, "r:") as tar:
        yield from (members["json"].name.removesuffix(".json") for members in _samples(tar))


def webdataset_told(path: Path) -> Iterator[pa.Table]:
    """``TOLD_COLUMNS``, some rows at a time; pictures are passed over. Raises as ``read_webdataset``."""
    import pyarrow as pa

    whole = sample_schema(BASE_COLUMNS)
    schema = pa.schema([whole.field(name) for name in TOLD_COLUMNS])
    with tarfile.open(path, "r:") as tar:
        rows = (json.loads(_read(tar, members["json"])) for members in _samples(tar))
        while part := list(islice(rows, _TOLD_ROWS)):
            yield pa.Table.from_pylist(part, schema)


def _samples(tar: tarfile.TarFile) -> Iterator[dict[str, tarfile.TarInfo]]:
    """Neighbouring members of one key, by what follows its dot."""
    current, members = None, dict[str, tarfile.TarInfo]()
    while (member := tar.next()) is not None:
        key, _, rest = member.name.partition(".")
        if key != current and members:
            yield members
            members = {}
        current = key
        members[rest] = member
        # A TarFile keeps every member it has met; forget them, as a shard may hold many.
        tar.members = []  # type: ignore[attr-defined]
    if members:
        yield members


def _record(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> Record:
    record: Record = json.loads(_read(tar, members.pop("json")))
    numbered = sorted(members.values(), key=lambda member: int(member.name.split(".")[1]))
    record["images"] = [{"bytes": _read(tar, member), "path": member.name} for member in numbered]
    return record


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise ValueError(f"{member.name} is not a plain file")
    data = file.read()
    if len(data) != member.size:
        raise ValueError(f"{member.name} ends early")
    return data
