"""Addresses served from elsewhere: for closed networks, and for tests against real servers on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from vlmdata.errors import UsageError

VARIABLE = "VLMDATA_MIRRORS"
_SCHEMES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Prefixes of addresses and what stands in their place; the longest prefix that fits is taken.

    ``http://images.cocodataset.org=http://127.0.0.1:9000/coco`` sends
    ``http://images.cocodataset.org/zips/a.zip`` to ``http://127.0.0.1:9000/coco/zips/a.zip``. ``https://=…`` is
    for every address of that scheme.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pairs)

    @property
    def text(self) -> str:
        """As ``$VLMDATA_MIRRORS`` has them."""
        return " ".join(f"{prefix}={target}" for prefix, target in self.pairs)

    def apply(self, url: str) -> str | None:
        """Where ``url`` is to be got instead, None where no mirror is set for it."""
        for prefix, target in self.pairs:
            if url.startswith(prefix) and _ends_a_part(url, prefix):
                return target + url[len(prefix) :]
        return None

    @classmethod
    def parsed(cls, texts: Iterable[str] = ()) -> Mirrors:
        """Those of ``FROM=TO`` texts, then those of ``$VLMDATA_MIRRORS`` (separated by blanks).

        Raises ``UsageError`` for a text that is no pair of http addresses.
        """
        found: dict[str, str] = {}
        for text in (*os.environ.get(VARIABLE, "").split(), *texts):
            prefix, equals, target = text.partition("=")
            if not (equals and prefix.startswith(_SCHEMES) and target.startswith(_SCHEMES)):
                raise UsageError(
                    f"a mirror is FROM=TO, both beginning with http:// or https://, not {text!r}; for example "
                    "http://images.cocodataset.org=http://127.0.0.1:9000/coco"
                )
            found[prefix] = target
        return cls(tuple(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0]))))


def _ends_a_part(url: str, prefix: str) -> bool:
    """Whether ``prefix`` ends where a host or a part of the path ends, so that a.org is not a.organic."""
    return prefix.endswith("/") or url[len(prefix) : len(prefix) + 1] in ("", "/", "?", "#")
