"""What is exported: the shards of a data set directory, split by split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vlmdata.errors import InputError
from vlmdata.io.digest import combined
from vlmdata.shards.directory import Directory
from vlmdata.shards.formats import read_records
from vlmdata.types import Manifest, Record, ShardInfo


@dataclass(frozen=True)
class Given:
    """A data set directory, or one ``split`` of it. Parquet is read where it is there, else the tars."""

    root: Path
    split: str | None = None

    @cached_property
    def manifest(self) -> Manifest:
        return self._directory.manifest

    @cached_property
    def splits(self) -> Mapping[str, Sequence[ShardInfo]]:
        """Shards by split, in order. ``InputError`` where one is missing or not as large as the manifest says."""
        by_path = {info.path: info for info in self.manifest.shards}
        found: dict[str, list[ShardInfo]] = {}
        for partition in self._directory.partitions():
            info = by_path[partition.file]
            found.setdefault(info.split, []).append(info)
        return found

    @property
    def digest(self) -> str:
        """A hash of what is read."""
        shards = (f"{info.path}:{info.sha256}" for infos in self.splits.values() for info in infos)
        return combined([self.manifest.name, *shards])

    def records(self, split: str) -> Iterator[Record]:
        """All rows of a split, a few in memory at a time. ``InputError`` where a shard is damaged."""
        for info in self.splits[split]:
            yield from read_records(self.root / info.path)

    def columns(self, names: Sequence[str]) -> Iterator[Record]:
        """All rows with these columns alone; those that the data set lacks are absent."""
        present = [name for name in names if name in self.manifest.columns]
        for infos in self.splits.values():
            for info in infos:
                yield from _columns(self.root / info.path, present)

    @cached_property
    def _directory(self) -> Directory:
        return Directory(path=str(self.root), split=self.split)


def _columns(path: Path, names: Sequence[str]) -> Iterator[Record]:
    if path.suffix == ".tar":
        yield from ({name: record[name] for name in names} for record in read_records(path))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(1000, columns=list(names)):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read as a shard ({error}): make or fetch the data set again") from error
