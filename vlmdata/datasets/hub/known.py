"""Repositories on the Hub that hold data sets of the catalogue, under all their names."""

from __future__ import annotations

from vlmdata.datasets import datasets_by_name
from vlmdata.io.hub import also_called
from vlmdata.types import SampleRole


def catalogued() -> dict[str, str]:
    """Names of the catalogue by the repositories that hold the data set or a copy of it."""
    return {
        also: name
        for name, kind in datasets_by_name().items()
        for repo in kind.entry.repos
        for also in also_called(repo)
    }


def role_of(repo: str, split: str) -> SampleRole:
    """``eval`` for a repository that holds evaluation data, and for a split that is kept for measuring."""
    name = catalogued().get(repo)
    if name is None:
        return "train"
    entry = datasets_by_name()[name].entry
    kept = {_plain(one.name) for one in entry.splits if one.role == "eval"}
    return "eval" if entry.phase == "eval" or _plain(split) in kept else "train"


def _plain(split: str) -> str:
    """A split by one name, as copies call ``validation`` also ``val`` and ``val2014``, and ``test`` ``testdev``."""
    word = split.lower().rstrip("0123456789_-")
    return "test" if word.startswith("test") else "validation" if word in ("val", "dev") else word
