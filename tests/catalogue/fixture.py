"""What a data set of the catalogue looks like where it is published, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.catalogue.world import World
from vlmdata.types import Sample


@dataclass(frozen=True, slots=True)
class Fixture:
    """One way to fetch a data set.

    Attributes:
        publish: puts its files where they are published, in the published schema, at most 20 rows.
        check: asserts what is right about the samples of ``fetch NAME --limit 5`` (texts, boxes, ids, tags).
        samples: how many there are.
        options: further options of fetch: split, config.
        by_hand: whether ``--files`` is given.
        dropped: reasons of rows that do not become samples, with their counts.
    """

    publish: Callable[[World], None]
    check: Callable[[Sequence[Sample]], None]
    samples: int = 5
    options: Mapping[str, Any] = field(default_factory=dict)
    by_hand: bool = False
    dropped: Mapping[str, int] = field(default_factory=dict)


def words(sample: Sample) -> list[tuple[str, str]]:
    """Role and text of each message."""
    return [(message.role, message.text) for message in sample.messages]
