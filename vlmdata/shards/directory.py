"""A data set directory as an input of a recipe: ``{path: my-shards}``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from pydantic import Field

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import combined
from vlmdata.io.source import RecipeInput, slug
from vlmdata.shards.formats import read_records
from vlmdata.shards.manifest_file import MANIFEST, by_format, read_manifest
from vlmdata.shards.schema import OPTIONAL_COLUMNS
from vlmdata.types import License, Manifest, Partition, Rejected, Sample, SampleRole, ShardInfo, SourceInfo, from_record


class Directory(RecipeInput):
    """What fetch or preprocess wrote, read again. Parquet where it is there, else the tars.

    Splits keep their names. Pictures are the stored ones; a sample of which only tiles are stored is rejected as
    ``already_tiled``.
    """

    path: str = Field(description="data set directory, relative to the recipe")
    split: str | None = Field(default=None, description="only this split; all of them by default")

    @property
    def root(self) -> Path:
        return self.located(self.path)

    @cached_property
    def manifest(self) -> Manifest:
        """What the directory says of itself. ``InputError`` where it is none."""
        return read_manifest(self.root)

    @property
    def title(self) -> str:
        return slug(self.manifest.name)

    @property
    def role(self) -> SampleRole:
        return "eval" if self.manifest.role == "eval" else "train"

    @property
    def license(self) -> License:
        """The terms that all its sources share; each sample keeps its own."""
        sources = self.manifest.sources
        annotations = {one.license_annotations for one in sources}
        images = {one.license_images for one in sources}
        return License(
            annotations=annotations.pop() if len(annotations) == 1 else None,
            images=images.pop() if len(images) == 1 else None,
        )

    def columns(self) -> frozenset[str]:
        """The optional columns its shards have."""
        return frozenset(self.manifest.columns).intersection(OPTIONAL_COLUMNS)

    def made_of(self) -> Sequence[SourceInfo]:
        return self.manifest.sources

    def digest(self) -> str:
        shards = (f"{info.path}:{info.sha256}" for info in self._shards())
        return combined([str(self.manifest.schema_version), *shards])

    def partitions(self) -> Sequence[Partition]:
        """One per shard. ``InputError`` where one is missing or has another size than the manifest says."""
        for info in self._shards():
            path = self.root / info.path
            size = path.stat().st_size if path.is_file() else None
            if size != info.bytes:
                found = "is missing" if size is None else f"has {size} bytes, not {info.bytes}"
                raise InputError(f"{path} {found}: {self.root} is not as its {MANIFEST} says; see `vlmdata verify`")
        return [Partition(info.path, 0, info.samples) for info in self._shards()]

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        split = next(info.split for info in self.manifest.shards if info.path == partition.file)
        records = read_records(self.root / partition.file, partition.start, partition.stop)
        for number, record in enumerate(records, partition.start):
            try:
                sample = from_record(record)
                yield replace(sample, origin=replace(sample.origin, split=split))
            except BadRecord as bad:
                key = str(record.get("key") or f"{slug(Path(partition.file).stem)}-{number:09d}")
                yield Rejected(key, f"{partition.file}#{number}", bad.reason, bad.detail)

    def _shards(self) -> list[ShardInfo]:
        infos = next(iter(by_format(self.manifest).values()), [])
        chosen = [info for info in infos if self.split in (None, info.split)]
        if infos and not chosen:
            known = ", ".join(sorted({info.split for info in infos}))
            raise InputError(f"{self.root} has no split {self.split!r}; it has {known}")
        return chosen
