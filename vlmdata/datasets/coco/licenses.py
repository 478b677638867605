"""Terms of COCO's pictures: each keeps the licence it has on Flickr, which its entry names by number."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vlmdata.datasets.entry import Terms
from vlmdata.types import Commercial

COCO_ANNOTATIONS = Terms(name="CC-BY-4.0", commercial="yes")
COCO_PICTURES = Terms(
    name="COCO (Flickr, per picture)",
    commercial="unclear",
    conditions="each picture keeps its Flickr licence; 4, 5, 7 and 8 of COCO's eight allow commercial use",
)

_CC = "http://creativecommons.org/licenses"

LICENSES: Mapping[int, Mapping[str, str]] = MappingProxyType(
    {
        1: {"name": "Attribution-NonCommercial-ShareAlike License", "url": f"{_CC}/by-nc-sa/2.0/"},
        2: {"name": "Attribution-NonCommercial License", "url": f"{_CC}/by-nc/2.0/"},
        3: {"name": "Attribution-NonCommercial-NoDerivs License", "url": f"{_CC}/by-nc-nd/2.0/"},
        4: {"name": "Attribution License", "url": f"{_CC}/by/2.0/"},
        5: {"name": "Attribution-ShareAlike License", "url": f"{_CC}/by-sa/2.0/"},
        6: {"name": "Attribution-NoDerivs License", "url": f"{_CC}/by-nd/2.0/"},
        7: {"name": "No known copyright restrictions", "url": "http://flickr.com/commons/usage/"},
        8: {"name": "United States Government Work", "url": "http://www.usa.gov/copyright.shtml"},
    }
)
"""``licenses`` of COCO's own files (cocodataset.org) by their ids, for files that give the number alone."""

_FREE = ("/licenses/by/", "/licenses/by-sa/", "/publicdomain/", "flickr.com/commons/usage", "usa.gov/copyright")
_CALLED = ("attribution license", "attribution-sharealike license", "no known copyright", "government work")


def license_numbered(number: object) -> Mapping[str, str] | None:
    """The licence of this number, if COCO has one."""
    return LICENSES.get(number) if isinstance(number, int) else None


def terms(entry: Mapping[str, Any] | None) -> tuple[str | None, Commercial]:
    """Name of a licence and whether it allows commercial use of changed pictures, by its address and name.

    COCO's eight: 4 (BY), 5 (BY-SA), 7 (no known restrictions) and 8 (US government) do, 1 to 3 (NC) do not,
    6 (BY-ND) is unclear (big_vision, ``datasets/refcoco``, lists their numbers).
    """
    entry = entry or {}
    name, url = str(entry.get("name") or ""), str(entry.get("url") or "").lower()
    words = f"{url} {name.lower()}"
    if not words.strip():
        return None, "unclear"
    if "noncommercial" in words.replace("-", "") or "/by-nc" in url:
        return name or url, "no"
    allowed = any(part in url for part in _FREE) or any(part in words for part in _CALLED)
    return name or url, "yes" if allowed else "unclear"
