"""WebDataset tars on the Hub, of which no more is downloaded than is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pydantic import PrivateAttr

from vlmdata.datasets.hub.counts import counted
from vlmdata.datasets.hub.files import HubWebDataset
from vlmdata.datasets.pictures import PICTURE_SUFFIXES
from vlmdata.io.hub import is_here
from vlmdata.io.row_index import RowIndex
from vlmdata.io.table.made import made_once
from vlmdata.io.table.remote import RemoteFile
from vlmdata.io.tar_beginning import copy_beginning
from vlmdata.io.tar_index import tar_index
from vlmdata.types import Partition

_FEW = 2_000
"""Up to so many samples the beginning of a tar is read; for more it is downloaded."""


class HubTars(HubWebDataset):
    """WebDataset tars on the Hub. With ``limit`` no further tar is touched, and of the last one only its beginning."""

    _beginnings: dict[str, int] = PrivateAttr(default_factory=dict)

    def partitions(self) -> Sequence[Partition]:
        if self.limit is None:
            return counted(self, None, {})
        found: list[Partition] = []
        left = self.limit
        for name in self.names:
            if left <= _FEW and not is_here(self._shelf.repo, self._shelf.known[name]):
                self._beginnings[name] = left
            found.append(Partition(name, 0, min(left, self.rows(name))))
            left -= found[-1].rows
            if not left:
                break
        return found

    def file(self, name: str) -> Path:
        if name not in self._beginnings:
            return super().file(name)
        return made_once(f"{self._beginning(name)}.tar", partial(self._copy, name))

    def index(self, name: str) -> RowIndex:
        if name not in self._beginnings:
            return super().index(name)
        return tar_index(self.file(name), self._beginning(name))

    def _beginning(self, name: str) -> str:
        """What the beginning of a tar is called in the cache."""
        digest = self._shelf.known[name].digest.replace(":", "-")
        return f"beginning-v1-{digest}-{self._beginnings[name]}"

    def _copy(self, name: str, target: Path) -> None:
        repo, file = self._shelf.repo, self._shelf.known[name]
        remote = RemoteFile(f"hf://datasets/{repo.id}@{repo.revision}/{name}", file.size, file.digest)
        with remote.opened() as source:
            copy_beginning(source, target, self._beginnings[name], PICTURE_SUFFIXES)
