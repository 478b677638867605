"""No label, answer or source more often than is good for the mix."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from vlmdata.io.digest import number_of
from vlmdata.steps.base import Context, GlobalStep
from vlmdata.steps.choose import normalised
from vlmdata.steps.expr import COLUMNS
from vlmdata.types import Drop, Sample

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    import pyarrow.dataset

    Numbers = npt.NDArray[np.uint64]

_LONGEST_VALUE = 200


class Balance(GlobalStep):
    """Keep at most so many samples of each label, answer, data set, language or value of ``meta``.

    ## Why
    Public data is lopsided: ``yes`` among VQA's answers and ``person`` among COCO's labels drown the rest. A cap on
    what is frequent keeps all that is rare. The rule is MetaCLIP's (arXiv:2309.16671, algorithm 1), with exact
    numbers in place of probabilities. ``by`` is

    - ``label``: the labels of the annotations; where there are none, the class in ``meta`` (``label``)
    - ``answer``: what the assistant says in each of its messages, but for capitals, white space and a final stop
    - ``license``: the names of the terms of annotations and images
    - else a name as ``filter.expr`` knows it: ``dataset``, ``config``, ``split``, ``language``, ``tags`` ..., or one
      of the top level of ``meta``

    Each value picks ``at_most`` samples; a sample stays if one of its values picks it. So no value has more than
    ``at_most`` samples of its own, rare ones lose nothing, and a value may have more only where its samples bear a
    rarer one as well (``person`` beside ``toaster``). A value counts once in a sample, however often it is there.
    ``explode: {by: question}`` before it balances single answers. A value picks by chance, by the seed of the
    recipe and the keys of the samples: the same ones on any number of workers, in whatever order rows come.
    Samples without a value stay, noted as ``no_value``.

    ## Drops
    - ``over_cap``: each of the sample's values has picked others; the value is what they are

    ## Example
        - balance: {by: label, at_most: 500}
        - balance: {by: question_type, at_most: 20000}
    """

    name = "balance"
    judges = True

    by: Annotated[str, Field(min_length=1, description="`label`, `answer`, `license`, or a name of `filter.expr`")]
    at_most: Annotated[int, Field(gt=0, description="samples of each value")]

    def ready(self) -> str | None:
        if self.by in ("key", "source"):
            return f"{self.by} is another for each row; by: dataset bounds what comes from each data set"
        return None

    @classmethod
    def signature_schema(cls) -> pa.Schema:
        import pyarrow as pa

        return pa.schema([("order", pa.uint64()), ("values", pa.list_(pa.uint64()))])

    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        order = number_of(f"{ctx.seed}/{ctx.step}/{sample.key}")
        return {"order": order, "values": [number_of(value) for value in self._values(sample)]}

    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        """One row per sample that goes: its ``task`` and ``key``.

        At once it holds some fifty bytes for each value of each sample, and the keys of those that go.
        """
        import pyarrow as pa

        full, last = _cutoffs(signatures, self.at_most)
        identity = ["task", "key"]
        empty = signatures.schema.empty_table().select(identity)
        batches = signatures.to_batches(columns=[*identity, "order", "values"]) if len(full) else ()
        gone = (pa.table(batch.filter(pa.array(_is_over(batch, full, last))).select(identity)) for batch in batches)
        return pa.concat_tables([empty, *gone])

    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        values = self._values(sample)
        if decision is not None:
            return Drop(reason="over_cap", value=", ".join(values)[:_LONGEST_VALUE], threshold=str(self.at_most))
        if not values:
            ctx.note("no_value")
        return sample

    def _values(self, sample: Sample) -> list[str]:
        """What the sample counts under, each once, in its own order."""
        found: Iterable[object]
        match self.by:
            case "label":
                found = [mark.label for mark in sample.annotations if mark.label] or _each(sample.meta.get("label"))
            case "answer":
                found = (normalised(message.text) for message in sample.messages if message.role == "assistant")
            case "license":
                found = (sample.license.annotations, sample.license.images)
            case name:
                found = _each(COLUMNS[name](sample) if name in COLUMNS else sample.meta.get(name))
        return list(dict.fromkeys(text for value in found if (text := _text(value))))


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else (value,)


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _cutoffs(signatures: pyarrow.dataset.Dataset, at_most: int) -> tuple[Numbers, Numbers]:
    """Values that more than ``at_most`` samples bear, ascending, and the order number of the last each picks."""
    import numpy as np

    pairs = [_pairs(batch)[:2] for batch in signatures.to_batches(columns=["order", "values"])]
    nothing = np.empty(0, np.uint64)
    values = np.concatenate([nothing, *(value for value, _ in pairs)])
    orders = np.concatenate([nothing, *(order for _, order in pairs)])
    pairs.clear()
    by_value = np.lexsort((orders, values))
    distinct, first, count = np.unique(values[by_value], return_index=True, return_counts=True)
    is_full = count > at_most
    return distinct[is_full], orders[by_value][first[is_full] + at_most - 1]


def _pairs(batch: pa.RecordBatch) -> tuple[Numbers, Numbers, npt.NDArray[np.intp]]:
    """For each value of each sample: the value, the sample's order number, and its row in the batch."""
    import numpy as np
    import pyarrow.compute as pc

    lengths = pc.list_value_length(batch["values"]).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    return batch["values"].flatten().to_numpy(zero_copy_only=False), batch["order"].to_numpy()[rows], rows


def _is_over(batch: pa.RecordBatch, full: Numbers, last: Numbers) -> npt.NDArray[np.bool_]:
    """For each row, whether it has values and none of them picks it."""
    import numpy as np

    values, orders, rows = _pairs(batch)
    place = np.minimum(np.searchsorted(full, values), len(full) - 1)
    picked = (full[place] != values) | (orders <= last[place])
    is_over = np.zeros(len(batch), bool)
    is_over[rows] = True
    is_over[rows[picked]] = False
    return is_over
