"""What became of every sample of an export: written, or left out with a reason."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from vlmdata.errors import BadRecord, RunError

if TYPE_CHECKING:
    from _csv import Writer

LEFT_OUT = "left-out.csv"

Watch = Callable[[int], None]
"""Told how many samples are done."""


class Tally:
    """Counts by split, reasons of what is left out, facts of files. Samples left out are listed in ``LEFT_OUT``.

    With ``strict`` the first of these is a ``RunError``. To be used as a context: it holds that file open.
    """

    def __init__(self, out: Path, *, strict: bool, watch: Watch) -> None:
        self.samples: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.files: dict[str, dict[str, Any]] = {}
        self._out = out
        self._strict = strict
        self._watch = watch
        self._file: TextIO | None = None
        self._list: Writer | None = None

    def wrote(self, split: str, samples: int = 1) -> None:
        self.samples[split] += samples
        self._told()

    def leave_out(self, split: str, key: str, bad: BadRecord) -> None:
        if self._strict:
            raise RunError(f"sample {key!r} of {split} cannot be written ({bad}), and --strict asks for all of them")
        if self._list is None:
            self._file = (self._out / LEFT_OUT).open("w", encoding="utf-8", newline="")
            self._list = csv.writer(self._file, lineterminator="\n")
            self._list.writerow(("key", "split", "reason", "detail"))
        self._list.writerow((key, split, bad.reason, " ".join(bad.detail.split())))
        self.left_out[bad.reason] += 1
        self._told()

    def note(self, what: str, count: int = 1) -> None:
        """Something that a sample lost on the way, though it was written."""
        if count:
            self.notes[what] += count

    def file(self, path: str, **facts: Any) -> None:
        """A file of data, by its path in the export; pictures are not told one by one."""
        self.files[path] = facts

    def _told(self) -> None:
        self._watch(self.samples.total() + self.left_out.total())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()
