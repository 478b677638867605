"""The books of one task: what entered where, what was dropped and why. Nothing vanishes past it."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from vlmdata.errors import TooManyErrors
from vlmdata.io.digest import number_of
from vlmdata.types import Drop, Dropped, Image, LicenseCounts, Sample, StepTally

DOWNLOAD = "download"
RESTORED = "restored"
THUMBNAILS_PER_REASON = 4
NEVER_FORGIVEN = (ImportError, NameError, MemoryError, NotImplementedError, SyntaxError)


class DroppedWriter(Protocol):
    """Where records of dropped samples go; ``thumbnails`` are handed in last, by number of the record."""

    def write(self, dropped: Dropped) -> None: ...

    def thumbnails(self, pictures: Mapping[int, bytes]) -> None: ...


class _Kept(NamedTuple):
    rank: int
    record: int
    picture: Image


class Ledger:
    """Tallies of the line in order: ``read``, ``download`` where pictures are addresses, the steps, ``render``.

    Pictures that cannot be decoded are charged to ``clean.image`` where the recipe has it, else to ``render``
    (header and pixels alike). Of each reason the few samples whose keys hash lowest lend a thumbnail.
    """

    def __init__(
        self, steps: Sequence[str], max_unexpected: int, dropped: DroppedWriter, downloads: bool = False
    ) -> None:
        self.read = StepTally(name="read")
        self.download = StepTally(name=DOWNLOAD) if downloads else None
        self.steps = [StepTally(name=name) for name in steps]
        self.render = StepTally(name="render")
        self.integrity = next((tally for tally in self.steps if tally.name == "clean.image"), self.render)
        self.written = 0
        self.licenses: LicenseCounts = Counter()
        self._dropped = dropped
        self._records = 0
        self._pictures: dict[tuple[str, str], list[_Kept]] = defaultdict(list)
        self._unexpected_left = max_unexpected
        self._restored: set[str] = set()

    @property
    def funnel(self) -> list[StepTally]:
        return [self.read, *((self.download,) if self.download else ()), *self.steps, self.render]

    @property
    def taken_up(self) -> int:
        """Rows that have got past waiting: for files, or for servers."""
        return (self.download or self.read).entered

    def drop(self, tally: StepTally, dropped: Dropped) -> None:
        """Count a dropped sample and keep its record."""
        tally.dropped[dropped.drop.reason] += 1
        self._dropped.write(dropped)
        self._keep_picture(dropped)
        self._records += 1

    def repeat(self, dropped: Dropped) -> None:
        """Keep a record that an earlier run has counted."""
        self._dropped.write(dropped)
        self._records += 1

    def drop_sample(self, tally: StepTally, sample: Sample, drop: Drop) -> None:
        """As ``drop``, for a sample that got as far as ``tally``."""
        self.drop(
            tally,
            Dropped(key=sample.key, step=tally.name, drop=drop, source=sample.origin.source, sample=sample),
        )

    def restore(self, tally: StepTally, sample: Sample, drop: Drop) -> None:
        """Note that ``sample`` goes on though a step judged against it, as the recipe wants; once for each sample."""
        tally.notes[f"restored:{drop.reason}"] += 1
        if sample.key not in self._restored:
            self._restored.add(sample.key)
            self.read.notes[RESTORED] += 1

    def unexpected(self, tally: StepTally, sample: Sample, error: Exception) -> None:
        """A bug, not bad input: forgiven by dropping the sample, but only so often."""
        where = f"in step {tally.name!r}, sample {sample.key!r} from {sample.origin.dataset} {sample.origin.source}"
        if isinstance(error, NEVER_FORGIVEN) or self._unexpected_left <= 0:
            raise TooManyErrors(
                f"{type(error).__name__}: {error} ({where}). This is a bug in the step, not bad input; "
                "errors.max_unexpected in the recipe says how many are forgiven"
            ) from error
        self._unexpected_left -= 1
        self.drop_sample(tally, sample, Drop(reason=f"error:{type(error).__name__}", value=str(error)[:500]))

    def close(self, thumbnail: Callable[[Image], bytes | None]) -> None:
        """Hand over the thumbnails."""
        kept = (one for group in self._pictures.values() for one in group)
        small = {one.record: thumbnail(one.picture) for one in kept}
        self._dropped.thumbnails({record: picture for record, picture in small.items() if picture is not None})

    def _keep_picture(self, dropped: Dropped) -> None:
        picture = next((image for image in dropped.sample.images if image.data), None) if dropped.sample else None
        if picture is None:
            return
        group = self._pictures[dropped.step, dropped.drop.reason]
        one = _Kept(-number_of(dropped.key), self._records, picture)
        if len(group) < THUMBNAILS_PER_REASON:
            heapq.heappush(group, one)
        else:
            heapq.heappushpop(group, one)
