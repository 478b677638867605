"""What published codes make of a conversation as a string, once more, slowly and literally.

Turns are ``(role, value)`` with ``<image>`` in the value, as those data sets have them. Nothing here is shared with
the package.
"""

from __future__ import annotations

import re

Turns = list[tuple[str, str]]
IMAGE = "<image>"


def llava_v1(turns: Turns) -> str:
    """haotian-liu/LLaVA llava/train/train.py::preprocess_multimodal, then conversation.py::get_prompt of vicuna_v1."""
    system = (
        "A chat between a curious user and an artificial intelligence assistant. "
        "The assistant gives helpful, detailed, and polite answers to the user's questions."
    )
    written = system + " "
    for number, (role, value) in enumerate(turns):
        if IMAGE in value:
            value = value.replace(IMAGE, "").strip()
            value = IMAGE + "\n" + value
            value = value.strip()
        written += {"user": "USER", "assistant": "ASSISTANT"}[role] + ": " + value + [" ", "</s>"][number % 2]
    return written


def llava_next_qwen(turns: Turns) -> str:
    """LLaVA-VL/LLaVA-NeXT llava/train/train.py::preprocess_multimodal, then preprocess_qwen's chat template."""
    written = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    for role, value in turns:
        if len(re.findall(IMAGE, value)) == 1 and not value.startswith(IMAGE):
            value = value.replace(IMAGE, "").strip()
            value = IMAGE + "\n" + value
            value = value.strip()
        written += "<|im_start|>" + role + "\n" + value + "<|im_end|>" + "\n"
    return written


def internvl2_5(turns: Turns) -> str:
    """OpenGVLab/InternVL internvl/train/dataset.py::preprocess_internvl2_5, one image token for each picture."""
    system = (
        "你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的多模态大语言模型。"
    )
    written = f"<|im_start|>system\n{system}<|im_end|>\n"
    for role, value in turns:
        value = value.replace(IMAGE, "<img><IMG_CONTEXT></img>")
        written += f"<|im_start|>{role}\n{value}<|im_end|>\n"
    return written


def deepseek_vl2(turns: Turns) -> str:
    """deepseek-ai/DeepSeek-VL2 processing_deepseek_vl_v2.py::format_messages, conversation.py::get_prompt."""
    written = ""
    for number, (role, value) in enumerate(turns):
        name = {"user": "<|User|>", "assistant": "<|Assistant|>"}[role]
        written += name + ": " + value.strip() + ["\n\n", "<｜end▁of▁sentence｜>"][number % 2]
    return written


def nanovlm(turns: Turns) -> str:
    """huggingface/nanoVLM data/datasets.py::_get_messages, data/processors.py::get_image_string; compact."""
    pictures = sum(value.count(IMAGE) for _, value in turns)
    string = "".join((f"<image: {number}>" if pictures > 1 else "") + "<|image|>" for number in range(pictures))
    written = ""
    for number, (role, value) in enumerate(turns):
        value = value.replace(IMAGE, "")
        value = string + value if number == 0 else value
        written += "<|im_start|>" + role + "\n" + value + "<|im_end|>" + "\n"
    return written
