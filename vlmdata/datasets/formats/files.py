"""What formats made of files have in common: which files they are, and where their pictures lie."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from vlmdata.datasets.base import Format
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.row_reader import RowReader
from vlmdata.errors import InputError
from vlmdata.io.digest import input_digest
from vlmdata.io.paths import input_files, plain_part, readable
from vlmdata.io.source import slug
from vlmdata.types import Partition


class RowFormat(Format, RowReader):
    """A local format whose files hold rows."""

    path: str = Field(description="a file, a folder, or a pattern such as data/*.jsonl; relative to the recipe")


class FileFormat(RowFormat):
    """Rows in files of this machine."""

    suffixes: ClassVar[tuple[str, ...]]

    @property
    def title(self) -> str:
        plain = plain_part(Path(self.path))
        return slug((plain if plain.name not in ("", "..") else plain_part(self.root)).stem)

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """The files of the input by their name relative to it. ``InputError`` where there are none."""
        return input_files(self.root, self.suffixes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.files)

    def file(self, name: str) -> Path:
        if name not in self.files:
            raise InputError(f"{self.root} has no file {name!r} any more: it was there when the run was planned")
        return self.files[name]

    def present(self, path: Path) -> Path:
        """``path``, a file that belongs to the input; brought first where the files are kept elsewhere."""
        return path

    def hashed(self, name: str) -> str:
        return input_digest(self.file(name))


class NamedPictures(FileFormat):
    """A format whose rows name their pictures."""

    images: str | None = Field(
        default=None, description="folder that picture names are relative to; by default that of the data file"
    )
    strip: int = Field(
        default=0, ge=0, description="leading parts to take off every picture name, as tar --strip-components"
    )

    def partitions(self) -> Sequence[Partition]:
        if self.images is not None and not self.located(self.images).is_dir():
            raise InputError(f"images: {self.images}: there is no folder {self.located(self.images)}")
        return super().partitions()

    def folder(self, name: str) -> PictureFolder:
        """Where the pictures of one file are."""
        if self.images is None:
            root, shown = self.file(name).parent, f"the folder of {readable(Path(name).name)}"
        else:
            root, shown = self.located(self.images), self.images
        return PictureFolder(Path(os.path.normpath(root)), shown, self.strip, self.present)
