"""ChatML: Qwen's, InternVL's and nanoVLM's."""

from __future__ import annotations

from vlmdata.models.chat.format import Around, ChatFormat, tokens

QWEN_SYSTEM = "You are a helpful assistant."


def chatml_around(role: str) -> Around:
    return Around(f"<|im_start|>{role}\n", end="<|im_end|>", tail="\n")


_QWEN_RESERVED = tokens(
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
QWEN2_VL, QWEN3_VL = (
    ChatFormat(
        name=name,
        source=source,
        user=chatml_around("user"),
        assistant=chatml_around("assistant"),
        system=chatml_around("system"),
        image="<|vision_start|><|image_pad|><|vision_end|>",
        video="<|vision_start|><|video_pad|><|vision_end|>",
        end_of_text="<|endoftext|>",
        default_system=system,
        number="Picture {n}: ",
        number_video="Video {n}: ",
        reserved=_QWEN_RESERVED,
    )
    for name, source, system in (
        ("qwen2-vl", "Qwen/Qwen2-VL-7B-Instruct and Qwen/Qwen2.5-VL-7B-Instruct chat_template.json", QWEN_SYSTEM),
        ("qwen3-vl", "Qwen/Qwen3-VL-8B-Instruct chat_template.json", ""),
    )
)
INTERNVL2_5 = ChatFormat(
    name="internvl2.5",
    source="OpenGVLab/InternVL internvl_chat/internvl/conversation.py, internvl2_5; internvl/train/dataset.py::"
    "preprocess_internvl2_5",
    user=chatml_around("user"),
    assistant=chatml_around("assistant"),
    system=chatml_around("system"),
    image="<img><IMG_CONTEXT></img>",
    end_of_text="<|endoftext|>",
    default_system="你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的"
    "多模态大语言模型。",
    glue="\n",
    number="Image-{n}: ",
    reserved=tokens("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<image>", "<img>", "<IMG_CONTEXT>", "</img>"),
)
NANOVLM = ChatFormat(
    name="nanovlm",
    source="huggingface/nanoVLM models/config.py::VLMConfig.lm_chat_template, data/datasets.py::_get_messages",
    user=chatml_around("user"),
    assistant=chatml_around("assistant"),
    system=chatml_around("system"),
    image="<|image|>",
    end_of_text="<|endoftext|>",
    placement="front",
    number="<image: {index}>",
    numbered=True,
    reserved=tokens(
        "<|im_start|>",
        "<|im_end|>",
        "<|endoftext|>",
        "<|image|>",
        "<|global_image|>",
        pattern=r"<row_[1-8]_col_[1-8]>",
    ),
)
