"""Licences by the names that the Hub knows."""

from __future__ import annotations

import re
from collections.abc import Iterable

# huggingface/hub-docs, docs/hub/repositories-licenses.md; of Creative Commons the versions it lists.
_KNOWN = frozenset((
    "agpl-3.0", "apache-2.0", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "c-uda", "cc-by-2.0",
    "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-sa-3.0",
    "cc-by-sa-4.0", "cc0-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0", "etalab-2.0", "gfdl",
    "gpl", "gpl-2.0", "gpl-3.0", "isc", "lgpl", "lgpl-2.1", "lgpl-3.0", "mit", "mpl-2.0", "odbl", "odc-by", "ofl-1.1",
    "openrail", "pddl", "unlicense",
))  # fmt: skip
_FAMILIES = {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl", "cc0": "cc0-1.0"}


def on_the_hub(names: Iterable[str | None]) -> dict[str, str | list[str]]:
    """The fields ``license`` and ``license_name`` of a card.

    ``unknown`` stands for no name at all, ``other`` for names that the Hub does not know.
    """
    stated = list(names)
    found = sorted({_known(name) for name in stated}) or ["unknown"]
    if found != ["other"]:
        return {"license": found[0] if len(found) == 1 else found}
    others = {name for name in stated if name}
    return {"license": "other", "license_name": _slug(others.pop()) if len(others) == 1 else "several"}


def _known(name: str | None) -> str:
    if not name:
        return "unknown"
    plain = "-".join(name.casefold().replace("-", " ").replace("_", " ").split())
    plain = _FAMILIES.get(plain, plain)
    return plain if plain in _KNOWN else "unknown" if plain in ("unknown", "none-stated", "unclear") else "other"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.") or "several"
