"""What has to come whole before the first row of it can be read, and why."""

from __future__ import annotations

from pathlib import Path

from vlmdata.datasets.release.part import ByHand, OnHub, Part, by_hand, label
from vlmdata.errors import VlmdataError
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.kept import kept_path
from vlmdata.io.http.mirrors import Mirrors
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.remote_file import first_look
from vlmdata.io.hub import is_here

_TARS = (".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst")
_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def remark(part: Part, files: Path | None) -> str | None:
    """``NAME (1.0 GB) is downloaded whole: …``; None where it is here already, or is to be got by hand.

    Of a zip only the member is meant: ``MEMBER in NAME (1.0 GB in all) …``.
    """
    if isinstance(part, ByHand) or by_hand(part, files) is not None:
        return None
    try:
        size, here = _known(part)
    except (FetchError, VlmdataError):
        return None  # whoever asks for it will hear why
    if here:
        return None
    why = "a compressed tar" if part.name.lower().endswith(_TARS) else "one JSON value" if _is_json(part) else "it"
    inside = part.member is not None and part.name.lower().endswith(".zip")
    what = f"{label(part)} in {part.name}" if inside else part.name
    known = f" ({_shown(size)}{' in all' if inside else ''})" if size else ""
    return f"{what}{known} is downloaded whole: {why} cannot be read in part"


def _known(part: Part) -> tuple[int | None, bool]:
    """Its size, and whether the cache holds it."""
    if isinstance(part, OnHub):
        return part.file.size, is_here(part.repo, part.file)
    assert part.address
    stamp, _ = first_look(part.address, HttpPolicy(mirrors=Mirrors.parsed()))
    return stamp.size, kept_path(part.address, stamp).exists()


def _is_json(part: Part) -> bool:
    return (part.member or part.name).lower().endswith((".json", ".jsonl"))


def _shown(size: int) -> str:
    return next((f"{size / unit:.1f} {name}" for name, unit in _UNITS if size >= unit), f"{size} bytes")
