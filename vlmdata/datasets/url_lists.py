"""Data sets of the catalogue that publish addresses of pictures, not pictures."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, PrivateAttr

from vlmdata.datasets.by_format import ByFormat
from vlmdata.datasets.fields import field_named
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.formats.urls import Condition, Urls
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import label
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.io.table.convert import FAULT
from vlmdata.io.table.files import TableFile, kind_of


class UrlList(ByFormat):
    """Tables of addresses with texts beside them; the fetch line gets the pictures. Subclasses say which tables.

    All other columns go to ``meta`` by their own names. ``where`` and ``sample`` choose rows before any picture is
    asked for.

    Class variables:
        address, caption: names of the two columns, capitals do not matter, the first of them that is there is meant.
    """

    where: Condition = None
    sample: Annotated[int | None, Field(gt=0)] = Field(default=None, description="take N rows chosen by seed")
    seed: int = Field(default=0, description="seed of sample")
    hash_column: str | None = Field(
        default=None,
        description="column of the MD5 or SHA-256, in hex, that the pictures must have; none is checked by default",
    )

    fills = frozenset({"alternatives"})

    address: ClassVar[tuple[str, ...]] = ("url",)
    caption: ClassVar[tuple[str, ...]] = ("caption", "text")

    def patterns(self) -> tuple[str, ...]:
        """Names of its tables in its repository, as ``matching`` takes them; they may also be got by hand."""
        return ()

    def tables(self) -> Mapping[str, TableFile]:
        """The files of the split by name, in reading order: those of ``patterns``, else ``whole_parts``.

        Of Parquet on the Hub only ranges are read.
        """
        if here := self._by_hand():
            return {path.name: TableFile(path, *kind_of(path.name)) for path in here}
        if self.patterns():
            return Columnar.on_hub(self.repository, self.matching(*self.patterns())).files
        names = {label(part): part for part in self.whole_parts()}
        return {name: TableFile(brought(part, self.folder), *kind_of(name)) for name, part in names.items()}

    @property
    def repo_name(self) -> str | None:
        return None if self._by_hand() else self.repo

    @property
    def by_address(self) -> bool:
        return True

    @cached_property
    def reader(self) -> RowFormat:
        return self.addresses()

    def addresses(self) -> RowFormat:
        """What reads the tables. ``InputError`` where they have no such columns."""
        tables = self.tables()
        name, first = next(iter(tables.items()))
        with closing(first.opened(first.digest())) as file:
            columns = [column for column in file.schema_arrow.names if column != FAULT]
        return _Tables.of(
            tables,
            self.title,
            url_column=self._named(self.address, columns, name),
            text_column=self._named(self.caption, columns, name),
            **self.model_dump(include={"where", "sample", "seed", "hash_column", "limit"}),
        )

    def _by_hand(self) -> list[Path]:
        """Tables in ``files``, by the first pattern that any there bears, at its place or beside the others."""
        places = [place for one in self.patterns() for place in (one, PurePosixPath(one).name)]
        found = (sorted(self.folder.glob(place)) for place in places) if self.folder else ()
        return next((paths for paths in found if paths), [])

    def _named(self, wanted: tuple[str, ...], columns: list[str], table: str) -> str:
        found = field_named(columns, wanted)
        if found is None:
            raise self.changed(table, " or ".join(wanted), columns)
        return found


class _Tables(Urls):
    """Tables of addresses that are found already."""

    _tables: Mapping[str, TableFile] = PrivateAttr()
    _title: str = PrivateAttr()

    @classmethod
    def of(cls, tables: Mapping[str, TableFile], title: str, **fields: Any) -> Self:
        made = cls.model_validate({"path": title, **fields})
        made._tables, made._title = tables, title
        return made

    @property
    def title(self) -> str:
        return self._title

    @cached_property
    def files(self) -> dict[str, TableFile]:
        return dict(self._tables)
