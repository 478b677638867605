"""Any data set of pictures on the Hugging Face Hub: ``hub:OWNER/NAME``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr

from vlmdata.datasets.base import Dataset
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.hub.counts import counted
from vlmdata.datasets.hub.files import Shelf
from vlmdata.datasets.hub.kinds import reader_of
from vlmdata.datasets.hub.known import role_of
from vlmdata.datasets.hub.layout import Layout, layout_of
from vlmdata.io.digest import combined
from vlmdata.io.hub import HubFile, HubRepo, also_called, first_found, listed
from vlmdata.io.source import slug
from vlmdata.types import License, Partition, Rejected, Sample, SampleRole

_FREE = frozenset({
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "isc", "unlicense", "cc0-1.0", "pddl", "odc-by",
    "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cdla-permissive-1.0",
    "cdla-permissive-2.0",
})  # fmt: skip
"""Licences, by the Hub's names for them, that allow commercial use to everyone."""


class Hub(Dataset):
    """A data set on the Hugging Face Hub: pictures in Parquet, tars or folders, or addresses of pictures.

    The revision is pinned to a commit when the data set is first looked at. Files are downloaded when their rows
    are read; of Parquet only the last bytes are needed before. No program in a repository is run.
    """

    dataset: Literal["hub"] = "hub"
    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="OWNER/NAME")
    split: str | None = Field(default=None, description="train by default, or the only one")  # type: ignore[assignment]
    config: str | None = Field(default=None, description="configuration, where the data set has several")
    revision: str | None = Field(default=None, description="branch, tag or commit; main by default")
    image_column: str | None = Field(default=None, description="column of the pictures; told by its type by default")
    text_column: str | None = Field(default=None, description="column of the text; told by its name by default")
    url_column: str | None = Field(default=None, description="column of addresses of pictures")
    where: str | None = Field(default=None, description="tables of addresses: only rows for which this holds")
    sample: Annotated[int | None, Field(gt=0, description="tables of addresses: N rows chosen by seed")] = None
    seed: int | None = Field(default=None, description="seed of sample")

    fills = frozenset({"alternatives"})

    _rows: dict[str, int] = PrivateAttr(default_factory=dict)

    @property
    def title(self) -> str:
        name = self.repo.partition("/")[2]
        return slug(f"{name}-{self.config}" if self.config else name)

    @property
    def homepage(self) -> str:
        return self.repository.page

    @property
    def license(self) -> License:
        """As its card says."""
        return license_of(self.repository.licenses)

    @property
    def role(self) -> SampleRole:
        """``eval`` for what the catalogue knows as evaluation data."""
        return role_of(self.repo, self.split or "train")

    @property
    def expected_rows(self) -> None:
        return None

    @property
    def by_address(self) -> bool:
        return self.reader.by_address

    def columns(self) -> frozenset[str]:
        return self.reader.columns()

    def pinned(self) -> Self:
        """The same under the name it bears now, at the commit its revision means now."""
        return self.model_copy(update={"repo": self.repository.id, "revision": self.repository.revision})

    @cached_property
    def repository(self) -> HubRepo:
        return first_found(also_called(self.repo), self.revision)

    @cached_property
    def layout(self) -> Layout:
        return layout_of(self.repository, self.config, self.split)

    @cached_property
    def listing(self) -> Mapping[str, HubFile]:
        return listed(self.repository)

    @property
    def reader(self) -> RowFormat:
        """The format that reads its files."""
        return self._reader.model_copy(update={"limit": self.limit})

    @cached_property
    def _reader(self) -> RowFormat:
        layout = self.layout
        shelf = Shelf(self.repository, layout.names, self.listing)
        return reader_of(layout, shelf, self.title, self.model_dump(include=_READING, exclude_none=True))

    def digest(self) -> str:
        layout = self.layout
        held = (part for name in layout.names for part in (name, self.listing[name].digest))
        return combined([self.repository.id, self.repository.revision, layout.config, layout.split, *held])

    def partitions(self) -> Sequence[Partition]:
        """One per file, as far as ``limit`` needs them. ``InputError`` as ``reader_of`` and ``layout_of`` say."""
        return counted(self.reader, self.limit, self._rows)

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        terms, role, split = self.license, self.role, slug(self.layout.split).replace("-", "_")
        for item in self.reader.read(partition):
            if isinstance(item, Sample):
                origin = replace(item.origin, dataset=self.title, config=self.layout.config, split=split)
                item = replace(item, origin=origin, license=terms, role=role)
            yield item


_READING = {"image_column", "text_column", "url_column", "where", "sample", "seed"}


def license_of(names: Sequence[str]) -> License:
    """Terms under licences by the Hub's names: commercial use is allowed where all of them allow it to everyone."""
    commercial: Any = "unclear"
    if any("-nc" in name.lower() for name in names):
        commercial = "no"
    elif names and all(name.lower() in _FREE for name in names):
        commercial = "yes"
    return License(annotations=", ".join(names) or None, commercial=commercial)
