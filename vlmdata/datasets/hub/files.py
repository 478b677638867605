"""The formats of local files over files on the Hub, which come when they are read."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Self

from pydantic import PrivateAttr

from vlmdata.datasets.formats.files import FileFormat, RowFormat
from vlmdata.datasets.formats.imagefolder import ImageFolder
from vlmdata.datasets.formats.imagefolder_index import METADATA, folder_index
from vlmdata.datasets.formats.llava import Llava
from vlmdata.datasets.formats.messages import Messages
from vlmdata.datasets.formats.parquet import Parquet
from vlmdata.datasets.formats.urls import Urls
from vlmdata.datasets.formats.webdataset import WebDataset
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import combined
from vlmdata.io.hub import RANGE, HubFile, HubRepo, downloaded, file_system, opened, reading
from vlmdata.io.row_index import RowIndex
from vlmdata.io.table.files import TableFile, kind_of
from vlmdata.io.table.remote import RemoteFile

if TYPE_CHECKING:
    import pyarrow.parquet as pq
    from huggingface_hub import HfFileSystem

_AT_ONCE = 8
_AHEAD = 64
"""Pictures that are files of their own: this many are got before they are needed, so many at a time."""


@dataclass(frozen=True, slots=True)
class Shelf(Mapping[str, Path]):
    """The data files of an input (``names``), each downloaded when it is taken, and all else it may ask for."""

    repo: HubRepo
    names: tuple[str, ...]
    known: Mapping[str, HubFile]
    _got: dict[str, Path] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Where files are is not sent to workers: another machine has another cache."""
        return Shelf, (self.repo, self.names, self.known)

    def __getitem__(self, name: str) -> Path:
        if name not in self._got:
            self._got[name] = downloaded(self.repo, self.known[name])
        return self._got[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.known

    @property
    def root(self) -> Path:
        return self.repo.root

    def bring(self, path: Path) -> Path:
        """Download what is to stand at ``path``, if the repository has it."""
        name = os.path.relpath(path, self.root)
        if name in self.known and not path.exists():
            downloaded(self.repo, self.known[name])
        return path


@contextmanager
def footer(shelf: Shelf, name: str, system: HfFileSystem) -> Iterator[pq.ParquetFile]:
    """A Parquet file of which only the last bytes were read, by ranges. ``InputError`` where it is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with reading(shelf.repo), opened(shelf.repo, shelf.known[name], system) as remote:
        try:
            yield pq.ParquetFile(remote, buffer_size=RANGE, pre_buffer=False)
        except pa.ArrowException as error:
            why = " ".join(str(error).split())[:200]
            raise InputError(f"{shelf.repo.id}: {name} is not a Parquet file, or is cut off ({why})") from error


class Shelved(RowFormat):
    """A format whose files stand on a shelf. Make it with ``over``."""

    _shelf: Shelf = PrivateAttr()
    _title: str = PrivateAttr()

    @classmethod
    def over(cls, shelf: Shelf, title: str, **fields: Any) -> Self:
        made = cls.model_validate({"path": shelf.repo.id, **fields})
        made._shelf, made._title = shelf, title
        return made

    @property
    def title(self) -> str:
        return self._title

    def hashed(self, name: str) -> str:
        return self._shelf.known[name].digest


class Downloaded(Shelved, FileFormat):
    """One whose files are downloaded to be read."""

    @cached_property
    def files(self) -> Mapping[str, Path]:
        return self._shelf

    def present(self, path: Path) -> Path:
        return self._shelf.bring(path)


class HubParquet(Parquet, Downloaded):
    """Parquet with pictures, on the Hub."""

    def counter(self) -> Callable[[str], int]:
        """As ``rows``, from the last bytes of each file."""
        system = file_system(self._shelf.repo)

        def rows(name: str) -> int:
            with footer(self._shelf, name, system) as file:
                return int(file.metadata.num_rows)

        return rows


class HubWebDataset(WebDataset, Downloaded):
    """WebDataset tars on the Hub."""


class HubLlava(Llava, Downloaded):
    """Conversations in JSON on the Hub; pictures are files of the repository."""


class HubMessages(Messages, Downloaded):
    """Chat messages in JSON on the Hub; pictures are files of the repository."""


class HubUrls(Urls, Shelved):
    """Tables of addresses on the Hub: Parquet is read there, by ranges."""

    @property
    def title(self) -> str:
        return self._title

    @cached_property
    def files(self) -> dict[str, TableFile]:
        repo, known = self._shelf.repo, self._shelf.known
        at = f"hf://datasets/{repo.id}@{repo.revision}"
        return {
            name: TableFile(RemoteFile(f"{at}/{name}", known[name].size, known[name].digest), *kind_of(name))
            for name in self._shelf.names
        }


class HubImageFolder(ImageFolder, Downloaded):
    """A folder of pictures on the Hub: the deepest that holds all files of the split."""

    @classmethod
    def over(cls, shelf: Shelf, title: str, **fields: Any) -> Self:
        base = os.path.commonpath([PurePosixPath("/", name).parent for name in shelf.names]).lstrip("/")
        return super().over(shelf, title, path=base, **fields)

    @property
    def root(self) -> Path:
        return self._shelf.root / self.path

    @cached_property
    def files(self) -> Mapping[str, Path]:
        return {self.title: self.root}

    def digest_of(self, name: str) -> str:
        if name not in self._digests:
            shelf = self._shelf
            held = (part for file in shelf.names for part in (file, shelf.known[file].digest))
            self._digests[name] = combined(held)
        return self._digests[name]

    def index(self, name: str) -> RowIndex:
        return folder_index(self.root, self.digest_of(name), self._walk)

    def records(self, name: str, start: int, stop: int) -> Iterator[Any]:
        """With the pictures of the next rows on their way."""
        rows = super().records(name, start, stop)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            waiting = deque((row, pool.submit(self._fetch, row)) for row in islice(rows, _AHEAD))
            while waiting:
                row, done = waiting.popleft()
                done.result()
                yield row
                waiting.extend((row, pool.submit(self._fetch, row)) for row in islice(rows, 1))

    def _fetch(self, row: Any) -> None:
        """Bring what ``sample_of`` will ask for; what is wrong with a row is said when its turn comes."""
        with suppress(BadRecord):
            self.sample_of(row, self.place(self.title, 0, row))

    def _walk(self, root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        """As ``os.walk`` would, were all files of the split there. Metadata tables are brought: they are read."""
        tree = _tree(os.path.relpath(self._shelf.root / name, root) for name in self._shelf.names)
        waiting = [""]
        while waiting:
            parent = waiting.pop()
            folders, names = list(tree[parent][0]), tree[parent][1]
            for table in set(METADATA).intersection(names):
                self.present(root / parent / table)
            yield str(root / parent), folders, names
            waiting += [os.path.join(parent, name) for name in reversed(folders)]


def _tree(names: Iterable[str]) -> dict[str, tuple[dict[str, None], list[str]]]:
    """Folders and files by folder, ``""`` the first."""
    tree: dict[str, tuple[dict[str, None], list[str]]] = {"": ({}, [])}
    for name in names:
        *folders, file = name.split("/")
        parent = ""
        for folder in folders:
            tree[parent][0][folder] = None
            parent = os.path.join(parent, folder)
            tree.setdefault(parent, ({}, []))
        tree[parent][1].append(file)
    return tree
