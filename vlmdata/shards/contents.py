"""What the rows of a data set say of themselves, counted: licences, tasks, languages, evaluation marks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.shards.formats import read_told
from vlmdata.shards.manifest_file import by_format
from vlmdata.types import License, LicenseCounts, Manifest

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(slots=True)
class Contents:
    """Counts of samples. ``pictures`` counts logical pictures by their licence: their own, else that of their sample.

    ``languages`` leaves out samples that state none.
    """

    tags: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    licenses: LicenseCounts = field(default_factory=Counter)
    pictures: Counter[str | None] = field(default_factory=Counter)


def contents(root: Path, manifest: Manifest) -> Contents:
    """Count the rows of a data set directory in one of its formats; no picture is read.

    Raises ``InputError`` where a shard is missing or damaged.
    """
    found = Contents()
    for shard in next(iter(by_format(manifest).values()), []):
        for part in read_told(root / shard.path):
            _add(found, part)
    return found


def _add(found: Contents, rows: pa.Table) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    own = pc.list_flatten(rows["image_info"])
    of_sample = pc.take(pc.struct_field(rows["license"], "images"), pc.list_parent_indices(rows["image_info"]))
    found.tags.update(_counted(pc.list_flatten(rows["tags"])))
    found.languages.update({name: count for name, count in _counted(rows["language"]).items() if name})
    found.roles.update(_counted(rows["role"]))
    found.pictures.update(_counted(pc.coalesce(pc.struct_field(own, "license"), of_sample)))
    names = [one.name for one in fields(License)]
    terms = pa.table([pc.struct_field(rows["license"], name) for name in names], names)
    for row in terms.group_by(names).aggregate([([], "count_all")]).to_pylist():
        count = row.pop("count_all")
        found.licenses[License(**row)] += count


def _counted(values: pa.ChunkedArray) -> dict[Any, int]:
    import pyarrow.compute as pc

    return {row["values"]: row["counts"] for row in pc.value_counts(values).to_pylist()}
