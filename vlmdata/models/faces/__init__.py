"""Where faces are in a picture."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from vlmdata.models.faces.centerface import LEAST_SCORE, SOURCE, CenterFace
from vlmdata.models.faces.face import Face
from vlmdata.models.faces.looks import COARSE

__all__ = ["COARSE", "LEAST_SCORE", "SOURCE", "CenterFace", "Face", "loaded"]


@lru_cache(maxsize=4)
def loaded(model: Path | None) -> CenterFace:
    """The detector of this file, or of the installed package, once in a process. Raises as ``CenterFace``."""
    return CenterFace(model)
