"""Copies that are not the same to the last bit: resized, saved anew, cut a little, written upon."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from vlmdata.errors import BadRecord
from vlmdata.pixels.perceptual import MAX_DISTANCE, MIN_SIMILARITY, Signature, mirrored, signature_at
from vlmdata.steps.base import Context, GlobalStep
from vlmdata.steps.near.gathered import gather
from vlmdata.steps.near.search import clustered
from vlmdata.steps.near.survivors import Keep, preferred, survivors
from vlmdata.steps.resize import is_measured
from vlmdata.types import Drop, Image, Sample

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.dataset
    from numpy.typing import NDArray

    from vlmdata.steps.near.bands import Rows

_QUESTION = "perceptual signature 1"


class DedupNear(GlobalStep):
    """Keep one of all samples whose pictures are copies: resized, saved anew, cut or written upon.

    ## Why
    The web holds a picture many times, and mixtures of public sets hold it again. A 64-bit perceptual hash finds
    candidates, which may differ in ``distance`` bits; then their thumbnails of 64 x 64 are laid upon each other and
    must be alike to ``similarity``, from 0 to 1. So copies are found after resizing, JPEG at low quality, crops of up
    to 5 % at each edge, a line of text and slight changes of colour, and other cuts, views, pages and charts of the
    same form stay. ``docs/cleaning.md`` has the curve. ``mirrored: true`` takes a mirrored copy for a copy, too.

    - ``clusters: connected``: what is alike to something of a cluster belongs to it, and one sample of it stays
    - ``clusters: star``: a sample goes only if it is itself alike to the one that stays; more stay
    - ``keep``: which one stays: the ``largest`` by pixels, the ``first`` of the run, or that of ``best_aspect``, its
      sides nearest to a square, then the largest; ties go to the first
    - ``by: images`` compares pictures alone; ``by: sample`` keeps what differs in its text

    Samples with several pictures are copies if all are, one by one and in order; candidates are found by the first.
    Pictures are looked at as pending edits make them. Left alone, and noted as ``left_alone:REASON``, are samples
    without pictures (``no_image``), with a clip, with a picture that cannot be read, and with one that has nothing to
    know it by (``blank``: sky, a wall): such look alike without being copies.

    ## Drops
    - ``near_duplicate``: the value is the key of the sample that stays, how alike the two are (``by others``: only
      through other samples of the cluster), and in how many bits their hashes differ

    ## Example
        - dedup.near: {keep: largest, mirrored: true}
    """

    name = "dedup.near"

    by: Literal["images", "sample"] = "images"
    distance: Annotated[int, Field(ge=0, le=16, description="bits of 64 in which hashes may differ")] = MAX_DISTANCE
    similarity: Annotated[float, Field(ge=0.8, le=1, description="of thumbnails, at least")] = MIN_SIMILARITY
    mirrored: bool = False
    clusters: Literal["connected", "star"] = "connected"
    keep: Keep = "largest"

    @classmethod
    def signature_schema(cls) -> pa.Schema:
        import pyarrow as pa

        hashes = [("hash", pa.uint64()), ("mirrored", pa.uint64())]
        rest = [("thumbnails", pa.binary()), ("text", pa.binary()), ("pixels", pa.int64()), ("aspect", pa.float64())]
        return pa.schema([*hashes, *rest])

    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        try:
            looks = [_look(image, ctx) for image in sample.images]
            if not looks:
                raise BadRecord("no_image")
        except BadRecord as bad:
            ctx.note(f"left_alone:{bad.reason}")
            return dict.fromkeys(self.signature_schema().names)
        said = repr((sample.messages, sample.alternatives, sample.choices)) if self.by == "sample" else ""
        sizes = [image.size for image in sample.images]
        return {
            "hash": looks[0].hash,
            "mirrored": mirrored(looks[0]).hash if self.mirrored else None,
            "thumbnails": b"".join(look.thumbnail for look in looks),
            "text": blake2b(said.encode(), digest_size=8).digest(),
            "pixels": sum(size.area for size in sizes),
            "aspect": max(max(size.width, size.height) / min(size.width, size.height) for size in sizes),
        }

    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        """One row per sample that goes: its ``task`` and ``key``, the ``survivor``'s, ``similarity`` and ``bits``."""
        import numpy as np
        import pyarrow as pa

        of = gather(signatures, scratch)

        def compared(ones: Rows, others: Rows, flipped: NDArray[np.bool_]) -> NDArray[np.float64]:
            found = np.zeros(len(ones))
            same = of.text[ones] == of.text[others]
            found[same] = of.thumbnails.similarity(ones[same], others[same], flipped[same])
            return found

        def alike(ones: Rows, others: Rows, flipped: NDArray[np.bool_]) -> NDArray[np.bool_]:
            return compared(ones, others, flipped) >= self.similarity

        def either_way(ones: Rows, others: Rows) -> NDArray[np.float64]:
            ways = (False, True) if self.mirrored else (False,)
            found = [compared(ones, others, np.full(len(ones), way)) for way in ways]
            return np.maximum(found[0], found[-1])

        found = clustered(of.hash, of.mirrored if self.mirrored else None, of.text, self.distance, alike)
        every = found.of(np.arange(len(of.hash)))
        least = self.similarity if self.clusters == "star" else None
        gone, stays, how = survivors(every, preferred(self.keep, of.pixels, of.aspect), either_way, least)
        bits = np.bitwise_count(of.hash[gone] ^ of.hash[stays])
        if self.mirrored:
            bits = np.minimum(bits, np.bitwise_count(of.hash[gone] ^ of.mirrored[stays]))
        return pa.table(
            {
                "task": of.task[gone],
                "key": of.key.take(pa.array(gone)),
                "survivor": of.key.take(pa.array(stays)),
                "similarity": how,
                "bits": bits,
            }
        )

    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        if decision is None:
            return sample
        alike = float(str(decision["similarity"]))
        how = f"similarity {alike:.3f}" if alike >= self.similarity else "by others"
        return Drop(
            reason="near_duplicate",
            value=f"{decision['survivor']} ({how}, {decision['bits']} bits)",
            threshold=f"similarity {self.similarity}, {self.distance} bits",
        )


def _look(image: Image, ctx: Context) -> Signature:
    """``BadRecord`` where there is nothing to compare."""
    if not is_measured(image):
        raise BadRecord("clip" if image.is_clip else "no_header")
    look = Signature.from_bytes(ctx.recall(_QUESTION, image, lambda: signature_at(image).to_bytes()))
    if look.is_blank:
        raise BadRecord("blank")
    return look
