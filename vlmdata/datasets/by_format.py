"""A data set of the catalogue whose files are of a form that is read anyway."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vlmdata.datasets.catalogued import Catalogued
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.errors import BadRecord
from vlmdata.io.digest import combined
from vlmdata.types import Partition, Rejected, Sample


class ByFormat(Catalogued):
    """Rows that ``reader`` makes samples of, with all that the entry says of them. Subclasses give it."""

    @property
    @abstractmethod
    def reader(self) -> RowFormat:
        """What reads the files of the split, best a ``cached_property``: it travels to workers."""

    def told(self, sample: Sample) -> Sample:
        """What the data set itself knows of a sample beyond what its reader does. ``BadRecord`` where it is none."""
        return sample

    def columns(self) -> frozenset[str]:
        return self.reader.columns()

    def digest(self) -> str:
        return combined([self.dataset, self.config or "", self.split, self.reader.digest()])

    def partitions(self) -> Sequence[Partition]:
        """One per file, as far as ``limit`` needs them. ``InputError`` as ``reader`` and its ``partitions`` say."""
        return self.reader.partitions()

    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        for item in self.reader.read(partition):
            yield self._told(item) if isinstance(item, Sample) else item

    def _told(self, sample: Sample) -> Sample | Rejected:
        origin = replace(sample.origin, dataset=self.title, split=self.split)
        try:
            return self.told(self.entered(replace(sample, origin=origin, license=self.license, role=self.role)))
        except BadRecord as bad:
            return Rejected(sample.key, origin.source, bad.reason, bad.detail)
