"""How long to wait before asking again."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BASE_S = 0.5
LONGEST_S = 60.0


def pause(attempts: int, longest_s: float = LONGEST_S) -> float:
    """Seconds to wait after ``attempts`` (1 or more) that failed: doubling, with jitter of a half either way.

    The jitter keeps requests that failed together from coming back together ("Exponential Backoff And Jitter",
    AWS Architecture Blog, 2015).
    """
    return min(BASE_S * 2.0 ** min(attempts - 1, 16) * random.uniform(0.5, 1.5), longest_s)


def retry_after(value: str | None) -> float | None:
    """Seconds of a ``Retry-After`` (RFC 9110 10.2.3: a number of seconds, or a date); None where it says nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:12])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())
