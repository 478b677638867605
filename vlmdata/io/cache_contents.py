"""What is in the cache, kind by kind, and how it is cleared: of files that vlmdata wrote, and no others."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

from vlmdata.io.cache import home, unused
from vlmdata.io.reuse import files_of
from vlmdata.io.reuse.answers import TABLE
from vlmdata.io.reuse.renders import INDEX
from vlmdata.io.reuse.table import FILE, Table

_TABLE = rf"(\.damaged)?/({re.escape(FILE)}.*|[0-9a-f]{{32}}\.new.*)"
_HEX = "[0-9a-f]"
_FETCHED = r"(parquet|webdataset|dropped|\.work)/.*|manifest\.json|README\.md|recipe\.lock\.yaml|report\.html"


@dataclass(frozen=True, slots=True)
class Kind:
    """One folder of the cache.

    Attributes:
        name: of the folder.
        unit: what is counted in it.
        ours: matches the names of the files vlmdata writes there, relative to it.
        table: the folder in it whose table has a row for each that is counted; else its files or folders are counted.
        needed: a run that has begun may not do without.
    """

    name: str
    unit: str
    ours: str
    table: str | None = None
    needed: bool = True

    @property
    def folder(self) -> Path:
        return home() / self.name


KINDS = (
    Kind("answers", "answer", rf"{TABLE}{_TABLE}", table=TABLE, needed=False),
    Kind("renders", "picture", rf"{INDEX}{_TABLE}|packs/[0-9a-f]{{16}}\.pack", table=INDEX, needed=False),
    Kind("surveys", "survey", r"[0-9a-f]{32}/[0-9a-f]{32}\.parquet.*"),
    Kind("fingerprints", "file", r"[^/]+-[0-9a-f]{12}\.parquet.*"),
    Kind("indexes", "file", r"[^/]*[0-9a-f]{24}[^/]*|(tmp|\.coco-|\.gathered-)[^/]+/.*"),
    Kind("archives", "file", r"[0-9a-f]{16}-[^/]+"),
    Kind("fetched", "data set", rf"[^/]+-[0-9a-f]{{12}}/({_FETCHED})(\.partial)?"),
)


@dataclass(frozen=True, slots=True)
class Contents:
    """``bytes`` on disk, ``count`` in the kind's unit, ``oldest`` the day on which a file was left alone last."""

    bytes: int
    count: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """``bytes`` that were removed, and files ``left`` there, by name, that vlmdata did not write."""

    bytes: int
    left: tuple[str, ...]


def contents(kind: Kind) -> Contents:
    """What a kind holds now."""
    files = list(files_of(kind.folder))
    oldest = min((file.used for file in files), default=None)
    return Contents(
        bytes=sum(file.size for file in files),
        count=_count(kind, len(files)),
        oldest=None if oldest is None else datetime.fromtimestamp(oldest / 1e9, UTC).date(),
    )


def clear(kind: Kind) -> Cleared:
    """Remove what vlmdata wrote. A run in progress goes on without it; ``UsageError`` where it cannot.

    The folder is renamed away first, so whoever comes next finds all of it or nothing. What a ``clear`` that was cut
    off left behind is removed, too.
    """
    folder = kind.folder.resolve()
    if folder.is_dir():
        with unused() if kind.needed else nullcontext():
            folder.rename(folder.with_name(f".{kind.name}-{uuid4().hex}"))
            folder.mkdir()
    removed, left = 0, []
    for aside in sorted(folder.parent.glob(f".{kind.name}-{_HEX * 32}")):
        for name in _names(aside):
            if re.fullmatch(kind.ours, name):
                removed += (aside / name).lstat().st_size
                (aside / name).unlink()
            else:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (aside / name).rename(folder / name)
                left.append(name)
        _remove_folders(aside)
    return Cleared(removed, tuple(left))


def _count(kind: Kind, files: int) -> int:
    if kind.table:
        return _rows(kind.folder / kind.table)
    if kind.unit == "data set":
        return sum(1 for _ in kind.folder.glob("*/manifest.json"))
    return files


def _rows(folder: Path) -> int:
    if not (folder / FILE).exists():
        return 0
    table = Table(folder)
    try:
        return table.count
    finally:
        table.close()


def _names(folder: Path) -> Sequence[str]:
    """Of all files and links below ``folder``, relative to it."""
    return sorted(
        Path(parent, name).relative_to(folder).as_posix()
        for parent, folders, files in os.walk(folder)
        for name in (*files, *(one for one in folders if Path(parent, one).is_symlink()))
    )


def _remove_folders(folder: Path) -> None:
    """Those that are empty, the deepest first."""
    for parent, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            Path(parent).rmdir()
