"""How published models write conversations: one row of data for each way, and one function that writes them.

One file for each family (``llava``, ``chatml``, ``idefics``, ``phi``, ``llama``, ``gemma``, ``molmo``, ``deepseek``,
``mistral``); ``template`` renders what is published as a Hugging Face ``chat_template``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from vlmdata.models.chat.chatml import INTERNVL2_5, NANOVLM, QWEN2_VL, QWEN3_VL
from vlmdata.models.chat.deepseek import DEEPSEEK_VL2
from vlmdata.models.chat.format import Around, ChatFormat, Placement, TrainOn
from vlmdata.models.chat.gemma import GEMMA_3, PALIGEMMA
from vlmdata.models.chat.idefics import IDEFICS2, IDEFICS3, SMOLVLM
from vlmdata.models.chat.llama import LLAMA_3_2, MINICPM_LLAMA3
from vlmdata.models.chat.llava import LLAVA_QWEN, PLAIN, VICUNA_V1
from vlmdata.models.chat.mistral import PIXTRAL
from vlmdata.models.chat.molmo import MOLMO
from vlmdata.models.chat.phi import PHI_3, PHI_4_MM
from vlmdata.models.chat.pictures import checked
from vlmdata.models.chat.render import ChatOptions, render

__all__ = [
    "CHAT_FORMATS",
    "Around",
    "ChatFormat",
    "ChatFormatName",
    "ChatOptions",
    "Placement",
    "TrainOn",
    "checked",
    "render",
]

ChatFormatName = Literal[
    "vicuna-v1",
    "llava-qwen",
    "plain",
    "qwen2-vl",
    "qwen3-vl",
    "internvl2.5",
    "nanovlm",
    "idefics2",
    "idefics3",
    "smolvlm",
    "phi-3",
    "phi-4-mm",
    "minicpm-llama3",
    "llama-3.2",
    "gemma-3",
    "paligemma",
    "molmo",
    "deepseek-vl2",
    "pixtral",
]

CHAT_FORMATS: Mapping[str, ChatFormat] = MappingProxyType(
    {
        chat.name: chat
        for chat in (
            VICUNA_V1,
            LLAVA_QWEN,
            PLAIN,
            QWEN2_VL,
            QWEN3_VL,
            INTERNVL2_5,
            NANOVLM,
            IDEFICS2,
            IDEFICS3,
            SMOLVLM,
            PHI_3,
            PHI_4_MM,
            MINICPM_LLAMA3,
            LLAMA_3_2,
            GEMMA_3,
            PALIGEMMA,
            MOLMO,
            DEEPSEEK_VL2,
            PIXTRAL,
        )
    }
)
"""All formats by name."""
