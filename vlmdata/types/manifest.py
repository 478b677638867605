"""What a run says of itself: tallies by step, a report by task, the manifest of the whole.

Tallies and reports add up, so the funnel of a run is the sum over its tasks in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

from vlmdata.types.distributions import Distributions
from vlmdata.types.sample import License

SCHEMA_VERSION = 1
Kind = Literal["fetched", "processed"]
LicenseCounts = Counter[License]
"""Samples by the terms they are under. In JSON a list of mappings, the terms with ``samples``, the most first."""


@dataclass(slots=True, kw_only=True)
class StepTally:
    """Counts of one place of the line: ``read``, a step, or ``render``.

    ``notes`` counts what a step chose to leave alone or to convert (``left_alone:sides``,
    ``converted:cmyk``), by sample; it is not part of the sum. ``seconds`` is CPU time.
    """

    name: str
    entered: int = 0
    created: int = 0
    merged: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, other: StepTally) -> None:
        self.entered += other.entered
        self.created += other.created
        self.merged += other.merged
        self.dropped.update(other.dropped)
        self.notes.update(other.notes)
        self.seconds += other.seconds

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StepTally:
        counters = {name: Counter(data[name]) for name in ("dropped", "notes")}
        return cls(**{**data, **counters})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardInfo:
    """A published file. ``path`` is relative to the data set directory, with ``/``."""

    path: str
    split: str
    samples: int
    bytes: int
    sha256: str
    generation: int = 0


@dataclass(slots=True, kw_only=True)
class TaskReport:
    """What one task did; written last, so it is also the mark that the task is finished.

    ``funnel`` holds the tallies in the order of the line. ``licenses`` and ``distributions`` count what came down it
    and was written: not what a second try of a fetch keeps of earlier generations. ``timings`` is CPU seconds by kind
    of work, ``reuse`` how much of it was done and how much taken from earlier runs.
    """

    task: int
    fingerprint: str
    rows: int = 0
    written: int = 0
    funnel: list[StepTally] = field(default_factory=list)
    shards: list[ShardInfo] = field(default_factory=list)
    licenses: LicenseCounts = field(default_factory=Counter)
    timings: dict[str, float] = field(default_factory=dict)
    reuse: dict[str, int] = field(default_factory=dict)
    distributions: Distributions = field(default_factory=Distributions)

    def to_json(self) -> dict[str, Any]:
        counted = {"licenses": _listed(self.licenses), "distributions": self.distributions.to_json()}
        return {**_plain(self), **counted}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TaskReport:
        return cls(
            **{
                **data,
                "funnel": [StepTally.from_json(tally) for tally in data["funnel"]],
                "shards": [ShardInfo(**shard) for shard in data["shards"]],
                "licenses": _counted(data.get("licenses", ())),
                "distributions": _distributions(data) or Distributions(),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """One input of a run: what it is called, at which revision, by which digest, under which terms.

    A data set directory tells what it was itself ``made_of``, back to the published sources. ``attribution`` is
    whom to name. ``expected_rows`` is how many rows its publishers count, where all of it was asked for.
    ``conditions`` are what binds beyond the names of the licences, ``problems`` what is known to be wrong with it and
    what became of that here; both are empty where an older vlmdata wrote them down, or nothing is known.
    """

    name: str
    digest: str
    rows: int
    revision: str | None = None
    homepage: str | None = None
    license_annotations: str | None = None
    license_images: str | None = None
    attribution: str | None = None
    expected_rows: int | None = None
    conditions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    made_of: tuple[SourceInfo, ...] = ()

    @property
    def origins(self) -> Iterator[SourceInfo]:
        """The published sources or local files at the bottom of it."""
        if not self.made_of:
            yield self
        for source in self.made_of:
            yield from source.origins

    @property
    def credit(self) -> str:
        """Whom to name and where it is found."""
        return ", ".join(words for words in (self.attribution, self.homepage) if words)

    @property
    def names(self) -> frozenset[str]:
        """What it and all that it was made of are called; keys of its samples may begin with any of these."""
        return frozenset((self.name,)).union(*(source.names for source in self.made_of))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SourceInfo:
        lists = {name: tuple(data.get(name, ())) for name in ("conditions", "problems")}
        return cls(**{**data, **lists, "made_of": tuple(map(cls.from_json, data.get("made_of", ())))})


@dataclass(slots=True, kw_only=True)
class Manifest:
    """``manifest.json`` of a data set directory (SCHEMA, version 1).

    ``licenses`` and ``distributions`` count the samples in the shards; None where an older vlmdata wrote them without
    counting. ``reuse`` counts pictures ``rendered`` and taken from earlier runs (``renders_kept``), and looks of steps
    at pictures (``answered``, ``answers_kept``); like ``timings`` it differs between runs of equal output.
    """

    schema_version: int = SCHEMA_VERSION
    kind: Kind
    role: str
    name: str
    fingerprint: str
    sources: list[SourceInfo]
    recipe: dict[str, Any]
    decoder: str
    versions: dict[str, str]
    columns: list[str]
    rows: int
    written: int
    funnel: list[StepTally]
    shards: list[ShardInfo]
    timings: dict[str, float]
    licenses: LicenseCounts | None = None
    reuse: dict[str, int] = field(default_factory=dict)
    distributions: Distributions | None = None

    @property
    def origins(self) -> list[SourceInfo]:
        """The published sources and local files at the bottom of all its sources."""
        return [origin for source in self.sources for origin in source.origins]

    def to_json(self) -> dict[str, Any]:
        counted = {
            "licenses": None if self.licenses is None else _listed(self.licenses),
            "distributions": self.distributions.to_json() if self.distributions else None,
        }
        return {**_plain(self), **counted}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Manifest:
        return cls(
            **{
                **data,
                "sources": [SourceInfo.from_json(source) for source in data["sources"]],
                "funnel": [StepTally.from_json(tally) for tally in data["funnel"]],
                "shards": [ShardInfo(**shard) for shard in data["shards"]],
                "licenses": None if data.get("licenses") is None else _counted(data["licenses"]),
                "distributions": _distributions(data),
            }
        )


def ordered(licenses: LicenseCounts) -> list[tuple[License, int]]:
    """Terms with their samples, the most first; the same list for equal counts."""
    return sorted(licenses.items(), key=lambda item: (-item[1], tuple(map(str, _plain(item[0]).values()))))


def _listed(licenses: LicenseCounts) -> list[dict[str, Any]]:
    return [{**_plain(terms), "samples": samples} for terms, samples in ordered(licenses)]


def _counted(listed: Iterable[Mapping[str, Any]]) -> LicenseCounts:
    counts: LicenseCounts = Counter()
    for one in listed:
        terms = {**one}
        samples = terms.pop("samples")
        counts[License(**terms)] += samples
    return counts


def _distributions(data: Mapping[str, Any]) -> Distributions | None:
    told = data.get("distributions")
    return None if told is None else Distributions.from_json(told)


def _plain(thing: Any) -> Any:
    """As dicts and lists. ``dataclasses.asdict`` cannot copy a ``Counter``."""
    if is_dataclass(thing):
        return {one.name: _plain(getattr(thing, one.name)) for one in fields(thing)}
    if isinstance(thing, Mapping):
        return {name: _plain(value) for name, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_plain(value) for value in thing]
    return thing


def closes(rows: int, written: int, funnel: Iterable[StepTally]) -> bool:
    """Whether ``in + created = written + merged + dropped``."""
    tallies = list(funnel)
    created = sum(tally.created for tally in tallies)
    lost = sum(tally.merged + tally.dropped.total() for tally in tallies)
    return rows + created == written + lost
