"""Which licences allow to pass a data set on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from vlmdata.types import LicenseCounts

# Creative Commons without ND: what is cropped, scaled or encoded anew is adapted material (CC BY-ND 4.0, 1a and 2a1B).
_COMMONS = re.compile(r"creativecommons\.org/(?:licenses/(?P<kind>by[a-z-]*)/(?P<version>\d\.\d)|publicdomain/)")
_OPEN = re.compile(
    r"cc0(-1\.0)?|cc-by(-nc)?(-sa)?(-\d\.\d)?(-[a-z]+)?|public-domain(-mark.*|-dedication)?"
    r"|attribution(-noncommercial)?(-sharealike)?-license|no-known-copyright-restrictions"
    r"|united-states-government-work"  # Flickr's words for its licences, as COCO lists them
    r"|apache-2\.0|mit|isc|zlib|unlicense|wtfpl|bsd-[23]-clause(-clear)?|mpl-2\.0|[al]?gpl-[23](\.\d)?(-only|-or-later)?"
    r"|odc-by(-1\.0)?|odbl(-1\.0)?|pddl(-1\.0)?|cdla-(sharing|permissive)-[12]\.0|ofl-1\.1|etalab-2\.0"
)
_UNCHANGED = re.compile(r"-nd\b|noderiv|no-deriv")


def closed(licenses: LicenseCounts, pictures: Counter[str | None]) -> list[str]:
    """What may not be passed on as far as is known, a phrase for each licence; empty where all of it may.

    ``licenses`` counts samples, of which the terms of their texts and marks are looked at, ``pictures`` pictures by
    their licence. A licence that is not known to allow it does not, nor does none.
    """
    texts = Counter[str | None]()
    for terms, samples in licenses.items():
        texts[terms.annotations] += samples
    return [*_closed("texts", texts, "samples"), *_closed("pictures", pictures, "pictures")]


def _closed(what: str, counts: Counter[str | None], unit: str) -> Iterator[str]:
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0] or "")):
        if why := _objection(name):
            yield f"{what} under {name or 'no stated licence'} ({why}; {count:,} {unit})"


def _objection(name: str | None) -> str | None:
    plain = _plain(name or "")
    if _OPEN.fullmatch(plain):
        return None
    if _UNCHANGED.search(plain):
        return "it allows no changed copies"
    return "nothing is known that allows it" if name else "without one nothing is allowed"


def _plain(name: str) -> str:
    """One spelling for one licence: an SPDX name in small letters."""
    if found := _COMMONS.search(name.casefold()):
        return f"cc-{found['kind']}-{found['version']}" if found["kind"] else "cc0"
    return "-".join(re.split(r"[\s_-]+", name.casefold().strip()))
