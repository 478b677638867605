"""Where vlmdata keeps indexes and fetched inputs between runs."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """``$VLMDATA_HOME``, else ``~/.cache/vlmdata``."""
    return Path(os.environ.get("VLMDATA_HOME") or Path.home() / ".cache" / "vlmdata").absolute()


def indexes() -> Path:
    """Indexes of large inputs; each file is named by the digest of what it indexes."""
    return home() / "indexes"


def fetched() -> Path:
    """Data set directories fetched because a recipe named them."""
    return home() / "fetched"


def surveys() -> Path:
    """Signatures that global steps took of the rows of earlier runs."""
    return home() / "surveys"


def archives() -> Path:
    """Archives downloaded whole, and plain tars of compressed ones."""
    return home() / "archives"
