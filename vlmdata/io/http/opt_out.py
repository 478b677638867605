"""Headers by which a server keeps a picture from machine learning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECTIVES = frozenset({"noai", "noimageai", "noindex", "noimageindex", "none"})
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_AGENT = re.compile(r"[a-z*][a-z0-9_.*+-]*")
_PREFERENCE = re.compile(r"[ \t]*([a-z*][a-z0-9_.*-]*)=([a-z]+)[ \t]*(?:;.*)?", re.DOTALL)


def opted_out(header: Callable[[str], Iterable[str]], agent: str) -> str | None:
    """The header that refuses, as a detail for people, or None.

    Args:
        header: all values of the header of a name.
        agent: the product token of our User-Agent, in small letters.
    """
    for value in header("X-Robots-Tag"):
        directive = robots_directive(value, agent)
        if directive:
            return f"X-Robots-Tag: {directive}"
    for value in header("TDM-Reservation"):
        if value.strip() == "1":
            return "TDM-Reservation: 1"
    usage = ",".join(header("Content-Usage"))
    preference = usage and refused_usage(usage)
    return f"Content-Usage: {preference}" if preference else None


def robots_directive(value: str, agent: str) -> str | None:
    """The directive of one ``X-Robots-Tag`` that forbids training, None where there is none for us.

    A comma list; a name before a colon addresses what follows it to that robot (Google Search Central, "Robots
    meta tag, data-nosnippet, and X-Robots-Tag specifications"). ``noai`` and ``noimageai`` are DeviantArt's of
    2022; those two, ``noindex`` and ``noimageindex`` are what img2dataset obeys (``is_disallowed`` in
    ``downloader.py``); ``none`` is Google's for ``noindex, nofollow``.
    """
    ours = True
    for part in value.lower().split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip() not in _WITH_VALUE and _AGENT.fullmatch(name.strip()):
            ours = name.strip() in (agent, "*")
            part = rest
        if ours and part.strip() in DIRECTIVES:
            return part.strip()
    return None


def refused_usage(value: str) -> str | None:
    """The preference of ``Content-Usage`` against training, None where there is none.

    A dictionary of structured fields (RFC 9651) of preferences ``y`` or ``n`` by use: draft-ietf-aipref-attach,
    draft-ietf-aipref-vocab. ``train-ai`` is the use in question; ``bots``, all automated use, stands for it where
    it is not stated. Of statements that disagree, no wins.
    """
    stated: dict[str, set[str]] = {}
    for member in value.split(","):
        match = _PREFERENCE.fullmatch(member)
        if match:
            stated.setdefault(match[1], set()).add(match[2])
    for use in ("train-ai", "bots"):
        if "n" in stated.get(use, ()):
            return f"{use}=n"
        if "y" in stated.get(use, ()):
            return None
    return None
