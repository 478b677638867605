"""Rows of Parquet, or of delimited text and JSON Lines turned into it, here or on the Hub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from vlmdata.datasets.tables.table import Record, Table
from vlmdata.io.hub import HubFile, HubRepo, downloaded
from vlmdata.io.table.convert import FAULT, fault_of
from vlmdata.io.table.files import TableFile, kind_of
from vlmdata.io.table.remote import RemoteFile
from vlmdata.io.table.whole_rows import whole_rows

_FOOTERS_AT_ONCE = 16

_MOST = 0.5
"""Share of the rows of a file from which on it is downloaded whole before it is read."""


@dataclass(frozen=True)
class Columnar(Table):
    """``files`` by name. Of Parquet on the Hub only the rows wanted are read where that is less than half of it.

    ``limit`` is how many rows are wanted at most, over all files.
    """

    files: dict[str, TableFile]
    limit: int | None = None
    hub: dict[str, tuple[HubRepo, HubFile]] = field(default_factory=dict)
    _looked: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def on_hub(cls, repo: HubRepo, found: list[HubFile], limit: int | None = None) -> Columnar:
        """Those files of a repository, in this order."""
        at = f"hf://datasets/{repo.id}@{repo.revision}"
        files = {
            file.path: TableFile(RemoteFile(f"{at}/{file.path}", file.size, file.digest), *kind_of(file.path))
            for file in found
        }
        return cls(files, limit, {file.path: (repo, file) for file in found})

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.files)

    def digest(self, name: str) -> str:
        return self.hub[name][1].digest if name in self.hub else self.files[name].digest()

    def rows(self, name: str) -> int:
        return self._look(name)[0]

    def fields(self, name: str) -> tuple[str, ...]:
        return self._look(name)[1]

    def counts(self, names: Sequence[str], *, at_once: bool) -> Iterator[int]:
        if not at_once:
            return super().counts(names, at_once=at_once)
        with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as pool:
            return iter(list(pool.map(self.rows, names)))

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        with closing(self._ready(name).opened(self.digest(name))) as file:
            for row in whole_rows(file, start, stop):
                if isinstance(row, dict) and FAULT in row:
                    fault = row.pop(FAULT)
                    yield fault_of(fault) if fault else row
                else:
                    yield row

    def _look(self, name: str) -> tuple[int, tuple[str, ...]]:
        """Rows and columns, from the last bytes of the file."""
        if name not in self._looked:
            with closing(self.files[name].opened(self.digest(name))) as file:
                self._looked[name] = int(file.metadata.num_rows), tuple(file.schema_arrow.names)
        return self._looked[name]

    def _ready(self, name: str) -> TableFile:
        """The file itself where most of it is wanted, else a view of it on the Hub."""
        table = self.files[name]
        sparse = self.limit is not None and self.limit < _MOST * self.rows(name)
        if name not in self.hub or table.kind != "parquet" or sparse:
            return table
        return TableFile(downloaded(*self.hub[name]), table.kind, table.compression)
