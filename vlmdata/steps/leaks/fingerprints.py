"""The file of an evaluation set's fingerprints: what finds its pictures and questions again, without holding them.

Parquet, a row for each picture and each question, with the sample and the data set they were met in first. Numbers
and thumbnails of 64 x 64 grey pixels are all there is of the contents. The schema's metadata says of what they were
made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.errors import InputError
from vlmdata.io.atomic import publishing
from vlmdata.pixels.perceptual import SIGNATURE_BYTES
from vlmdata.steps.leaks.question import SPECIFIC, Question
from vlmdata.steps.leaks.words import NGRAM

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
TEMPLATE = 5
"""Runs of words that stand in more different questions than this are how questions are worded, and not kept."""
_ABOUT = b"vlmdata.fingerprints"
MADE_BY = {"version": VERSION, "signature_bytes": SIGNATURE_BYTES, "ngram": NGRAM, "specific": SPECIFIC}
"""What has to be the same for hashes to be compared."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture: ``signature`` is None where it could not be decoded.

    ``vector`` is what a model sees in it, numbers of 32 bits, where one was given.
    """

    sha256: str
    id: str | None
    signature: bytes | None = None
    vector: bytes | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What one sample of an evaluation set leaves behind."""

    key: str
    dataset: str
    source: str
    pictures: tuple[Seen, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """What fingerprints were made of: ``rows`` is how many samples, ``rejected`` how many could not be read."""

    name: str
    split: str | None = None
    revision: str | None = None
    digest: str = ""
    rows: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Gathered:
    """Traces put together: each picture once, each question once with each picture."""

    pictures: dict[tuple[str, str | None], int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    _asked: set[tuple[Question, tuple[int, ...]]] = field(default_factory=set)

    def add(self, trace: Trace) -> None:
        where = {"key": trace.key, "dataset": trace.dataset, "source": trace.source}
        for seen in trace.pictures:
            if (seen.sha256, seen.id) not in self.pictures:
                self.pictures[seen.sha256, seen.id] = len(self.rows)
                self.rows.append({**where, "picture": asdict(seen), "question": None})
        shown = tuple(self.pictures[seen.sha256, seen.id] for seen in trace.pictures)
        for question in trace.questions:
            if (question, shown) not in self._asked:
                self._asked.add((question, shown))
                self.rows.append({**where, "picture": None, "question": {**asdict(question), "pictures": shown}})

    @property
    def questions(self) -> int:
        return len(self.rows) - len(self.pictures)


def schema() -> pa.Schema:
    """``question.pictures`` counts the rows of the file, from 0."""
    import pyarrow as pa

    hashes = pa.list_(pa.uint64())
    known_by = [("sha256", pa.string()), ("id", pa.string())]
    picture = pa.struct([*known_by, ("signature", pa.binary(SIGNATURE_BYTES)), ("vector", pa.binary())])
    question = pa.struct(
        [("stem", pa.uint64()), ("specific", hashes), ("ngrams", hashes), ("pictures", pa.list_(pa.int32()))]
    )
    texts = [(name, pa.string()) for name in ("key", "dataset", "source")]
    return pa.schema([*texts, ("picture", picture), ("question", question)])


def write(path: Path, traces: Iterable[Trace], sets: Sequence[EvaluationSet], model: str | None = None) -> Gathered:
    """Write the file, whole or not at all; what it holds. ``model`` is the digest of the one that made vectors.

    ``StorageError`` where the disk does not take it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    gathered = Gathered()
    for trace in traces:
        gathered.add(trace)
    about = json.dumps({**MADE_BY, "model": model, "sets": [asdict(one) for one in sets]})
    table = pa.Table.from_pylist(list(_without_templates(gathered.rows)), schema().with_metadata({_ABOUT: about}))
    with publishing(path) as partial:
        pq.write_table(table, partial, compression="zstd", row_group_size=10_000)
    return gathered


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What a file holds: rows of ``schema``, what they were made of, and the digest of the model that made vectors."""

    rows: pa.Table
    sets: tuple[EvaluationSet, ...]
    model: str | None


def read(path: Path, model: str | None = None) -> Fingerprints:
    """The file at ``path``.

    ``InputError`` where it is none, damaged, of another version, or has no vectors of ``model``, a digest.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        said = "there is no such file" if isinstance(error, FileNotFoundError) else str(error).partition("\n")[0]
        raise InputError(f"{path} cannot be read as fingerprints ({said:.200}). {_AGAIN}") from error
    about = json.loads((table.schema.metadata or {}).get(_ABOUT, b"{}"))
    if not about:
        raise InputError(f"{path} is Parquet, but no file of fingerprints. {_AGAIN}")
    made_by = {name: about.get(name) for name in MADE_BY}
    if made_by != MADE_BY or not table.schema.remove_metadata().equals(schema()):
        raise InputError(f"{path} was made by another version of vlmdata (of the file: {about['version']}). {_AGAIN}")
    if model not in (None, about["model"]):
        found = "another model" if about["model"] else "no model"
        raise InputError(f"{path} was made with {found}: make it with that of the recipe (--model)")
    return Fingerprints(table, tuple(EvaluationSet(**one) for one in about["sets"]), about["model"])


_AGAIN = "Make it with 'vlmdata fingerprints NAME -o FILE'"


def _without_templates(rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    distinct = {row["question"]["stem"]: row["question"]["ngrams"] for row in rows if row["question"]}
    frequent = Counter(ngram for ngrams in distinct.values() for ngram in ngrams)
    for row in rows:
        question = row["question"]
        if question:
            kept = [ngram for ngram in question["ngrams"] if frequent[ngram] <= TEMPLATE]
            row = {**row, "question": {**question, "ngrams": kept}}
        yield row
