"""Models as rows of data: what a recipe's ``model:`` sets for the steps that leave it open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vlmdata.models.dialects import Dialect
from vlmdata.models.tiling import TilingPolicy

Channels = tuple[float, float, float]

CLIP: tuple[Channels, Channels] = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
HALF: tuple[Channels, Channels] = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
IMAGENET: tuple[Channels, Channels] = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One model.

    Attributes:
        tiling: the policy of ``tile.anyres``; None for a model that takes pictures whole.
        dialect: how it writes boxes; None where none is published.
        normalisation: mean and standard deviation per RGB channel, of values from 0 to 1.
        source: where all this is published.
        note: what a user of the row must know.
    """

    name: str
    tiling: TilingPolicy | None
    dialect: Dialect | None
    normalisation: tuple[Channels, Channels]
    source: str
    note: str = ""


_INTERNVL_SOURCE = (
    "OpenGVLab/InternVL internvl_chat/internvl/train: dataset.py, constants.py, internvl_chat_finetune.py"
)

_ROWS = (
    Preset(
        name="qwen3-vl",
        tiling=None,
        dialect="qwen3-vl",
        normalisation=HALF,
        source="QwenLM/Qwen3-VL cookbooks/2d_grounding.ipynb; the checkpoints' preprocessor_config.json",
        note="Takes pictures whole: its processor resizes them to multiples of 32 pixels.",
    ),
    Preset(
        name="internvl2.5",
        tiling="internvl",
        dialect="internvl",
        normalisation=IMAGENET,
        source=_INTERNVL_SOURCE,
    ),
    Preset(
        name="internvl3",
        tiling="internvl",
        dialect="internvl",
        normalisation=IMAGENET,
        source=_INTERNVL_SOURCE,
    ),
    Preset(
        name="llava-1.5",
        tiling=None,
        dialect="llava",
        normalisation=CLIP,
        source="haotian-liu/LLaVA llava/mm_utils.py; llava_v1_5_mix665k.json",
        note="Takes pictures whole, padded to a square; its boxes are relative to that square.",
    ),
    Preset(
        name="llava-next",
        tiling="llava-next",
        dialect=None,
        normalisation=CLIP,
        source="LLaVA-VL/LLaVA-NeXT llava/mm_utils.py, llava/train/train.py",
        note="No box dialect is published for its cut pictures; name one in boxes.render.",
    ),
)

MODELS: Mapping[str, Preset] = MappingProxyType({row.name: row for row in _ROWS})
