"""One file of a release, by where it is published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vlmdata.io.archive import file_name, stem
from vlmdata.io.hub import HubFile, HubRepo


@dataclass(frozen=True, slots=True)
class Web:
    """A file on a web server; with ``member``, the file of that name inside it, an archive."""

    url: str
    member: str | None = None

    @property
    def name(self) -> str:
        return file_name(self.url)

    @property
    def address(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class OnHub:
    """A file of a repository at one commit; with ``member``, the file of that name inside it, an archive."""

    repo: HubRepo
    file: HubFile
    member: str | None = None

    @property
    def name(self) -> str:
        return PurePosixPath(self.file.path).name

    @property
    def address(self) -> str:
        return f"{self.repo.endpoint}/datasets/{self.repo.id}/resolve/{self.repo.revision}/{self.file.path}"


@dataclass(frozen=True, slots=True)
class ByHand:
    """A file that no program can get. ``how`` says where it comes from and what to do; ``member`` as above."""

    name: str
    how: str
    member: str | None = None

    @property
    def address(self) -> None:
        return None


Part = Web | OnHub | ByHand


def label(part: Part) -> str:
    """What rows and messages call it."""
    return PurePosixPath(part.member).name if part.member else part.name


def by_hand(part: Part, files: Path | None) -> tuple[Path, bool] | None:
    """Where a part lies in the folder of files got by hand, and whether that is still the archive it is in.

    Taken are: the file itself, by its name or at its place in the archive, and the archive.
    """
    if files is None:
        return None
    if part.member:
        inside = PurePosixPath(part.member)
        for place in (inside, PurePosixPath(stem(part.name)) / inside, PurePosixPath(inside.name)):
            if (files / place).is_file():
                return files / place, False
    return (files / part.name, part.member is not None) if (files / part.name).is_file() else None
