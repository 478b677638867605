"""What processors write in the place of a picture, by name.

``IMAGE_TOKENS`` lists the ways. Where a model's own code and transformers differ there are two: ``llava`` leaves one
id that the network expands, ``llava-hf`` writes every token.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from vlmdata.models.image_tokens import clip, counted, gridded
from vlmdata.models.image_tokens.rule import Frame, ImageTokens, Run, Shown

__all__ = ["IMAGE_TOKENS", "OF_POLICY", "Frame", "ImageTokens", "ImageTokensName", "Run", "Shown"]

ImageTokensName = Literal[
    "llava",
    "llava-hf",
    "qwen",
    "qwen-video",
    "qwen3-video",
    "internvl",
    "idefics2",
    "idefics3",
    "nanovlm",
    "paligemma",
    "phi-3.5",
    "phi-4-mm",
    "minicpm-v",
    "gemma-3",
    "llama-3.2-vision",
    "molmo",
    "deepseek-vl2",
    "pixtral",
]

IMAGE_TOKENS: Mapping[str, ImageTokens] = MappingProxyType(
    {
        "llava": counted.LLAVA,
        "llava-hf": counted.LLAVA_HF,
        "qwen": counted.QWEN,
        "qwen-video": clip.QWEN_VIDEO,
        "qwen3-video": clip.QWEN3_VIDEO,
        "internvl": counted.INTERNVL,
        "idefics2": gridded.IDEFICS2,
        "idefics3": gridded.IDEFICS3,
        "nanovlm": gridded.NANOVLM,
        "paligemma": counted.PALIGEMMA,
        "phi-3.5": counted.PHI_35,
        "phi-4-mm": counted.PHI_4_MM,
        "minicpm-v": gridded.MINICPM_V,
        "gemma-3": gridded.GEMMA_3,
        "llama-3.2-vision": counted.LLAMA_32_VISION,
        "molmo": gridded.MOLMO,
        "deepseek-vl2": counted.DEEPSEEK_VL2,
        "pixtral": gridded.PIXTRAL,
    }
)

OF_POLICY: Mapping[str, ImageTokensName] = MappingProxyType(
    {
        "llava-1.5": "llava",
        "llava-next": "llava",
        "llava-next-hf": "llava-hf",
        "llava-onevision": "llava",
        "llava-onevision-hf": "llava-hf",
        "internvl": "internvl",
        "qwen2-vl": "qwen",
        "qwen2.5-vl": "qwen",
        "qwen3-vl": "qwen",
        "idefics2": "idefics2",
        "idefics3": "idefics3",
        "smolvlm": "idefics3",
        "smolvlm2": "idefics3",
        "nanovlm": "nanovlm",
        "phi-3.5": "phi-3.5",
        "phi-4-mm": "phi-4-mm",
        "minicpm-v": "minicpm-v",
        "paligemma-2": "paligemma",
        "gemma-3": "gemma-3",
        "llama-3.2-vision": "llama-3.2-vision",
        "molmo": "molmo",
        "deepseek-vl2": "deepseek-vl2",
        "pixtral": "pixtral",
    }
)
"""The way that goes with a tiling policy; ``custom`` has none of its own."""
