"""The pictures of a release by name: in an archive here or on a server, unpacked by hand, or files of a repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from vlmdata.datasets.pictures import identity
from vlmdata.datasets.release.bring import opened_archive
from vlmdata.datasets.release.part import Part, by_hand
from vlmdata.datasets.release.unpacked import file_below, paths_below
from vlmdata.errors import BadRecord
from vlmdata.io.archive import ArchiveRef, MemberIndex, contents, members, opened, stem
from vlmdata.io.hub import HubFile, HubRepo, downloaded
from vlmdata.types import Image

_AT_ONCE = 8

Found = Image | BadRecord


class Store(Protocol):
    """Pictures by name. Its answers for several names at once are cheaper than one by one."""

    @property
    def digest(self) -> str:
        """A hash of what it holds, as far as that is known without reading all of it."""
        ...

    def taken(self, names: Sequence[str]) -> dict[str, Found]:
        """Each picture by name; ``BadRecord`` ``missing_file`` (or why it cannot be read) for one it does not have."""
        ...


@dataclass(frozen=True, eq=False)
class Archived:
    """Pictures in an archive, named by their members, or unpacked from it below ``files``.

    A name that is in none of its folders is looked for at its top, too.

    Attributes:
        unpacked: folders below ``files`` that may hold what the archive holds, the likeliest first.
        sparse: whether few of its pictures are wanted, so that ranges of it are read where it is on a server.
    """

    part: Part
    files: Path | None = None
    unpacked: tuple[str, ...] = ()
    sparse: bool = True

    @cached_property
    def roots(self) -> tuple[Path, ...]:
        """Folders below ``files`` in which a picture is looked for."""
        if self.files is None:
            return ()
        folders = (*(self.files / name for name in (*self.unpacked, stem(self.part.name))), self.files)
        return tuple(folder for folder in folders if folder.is_dir())

    @cached_property
    def ref(self) -> ArchiveRef | None:
        """The archive; None where it is not needed, as it lies unpacked in a folder of its own."""
        own = [root for root in self.roots if root != self.files]
        if own and by_hand(self.part, self.files) is None:
            return None
        return opened_archive(self.part, self.files, self.sparse)

    @property
    def digest(self) -> str:
        return self.ref.digest if self.ref else "unpacked"

    def taken(self, names: Sequence[str]) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for name in names:
            path = next(filter(None, (file_below(root, name) for root in self.roots)), None)
            if path:
                found[name] = Image(uri=str(path), source=name, id=identity(name))
        left = [name for name in dict.fromkeys(names) if name not in found]
        return found | self._packed(left) if left else found

    def paths(self) -> Iterator[str]:
        """The names of all files there are, of an unpacked archive those of its likeliest folder."""
        if self.ref is None:
            yield from paths_below(self.roots[0])
            return
        index = members(self.ref)
        yield from (member.name for member in index.between(0, index.rows))

    def _packed(self, names: Sequence[str]) -> dict[str, Found]:
        if self.ref is None:
            where = ", ".join(root.name for root in self.roots)
            return {name: BadRecord("missing_file", f"no file {name!r} in {where}") for name in names}
        index = members(self.ref)
        numbers = {name: _numbered(index, name) for name in names}
        found: dict[str, Found] = {
            name: BadRecord("missing_file", f"no file {name!r} in {self.ref.name}")
            for name, number in numbers.items()
            if number is None
        }
        pairs = sorted((number, name) for name, number in numbers.items() if number is not None)
        with opened(self.ref) as source:
            groups = contents(source, ([index[number]] for number, _ in pairs))
            for (_, name), (_, (data,)) in zip(pairs, groups, strict=True):
                assert data is not None
                found[name] = data if isinstance(data, BadRecord) else Image(data=data, source=name, id=identity(name))
        return found


def _numbered(index: MemberIndex, name: str) -> int | None:
    number = index.find(name)
    return index.find(PurePosixPath(name).name) if number is None else number


@dataclass(frozen=True, eq=False)
class InRepo:
    """Pictures that are files of a repository on the Hub, named by their paths below ``folder``."""

    repo: HubRepo
    known: dict[str, HubFile]
    folder: str = ""

    @property
    def digest(self) -> str:
        return self.repo.revision

    def taken(self, names: Sequence[str]) -> dict[str, Found]:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(names, pool.map(self._got, names), strict=True))

    def _got(self, name: str) -> Found:
        path = f"{self.folder}/{name}" if self.folder else name
        if path not in self.known:
            return BadRecord("missing_file", f"no file {path!r} in {self.repo.id}")
        return Image(uri=str(downloaded(self.repo, self.known[path])), source=path, id=identity(name))
