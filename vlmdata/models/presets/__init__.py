"""Models as rows of data: what a recipe's ``model:`` sets for the steps that leave it open."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vlmdata.models.presets.preset import Chat, Normalisation, Placeholder, Preset
from vlmdata.models.presets.rows import ROWS

__all__ = ["MODELS", "REFUSED", "Chat", "Normalisation", "Placeholder", "Preset"]

MODELS: Mapping[str, Preset] = MappingProxyType({row.name: row for row in ROWS})

_NVILA = (
    "how its pictures are cut is not verified: the processor and its bounds are published with each checkpoint alone, "
    "and they differ in the tokens of a tile"
)
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "nvila": _NVILA,
        "heron-nvila-lite": _NVILA,
        "sarashina2.2-vision": "how its pictures are resized is not verified: its processor is published with the "
        "checkpoint alone",
    }
)
"""Models that are known by name and not built, each with the reason. Nothing is guessed for them."""
