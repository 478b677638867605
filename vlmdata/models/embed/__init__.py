"""Pictures and texts as vectors, by models of one's own in ONNX: CLIP, SigLIP and the like."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from vlmdata.models.embed.encoder import TEXT_GRAPH, VISION_GRAPH, Encoder
from vlmdata.models.exported import brought

__all__ = ["TEXT_GRAPH", "VISION_GRAPH", "Encoder", "loaded"]


@lru_cache(maxsize=4)
def loaded(name: str | Path, base: str = "", *, texts: bool = False) -> Encoder:
    """The encoder of a folder, an ``.onnx`` file or ``hub:OWNER/NAME@REVISION``; once in a process.

    Paths start at the folder ``base``. With ``texts`` the model has to have a text encoder, too. Raises what
    ``Encoder`` raises, and ``InputError`` where the Hub cannot be reached.
    """
    graphs = (VISION_GRAPH, TEXT_GRAPH) if texts else (VISION_GRAPH,)
    return Encoder(brought(str(name), graphs, Path(base)))
