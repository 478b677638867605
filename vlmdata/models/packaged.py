"""Weights that come inside a Python package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from vlmdata.errors import MissingExtraError


def packaged(package: str, file: str, advice: str) -> Path:
    """A file of an installed package, which is not imported. ``MissingExtraError`` ends with ``advice``."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtraError(f"the package {package} is not installed: {advice}")
    path = Path(spec.origin).parent / file
    if not path.is_file():
        raise MissingExtraError(f"the package {package} does not bring {file}: {advice}")
    return path
