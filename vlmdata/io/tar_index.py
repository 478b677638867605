"""Samples in a tar as the webdataset library groups them: an index made from the headers alone."""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vlmdata.errors import InputError
from vlmdata.io.archive.tar_headers import tar_headers
from vlmdata.io.row_index import Row, RowIndex, row_index

_VERSION = 1
_NAME = re.compile(r"^((?:.*/|)[^.]+)[.]([^/]*)$")
"""Key and extensions, as ``webdataset.tariterators.base_plus_ext`` splits a member's name."""

_META = re.compile(r"(?:^|/)__[^/]*__(?:$|/)")
_BROKEN = "the tar is cut off or damaged here; what follows is lost"


def tar_index(path: Path, digest: str) -> RowIndex:
    """One row per sample: ``key``, ``repeat``, ``members`` (``suffix``, ``offset``, ``size``), ``fault`` or null.

    Neighbouring members of one key are one sample; ``repeat`` counts earlier samples of the same key. Where a tar
    is cut off or damaged, the last sample is the one that may lack members, and has the fault. Raises
    ``InputError`` for what is no tar, or compressed as a whole.
    """
    import pyarrow as pa

    member = pa.struct([("suffix", pa.string()), ("offset", pa.int64()), ("size", pa.int64())])
    schema = pa.schema(
        [("key", pa.string()), ("repeat", pa.int64()), ("members", pa.list_(member)), ("fault", pa.string())]
    )
    return row_index(f"tar-v{_VERSION}-{digest}", schema, lambda: _samples(path))


def _samples(path: Path) -> Iterator[Row]:
    uses: Counter[str] = Counter()

    def sample(key: str, members: list[dict[str, Any]], fault: str | None) -> Row:
        uses[key] += 1
        return {"key": key, "repeat": uses[key] - 1, "members": members, "fault": fault}

    key = ""
    members: list[dict[str, Any]] = []
    for item in _members(path):
        if item is None:
            yield sample(key, members, _BROKEN)
            return
        name, member = item
        if name != key and members:
            yield sample(key, members, None)
            members = []
        key = name
        members.append(member)
    if members:
        yield sample(key, members, None)


def _members(path: Path) -> Iterator[tuple[str, dict[str, Any]] | None]:
    """Key and place of each regular file; None last where the tar is broken."""
    size = path.stat().st_size
    for info in _headers(path):
        if info is None:
            yield None
            return
        match = _NAME.match(info.name)
        if match and info.isreg() and not info.issparse() and not _META.search(info.name):
            yield match[1], {"suffix": match[2].lower(), "offset": info.offset_data, "size": info.size}
        if info.offset_data + info.size > size:
            yield None
            return


def _headers(path: Path) -> Iterator[tarfile.TarInfo | None]:
    with path.open("rb") as file:
        try:
            yield from tar_headers(file)
        except (tarfile.TarError, ValueError) as error:
            raise InputError(_not_a_tar(path)) from error


def _not_a_tar(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(6)
    if head[:2] == b"\x1f\x8b" or head[:3] == b"BZh" or head == b"\xfd7zXZ\x00" or head[:4] == b"\x28\xb5\x2f\xfd":
        return f"{path} is compressed, so its members cannot be reached one by one: decompress it to a plain .tar first"
    return f"{path} is not a tar ({path.stat().st_size} bytes)"
