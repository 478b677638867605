"""Taking out what is there twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vlmdata.errors import BadRecord
from vlmdata.pixels import PixelPolicy, look_at
from vlmdata.steps.base import Context, GlobalStep
from vlmdata.steps.resize import is_measured
from vlmdata.steps.text.unicode import normalised, spaced
from vlmdata.types import Drop, Image, Sample

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    import pyarrow.dataset

    Numbers = npt.NDArray[np.uint64]

_DIGEST_BYTES = 16
_ROWS_AT_ONCE = 2_000_000
_EXACT = PixelPolicy(fidelity="exact")
_QUESTION = "pixels 1"


class DedupExact(GlobalStep):
    """Keep the first of all samples that are the same: all of them, their pictures, or their words.

    ## Why
    Mixtures of public sets repeat themselves, and repeated samples are learnt by heart. ``by`` says what is compared:

    - ``sample``: pictures, messages, annotations, alternatives and choices, to the last bit
    - ``images``: the pictures, in order, so it keeps one sample of each picture
    - ``pixels``: the same, by the pixels they decode to: upright, sRGB, on the background where they are clear. So
      a PNG and a lossless WebP of it are one, whatever their metadata. A JPEG saved anew is another picture:
      ``dedup.near`` finds it. Pictures that do not decode are left alone, noted as ``left_alone:REASON``
    - ``text``: what each role says, but for capitals, white space, width of letters and punctuation at the ends of
      messages. Two pictures with one caption are one, so it is for text and for long captions

    ``sample`` and ``images`` compare pictures by the SHA-256 of their source bytes; all three with the edits and layout
    that wait for them. Origin, tags and ``meta`` do not count. Samples without pictures are all kept ``by: images``
    and ``by: pixels``, those without words ``by: text``. The first is the one that comes first in the run, on any
    number of workers. Rows repeated by a ``weight`` above 1 are duplicates too.

    ## Drops
    - ``duplicate``: the value is the key of the sample that is kept

    ## Example
        - dedup.exact: {by: images}
    """

    name = "dedup.exact"
    judges = True

    by: Literal["sample", "images", "pixels", "text"] = "sample"

    @classmethod
    def signature_schema(cls) -> pa.Schema:
        import pyarrow as pa

        return pa.schema([("digest", pa.binary(_DIGEST_BYTES))])

    def signature(self, sample: Sample, ctx: Context) -> Mapping[str, object]:
        content = self._compared(sample, ctx)
        return {"digest": _digest(repr(content).encode()) if content else None}

    def _compared(self, sample: Sample, ctx: Context) -> list[object]:
        """What has to be equal; nothing where the sample is kept whatever the others are."""
        match self.by:
            case "sample":
                parts = [sample.messages, sample.annotations, sample.alternatives, sample.choices]
                return [_sources(sample), *parts]
            case "images":
                return list(_sources(sample))
            case "pixels":
                return _all_pixels(sample, ctx)
            case "text":
                said: list[tuple[str, str]] = [(message.role, _bare(message.text)) for message in sample.messages]
                return list(said) if any(text for _, text in said) else []

    def decide(self, signatures: pyarrow.dataset.Dataset, scratch: Path) -> pa.Table:
        """One row per duplicate: its ``task`` and ``key``, and the ``survivor``'s key.

        At once it holds half a digest of each row, and two million rows of those that may be duplicates.
        """
        import pyarrow as pa

        key = signatures.schema.field("key")
        schema = pa.schema([signatures.schema.field("task"), key, key.with_name("survivor")])
        parts = (_duplicates(_rows_of(signatures, some)) for some in _repeated(signatures))
        return pa.concat_tables([schema.empty_table(), *parts])

    def resolve(self, sample: Sample, decision: Mapping[str, object] | None, ctx: Context) -> Sample | Drop:
        return sample if decision is None else Drop(reason="duplicate", value=str(decision["survivor"]))


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()


def _sources(sample: Sample) -> list[tuple[object, ...]]:
    return [(_identity(image), image.frame, image.edits, image.layout) for image in sample.images]


def _identity(image: Image) -> object:
    if image.sha256 is None and image.data is not None:
        return blake2b(image.data, digest_size=32).hexdigest()
    return image.sha256 or image.uri


def _all_pixels(sample: Sample, ctx: Context) -> list[object]:
    """A digest of each picture with its layout; nothing where one of them cannot be looked at."""
    found: list[object] = []
    for image in sample.images:
        try:
            found.append((_pixels(image, ctx), image.layout))
        except BadRecord as bad:
            ctx.note(f"left_alone:{bad.reason}")
            return []
    return found


def _pixels(image: Image, ctx: Context) -> bytes:
    if not is_measured(image):
        raise BadRecord("clip" if image.is_clip else "no_header")
    size = image.size

    def work() -> bytes:
        pixels = look_at(image, max(size.width, size.height), _EXACT)
        return _digest(repr(pixels.shape).encode() + pixels.tobytes())

    return ctx.recall(_QUESTION, image, work)


def _bare(text: str) -> str:
    """In small letters of normal width, with single spaces, and without spaces and punctuation at the ends."""
    words = " ".join(spaced(normalised(text, "NFKC")).casefold().split())
    inner = [number for number, sign in enumerate(words) if unicodedata.category(sign)[0] not in "PZ"]
    return words[inner[0] : inner[-1] + 1] if inner else words


def _repeated(signatures: pyarrow.dataset.Dataset) -> Iterator[Numbers]:
    """Halves of digests that more than one row has, ascending, in parts of not too many rows."""
    import numpy as np

    parts = [_halves(batch) for batch in signatures.to_batches(columns=["digest"])]
    halves = np.concatenate([np.empty(0, np.uint64), *parts])
    parts.clear()
    halves.sort()
    again = halves[1:] == halves[:-1]
    is_repeated = np.append(again, False) | np.append(False, again) if len(halves) else again
    halves = halves[is_repeated]
    while len(halves):
        last = halves[min(_ROWS_AT_ONCE, len(halves)) - 1]
        stop = int(np.searchsorted(halves, last, "right"))
        yield np.unique(halves[:stop])
        halves = halves[stop:]


def _halves(batch: pa.RecordBatch) -> Numbers:
    """The first eight bytes of each digest that is there."""
    import numpy as np

    digests = batch["digest"].drop_null()
    data = np.frombuffer(digests.buffers()[1], np.uint64) if len(digests) else np.empty(0, np.uint64)
    return data.reshape(-1, 2)[digests.offset : digests.offset + len(digests), 0]


def _rows_of(signatures: pyarrow.dataset.Dataset, halves: Numbers) -> pa.Table:
    """The rows whose digests begin so."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = ["digest", "task", "row", "key"]
    found = [pa.schema([signatures.schema.field(name) for name in columns]).empty_table()]
    for batch in signatures.to_batches(columns=columns, filter=pc.field("digest").is_valid()):
        own = _halves(batch)
        place = np.minimum(np.searchsorted(halves, own), len(halves) - 1)
        found.append(pa.table(batch.filter(pa.array(halves[place] == own))))
    return pa.concat_tables(found)


def _duplicates(rows: pa.Table) -> pa.Table:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = rows.sort_by([("digest", "ascending"), ("task", "ascending"), ("row", "ascending")]).combine_chunks()
    digest = rows["digest"]
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = pc.not_equal(digest[1:], digest[:-1]).to_numpy()
    first = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    survivors = rows["key"].take(pa.array(first))
    found = pa.table({"task": rows["task"], "key": rows["key"], "survivor": survivors})
    return found.filter(pa.array(~begins))
