"""The files of an archive that was cut: ``x.zip.001`` …, ``x.tar.gz.aa`` …, or ``x.z01`` … and ``x.zip``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_WHOLE = r"\.(?:zip|tar|tgz|tar\.(?:gz|bz2|xz|zst))"
_CUT = r"[._-](?:part[._-]?)?(\d{2,4}|[a-z]{2})"
_PART = re.compile(rf"{_WHOLE}{_CUT}$")
_DISK = re.compile(r"\.z\d\d+$")
_A = ord("a")
_SUFFIX = re.compile(rf"{_WHOLE}(?:{_CUT})?$", re.IGNORECASE)

SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")
"""Of archives that are looked for in folders."""

FIRST_PARTS = tuple(suffix + part for suffix in SUFFIXES for part in (".001", ".000", ".00", ".01", ".aa", ".part_aa"))


def is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))


def file_name(place: str) -> str:
    """The last part of a path or address, without a query."""
    return _split(place)[0].rpartition("/")[2]


def stem(place: str) -> str:
    """The name of an archive without what says that it is one: ``v1.0`` of ``v1.0.tar.gz.aa``."""
    return _SUFFIX.sub("", file_name(place))


def beginnings(names: Sequence[str]) -> list[str]:
    """Those of some files that begin an archive, or are the last disk of one."""
    following = {_next(name) for name in names}
    return [name for name in names if name not in following and not _is_later(name)]


def pieces(place: str, there: Callable[[str], bool]) -> list[str]:
    """``place`` and, where it is the first piece of a file cut at any byte, those that follow and are ``there``."""
    found = [place]
    base, query = _split(place)
    following = None if _is_later(base) else _next(base)
    while following and there(following + query):
        found.append(following + query)
        following = _next(following)
    return found


def disks(place: str, count: int) -> list[str]:
    """All disks of a zip of ``count``, the last of which is ``place`` (APPNOTE.TXT 8.3.5)."""
    base, query = _split(place)
    plain = base.rpartition(".")[0]
    return [f"{plain}.z{number:02d}{query}" for number in range(1, count)] + [place]


def _split(place: str) -> tuple[str, str]:
    """A path, or an address without its query, and that query."""
    query = re.search(r"[?#]", place) if is_url(place) else None
    return (place[: query.start()], place[query.start() :]) if query else (place, "")


def _is_later(name: str) -> bool:
    match = _PART.search(name)
    first = match is None or match[1] == "aa" or (match[1].isdecimal() and int(match[1]) in (0, 1))
    return not first or _DISK.search(name) is not None


def _next(name: str) -> str | None:
    """The name of the piece after this one: 002 after 001, ab after aa. None where it is no piece, or the last."""
    match = _PART.search(name)
    if match is None:
        return None
    mark = match[1]
    if mark.isdecimal():
        following = str(int(mark) + 1).zfill(len(mark))
    else:
        first, second = divmod((ord(mark[0]) - _A) * 26 + ord(mark[1]) - _A + 1, 26)
        following = chr(_A + first) + chr(_A + second) if first < 26 else ""
    return name[: match.start(1)] + following if len(following) == len(mark) else None
