"""What vlmdata makes of a repository on the Hub before anything of it is fetched."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.datasets.hub.dataset import Hub
from vlmdata.datasets.hub.known import catalogued
from vlmdata.errors import VlmdataError


@dataclass(frozen=True, slots=True)
class Taken:
    """``reader``: the format that reads it, None with the reason in ``why``; ``named``: its name in the catalogue."""

    reader: str | None
    why: str = ""
    named: str | None = None


def taken_as(repo: str) -> Taken:
    """Which of our readers takes a repository. Its files are listed, and of a table the last bytes are read."""
    named = catalogued().get(repo)
    hub = Hub.model_validate({"dataset": "hub", "repo": repo})
    try:
        return Taken(str(hub.reader.format), named=named)
    except VlmdataError as error:
        return Taken(None, str(error), named)
