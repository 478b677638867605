"""What a card says only on the Hub."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A data set as it is pushed.

    Attributes:
        repo: its name on the Hub, ``OWNER/NAME``.
        sheet: path in the repository of the picture with samples; None where there is none.
        claims: what its licences do not allow, and who pushed it says to have the right to.
    """

    repo: str
    sheet: str | None = None
    claims: tuple[str, ...] = ()
