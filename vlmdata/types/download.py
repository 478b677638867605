"""How the bytes of a picture came over the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What a server answered when a picture was fetched.

    Attributes:
        url: as the table or data set gives it.
        final_url: where the bytes came from in the end, after redirects; mirrors are not shown.
        status: HTTP status of that answer.
        content_type: as the server declared it, which need not be true.
    """

    url: str
    final_url: str
    status: int
    content_type: str | None = None
