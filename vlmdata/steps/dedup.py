"""Taking out what is there twice."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vlmdata.steps.base import Context, GlobalStep
from vlmdata.types import Drop, Image, Sample

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset

_DIGEST_BYTES = 16


class DedupExact(GlobalStep):
    """Keep the first of all samples that are the same to the last bit.

    ## Why
    Mixtures of public sets repeat themselves, and repeated samples are learnt by heart. ``by: sample`` compares
    pictures, messages, annotations, alternatives and choices; ``by: images`` only the pictures, in order, so it
    keeps one sample of each picture. Pictures are compared by the SHA-256 of their source bytes and by the edits
    and layout that wait for them. Origin, tags and ``meta`` do not count. Samples without pictures are all kept
    ``by: images``. The first is the one that comes first in the run, on any number of workers. Rows repeated
    by a ``weight`` above 1 are duplicates too.

    ## Drops
    - ``duplicate``: the value is the key of the sample that is kept

    ## Example
        - dedup.exact: {by: images}
    """

    name = "dedup.exact"

    by: Literal["sample", "images"] = "sample"

    @classmethod
    def signature_schema(cls) -> pa.Schema:
        import pyarrow as pa

        return pa.schema([("digest", pa.binary(_DIGEST_BYTES))])

    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        if self.by == "images" and not sample.images:
            return {"digest": None}
        content: list[object] = [(_identity(image), image.frame, image.edits, image.layout) for image in sample.images]
        if self.by == "sample":
            content += [sample.messages, sample.annotations, sample.alternatives, sample.choices]
        return {"digest": blake2b(repr(content).encode(), digest_size=_DIGEST_BYTES).digest()}

    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        """One row per duplicate: its ``task`` and ``key``, and the ``survivor``'s key."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = signatures.to_table(["digest", "task", "row", "key"], filter=pc.field("digest").is_valid())
        rows = rows.sort_by([("digest", "ascending"), ("task", "ascending"), ("row", "ascending")]).combine_chunks()
        digest = rows["digest"]
        begins = np.ones(len(rows), dtype=bool)
        begins[1:] = pc.not_equal(digest[1:], digest[:-1]).to_numpy()
        first = np.flatnonzero(begins)[np.cumsum(begins) - 1]
        survivors = rows["key"].take(pa.array(first))
        found = pa.table({"task": rows["task"], "key": rows["key"], "survivor": survivors})
        return found.filter(pa.array(~begins))

    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        return sample if decision is None else Drop(reason="duplicate", value=str(decision["survivor"]))


def _identity(image: Image) -> object:
    if image.sha256 is None and image.data is not None:
        return blake2b(image.data, digest_size=32).hexdigest()
    return image.sha256 or image.uri
