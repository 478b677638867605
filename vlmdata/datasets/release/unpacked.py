"""The pictures of a release as files below a folder of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vlmdata.datasets.pictures import PICTURE_SUFFIXES, identity
from vlmdata.errors import BadRecord
from vlmdata.io.digest import combined
from vlmdata.io.paths import files_below, readable
from vlmdata.types import Image


@dataclass(frozen=True, eq=False)
class Unpacked:
    """Files got by hand. ``folders`` are those below ``root`` in which one is looked for, the likeliest first."""

    root: Path
    folders: tuple[str, ...] = (".",)

    @property
    def digest(self) -> str:
        return "unpacked"

    def listing_digest(self) -> str:
        """A hash of the names and sizes of all pictures. Reads the folder."""
        return combined(
            part for name in self.paths() for part in (readable(name), str((self.root / name).stat().st_size))
        )

    def paths(self) -> Iterator[str]:
        """Names of all pictures below ``root``."""
        return paths_below(self.root)

    def find(self, name: str) -> Path | None:
        """The file of this name, of whatever kind."""
        return next(filter(None, (file_below(self.root / folder, name) for folder in self.folders)), None)

    def taken(self, names: Sequence[str]) -> dict[str, Image | BadRecord]:
        return {name: self._picture(name) for name in names}

    def _picture(self, name: str) -> Image | BadRecord:
        path = self.find(name)
        if path is None:
            return BadRecord("missing_file", f"no file {name!r} in the folder of files got by hand")
        return Image(uri=str(path), source=name, id=identity(name))


def file_below(root: Path, name: str) -> Path | None:
    """The file of this name below a folder; None where there is none, or the name leads out of the folder."""
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        return None
    path = root / inside
    return path if os.path.isfile(path) else None  # os.path: names no file can bear are False, not an error


def paths_below(root: Path) -> Iterator[str]:
    """Names of all pictures below a folder, relative to it, folder by folder, each sorted."""
    return (path.relative_to(root).as_posix() for path in files_below(root, PICTURE_SUFFIXES))
