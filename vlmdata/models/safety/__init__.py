"""Classifiers of unsafe pictures. ``PACKAGED`` lists those whose weights come inside a Python package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from vlmdata.models.exported import brought
from vlmdata.models.safety.classifier import Classifier
from vlmdata.models.safety.labelled import GRAPH, Labelled
from vlmdata.models.safety.nudenet import NudeNet
from vlmdata.models.safety.open_nsfw import OpenNsfw

__all__ = ["GRAPH", "PACKAGED", "Classifier", "loaded"]

PACKAGED: Mapping[str, type[OpenNsfw | NudeNet]] = MappingProxyType({"open_nsfw": OpenNsfw, "nudenet": NudeNet})


@lru_cache(maxsize=4)
def loaded(name: str, unsafe: tuple[str, ...] = (), base: str = "") -> Classifier:
    """A classifier of ``PACKAGED``, or one of the user's own with its ``unsafe`` labels; once in a process.

    The name of one's own is a path from the folder ``base``, or ``hub:OWNER/NAME@REVISION``. ``MissingExtraError``
    where a package is not installed, and what ``Labelled`` raises.
    """
    return PACKAGED[name]() if name in PACKAGED else Labelled(brought(name, (GRAPH,), Path(base)), unsafe)
