"""What ``model:`` of a recipe means for clips, by the name of the preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vlmdata.models.video.budget import BudgetName
from vlmdata.models.video.samplers import SamplingName, SamplingOptions
from vlmdata.models.video.wording import WordingName


@dataclass(frozen=True, slots=True)
class Way:
    """How one model takes clips: which frames, with what times in the text, in how many pixels (None: as they are)."""

    sampling: SamplingName
    options: SamplingOptions = field(default_factory=SamplingOptions)
    wording: WordingName | None = None
    budget: BudgetName | None = None


_INTERNVL = Way("segment-centre", {"frames": 8}, "internvl")

BY_MODEL: Mapping[str, Way] = {
    "llava-onevision": Way("linspace-trunc", {"frames": 32}),
    "internvl2.5": _INTERNVL,
    "internvl3": _INTERNVL,
    "qwen2-vl": Way("qwen", budget="qwen2-vl"),
    "qwen2.5-vl": Way("qwen", budget="qwen2-vl"),
    "qwen3-vl": Way("qwen", wording="qwen3-vl", budget="qwen3-vl"),
    "smolvlm2": Way("smolvlm", wording="smolvlm"),
}
"""Models of the table that were trained on clips."""
