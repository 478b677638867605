"""What becomes of one address: its bytes, or the reason there are none."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.types import Download


@dataclass(frozen=True, slots=True)
class Got:
    """The whole body, and how it was got."""

    data: bytes
    download: Download


@dataclass(frozen=True, slots=True)
class Failed:
    """No body. ``reason`` is a short stable name (docs/fetching.md lists them); ``detail`` is one line for people.

    ``lasting``: asking again is wrong (opt-outs, forbidden addresses) or useless (no such page).
    """

    reason: str
    detail: str = ""
    lasting: bool = False


Outcome = Got | Failed
