"""Pictures much smaller or larger than the others of the set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from vlmdata.steps.base import Context, GlobalStep
from vlmdata.types import Drop, Sample

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    import pyarrow.dataset

    Areas = npt.NDArray[np.int64]


class FilterOddSize(GlobalStep):
    """Drop samples with a picture whose size is far from that of most pictures of the set.

    ## Why
    Among photographs a sprite is a stray, among icons a photograph is. The size is the square root of width times
    height, of the frame at this place of the recipe. Limits are Tukey's fences (Exploratory Data Analysis, 1977): a
    quarter of the pictures are smaller than q1, a quarter larger than q3, and what lies more than ``fences`` times
    their distance outside of them is odd. Distances are those of the logarithm, for sizes spread by factors: with
    plain numbers, as cleanvision takes them, the lower limit of a set of the web lies below zero. Where three quarters
    of a set have one size, every other size is odd. Samples without pictures stay.

    ## Drops
    - ``odd_size``: the value is the size in pixels, the threshold the limits

    ## Example
        - filter.odd_size: {fences: 2}
    """

    name = "filter.odd_size"
    judges = True

    fences: Annotated[float, Field(gt=0, description="interquartile ranges")] = 3.0

    @classmethod
    def signature_schema(cls) -> pa.Schema:
        import pyarrow as pa

        return pa.schema([("areas", pa.list_(pa.int64()))])

    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        return {"areas": _areas(sample)}

    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        """One row per sample that goes: its ``task`` and ``key``, its worst ``area``, and the limits of it.

        At once it holds sixteen bytes for each picture, and the keys of those that go.
        """
        import numpy as np
        import pyarrow as pa

        parts = [batch["areas"].flatten().to_numpy() for batch in signatures.to_batches(columns=["areas"])]
        areas = np.sort(np.concatenate([np.empty(0, np.int64), *parts]))
        parts.clear()
        low, high = _limits(areas, self.fences) if len(areas) else (0.0, 0.0)
        schema = pa.schema([(name, signatures.schema.field(name).type) for name in ("task", "key")])
        schema = schema.append(pa.field("area", pa.int64()))
        rows = (_odd(batch, low, high) for batch in signatures.to_batches(columns=["task", "key", "areas"]))
        found = pa.concat_tables([schema.empty_table(), *(pa.table(part, schema=schema) for part in rows)])
        limits = {"low": low, "high": high}
        return pa.table(
            {name: found[name] for name in schema.names}
            | {name: pa.array(np.full(len(found), value)) for name, value in limits.items()}
        )

    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        if decision is None:
            return sample
        area, low, high = (float(str(decision[name])) for name in ("area", "low", "high"))
        return Drop(reason="odd_size", value=f"{area**0.5:.4g}", threshold=f"{low**0.5:.4g} to {high**0.5:.4g}")


def _areas(sample: Sample) -> list[int]:
    return [image.size.area for image in sample.images if image.original is not None]


def _limits(areas: Areas, fences: float) -> tuple[float, float]:
    """Of sorted areas, at least one."""
    first, third = (int(areas[len(areas) * quarter // 4]) for quarter in (1, 3))
    reach = (third / first) ** fences
    return first / reach, third * reach


def _odd(batch: pa.RecordBatch, low: float, high: float) -> dict[str, object]:
    """The rows with an area beyond the limits, each with the first such area."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    areas = batch["areas"].flatten().to_numpy()
    rows = np.repeat(np.arange(len(batch)), pc.list_value_length(batch["areas"]).fill_null(0).to_numpy(False))
    beyond = (areas < low) | (areas > high)
    odd, first = np.unique(rows[beyond], return_index=True)
    taken = batch.take(pa.array(odd))
    return {"task": taken["task"], "key": taken["key"], "area": pa.array(areas[beyond][first])}
