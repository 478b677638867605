"""Models for which a picture is one token many times over, or one id that the network expands."""

from __future__ import annotations

from vlmdata.models.image_tokens.rule import ImageTokens, Shown, counted

_HF = "huggingface/transformers src/transformers/models/"
_IMAGE_TOKEN_INDEX = -200

LLAVA = ImageTokens(
    write=lambda _: (_IMAGE_TOKEN_INDEX,),
    source="haotian-liu/LLaVA llava/mm_utils.py::tokenizer_image_token, llava/constants.py",
)
"""The id -200 once: the network puts the features in its place. Texts between pictures are tokenized each by itself."""

LLAVA_HF = counted("<image>", _HF + "llava_next/processing_llava_next.py::LlavaNextProcessor.replace_image_token")
QWEN = counted(
    "<|image_pad|>",
    _HF + "qwen2_vl/processing_qwen2_vl.py::Qwen2VLProcessor.replace_image_token",
    "<|vision_start|>",
    "<|vision_end|>",
)
INTERNVL = counted(
    "<IMG_CONTEXT>",
    "OpenGVLab/InternVL internvl_chat/internvl/train/dataset.py::preprocess_internvl2_5",
    "<img>",
    "</img>",
)
PALIGEMMA = counted("<image>", _HF + "paligemma/processing_paligemma.py::PaliGemmaProcessor.replace_image_token")
PHI_4_MM = counted("<|endoftext10|>", _HF + "phi4_multimodal/processing_phi4_multimodal.py::Phi4MultimodalProcessor")
DEEPSEEK_VL2 = counted(
    "<image>", "deepseek-ai/DeepSeek-VL2 deepseek_vl2/models/processing_deepseek_vl_v2.py::tokenize_with_images"
)
LLAMA_32_VISION = counted("<|image|>", _HF + "mllama/processing_mllama.py::MllamaProcessor.replace_image_token")
"""Once: its tiling policy counts one."""


def _phi35(shown: Shown) -> tuple[int, ...]:
    """The number of the picture, from 1, negated. The network finds its pictures by ids below zero."""
    return (-1 - shown.number,) * shown.tokens


PHI_35 = ImageTokens(
    write=_phi35,
    source="microsoft/Phi-3.5-vision-instruct processing_phi3_v.py::Phi3VProcessor._convert_images_texts_to_inputs",
)
"""Ids -1 for the first picture, -2 for the second … Texts between pictures are tokenized each by itself."""
