"""Fingerprints in memory, to be asked about one sample after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.pixels.perceptual import SIGNATURE_BYTES, THUMBNAIL_BYTES, Signature
from vlmdata.steps.leaks.alike import alike
from vlmdata.steps.leaks.fingerprints import read, schema

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from vlmdata.steps.leaks.look import Vector

    Numbers = NDArray[np.uint64]

Row = int


@dataclass(frozen=True, slots=True)
class Like:
    """A picture of an evaluation set that a picture is like."""

    row: Row
    similarity: float


class _Hashes:
    """Where 64-bit numbers stand; of rows with the same number the first."""

    def __init__(self, lists: pa.ChunkedArray) -> None:
        import numpy as np
        import pyarrow.compute as pc

        flat = pc.list_flatten(lists).to_numpy().astype(np.uint64)
        rows = pc.list_parent_indices(lists).to_numpy()
        order = np.lexsort((rows, flat))
        self._numbers, self._rows = flat[order], rows[order]

    def first(self, numbers: Sequence[int]) -> Row | None:
        """The first row that has one of ``numbers``."""
        import numpy as np

        if not numbers or not len(self._numbers):
            return None
        asked = np.array(numbers, np.uint64)
        places = np.minimum(np.searchsorted(self._numbers, asked), len(self._numbers) - 1)
        found = self._rows[places[self._numbers[places] == asked]]
        return int(found.min()) if len(found) else None


class Index:
    """Every lookup gives rows, the first where several fit; ``shown`` says in words what a row is.

    100,000 pictures take some 450 MB. Every hash is compared with the one asked about, then the thumbnails of those
    near.
    """

    def __init__(self, tables: Sequence[pa.Table]) -> None:
        import pyarrow as pa

        table = pa.concat_tables(tables) if tables else schema().empty_table()
        self._where = table.select(["key", "dataset", "source"])
        self._read_pictures(table["picture"].combine_chunks())
        self._read_questions(table["question"].combine_chunks(), tables)

    def _read_pictures(self, pictures: pa.StructArray) -> None:
        import numpy as np
        import pyarrow.compute as pc

        fields = {name: pc.struct_field(pictures, name) for name in ("sha256", "id", "signature", "vector")}
        self._by_hash, self._by_id = (_first_of(fields[name]) for name in ("sha256", "id"))
        valid = fields["signature"].is_valid()
        self._rows = np.flatnonzero(valid.to_numpy(zero_copy_only=False))
        signatures = b"".join(fields["signature"].filter(valid).to_pylist())
        data = np.frombuffer(signatures, np.uint8).reshape(-1, SIGNATURE_BYTES)
        self._hashes: Numbers = np.ascontiguousarray(data[:, :8]).view("<u8").ravel()
        self._thumbnails = data[:, SIGNATURE_BYTES - THUMBNAIL_BYTES :]
        seen = fields["vector"].is_valid()
        self._seen = np.flatnonzero(seen.to_numpy(zero_copy_only=False))
        vectors = np.frombuffer(b"".join(fields["vector"].filter(seen).to_pylist()), "<f4")
        self._vectors = vectors.reshape(len(self._seen), -1 if len(self._seen) else 0)

    def _read_questions(self, questions: pa.StructArray, tables: Sequence[pa.Table]) -> None:
        import pyarrow.compute as pc

        self._ngrams, self._specific = (_Hashes(pc.struct_field(questions, name)) for name in ("ngrams", "specific"))
        self._asked: dict[tuple[int, Row], Row] = {}
        start = 0
        for table in tables:
            for number, question in enumerate(table["question"].to_pylist(), start):
                for picture in question["pictures"] if question else ():
                    self._asked.setdefault((question["stem"], start + picture), number)
            start += len(table)

    def with_bytes(self, sha256: str | None) -> Row | None:
        return self._by_hash.get(sha256) if sha256 else None

    def with_id(self, name: str | None) -> Row | None:
        return self._by_id.get(name) if name else None

    @property
    def looks(self) -> bool:
        """Whether there is a picture to be like."""
        return len(self._rows) > 0

    def like(self, signature: Signature, distance: int, least: float) -> list[Like]:
        """Pictures whose hash differs in at most ``distance`` bits and that are as alike as ``least``, best first."""
        import numpy as np

        bits = np.bitwise_count(self._hashes ^ np.uint64(signature.hash))
        near = np.flatnonzero(bits <= distance)
        how = alike(signature, self._thumbnails[near])
        found = [Like(int(self._rows[at]), float(one)) for at, one in zip(near, how, strict=True) if one >= least]
        return sorted(found, key=lambda one: (-one.similarity, one.row))

    def seen_like(self, vector: Vector) -> Like | None:
        """The picture that a model sees as the most alike, by the cosine."""
        if not len(self._seen):
            return None
        cosines = self._vectors @ vector
        best = int(cosines.argmax())
        return Like(int(self._seen[best]), round(float(cosines[best]), 4))

    def with_ngram(self, ngrams: Sequence[int]) -> Row | None:
        return self._ngrams.first(ngrams)

    def with_question(self, specific: Sequence[int]) -> Row | None:
        return self._specific.first(specific)

    def asked_of(self, stem: int | None, picture: Row) -> Row | None:
        """The question with this stem about this picture."""
        return None if stem is None else self._asked.get((stem, picture))

    def shown(self, row: Row) -> str:
        found: dict[str, Any] = self._where.slice(row, 1).to_pylist()[0]
        return f"{found['key']} ({found['dataset']}, {found['source']})"


@lru_cache(maxsize=4)
def loaded(files: tuple[tuple[str, str], ...], model: str | None = None) -> Index:
    """The index over files, once in a process; each by its path and the digest that says it is still the same.

    ``InputError`` as ``read`` raises it.
    """
    return Index([read(Path(path), model).rows for path, _ in files])


def _first_of(values: pa.Array) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row, value in enumerate(_texts(values)):
        if value is not None:
            found.setdefault(value, row)
    return found


def _texts(values: pa.Array) -> Iterator[str | None]:
    texts: Iterable[str | None] = values.to_pylist()
    return iter(texts)
