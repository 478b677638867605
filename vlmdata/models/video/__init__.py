"""What models make of clips: which frames they see, at what size, and how their times are written."""

from vlmdata.models.video.budget import BUDGETS, BudgetName, frame_size
from vlmdata.models.video.by_model import BY_MODEL, Way
from vlmdata.models.video.samplers import SAMPLERS, Sampler, SamplingName, SamplingOptions, complaint, sampled
from vlmdata.models.video.wording import WORDINGS, Wording, WordingName

__all__ = [
    "BUDGETS",
    "BY_MODEL",
    "SAMPLERS",
    "WORDINGS",
    "BudgetName",
    "Sampler",
    "SamplingName",
    "SamplingOptions",
    "Way",
    "Wording",
    "WordingName",
    "complaint",
    "frame_size",
    "sampled",
]
