"""LLaVA's ways: Vicuna's turns, Qwen's with LLaVA-NeXT's pictures, and plain captions."""

from __future__ import annotations

from vlmdata.models.chat.arrange import one_question
from vlmdata.models.chat.chatml import QWEN_SYSTEM, chatml_around
from vlmdata.models.chat.format import Around, ChatFormat, Messages, tokens
from vlmdata.types import ImagePart, Message

_IMAGE = "<image>"


def _picture_and_caption(messages: Messages) -> Messages:
    """The pictures of the question without its words, and the answer."""
    question, answer = one_question(messages)
    pictures = tuple(part for part in question.content if isinstance(part, ImagePart))
    return Message("user", pictures), answer


VICUNA_V1 = ChatFormat(
    name="vicuna-v1",
    source="haotian-liu/LLaVA llava/conversation.py::conv_vicuna_v1, llava/train/train.py::preprocess_multimodal",
    user=Around("USER: ", tail=" "),
    assistant=Around("ASSISTANT: ", end="</s>"),
    system=Around(tail=" "),
    image=_IMAGE,
    end_of_text="</s>",
    default_system="A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions.",
    glue="\n",
    placement="first",
    alternates=True,
    reserved=tokens(_IMAGE, "<s>", "</s>"),
)
LLAVA_QWEN = ChatFormat(
    name="llava-qwen",
    source="LLaVA-VL/LLaVA-NeXT llava/conversation.py::conv_qwen, llava/train/train.py::preprocess_multimodal",
    user=chatml_around("user"),
    assistant=chatml_around("assistant"),
    system=chatml_around("system"),
    image=_IMAGE,
    end_of_text="<|endoftext|>",
    default_system=QWEN_SYSTEM,
    glue="\n",
    placement="single_first",
    alternates=True,
    reserved=tokens(_IMAGE, "<|im_start|>", "<|im_end|>", "<|endoftext|>"),
)
PLAIN = ChatFormat(
    name="plain",
    source="haotian-liu/LLaVA llava/conversation.py::conv_llava_plain, llava/train/train.py::preprocess_plain",
    user=Around(),
    assistant=Around(end="\n"),
    system=None,
    image=_IMAGE,
    end_of_text="\n",
    reserved=tokens(_IMAGE),
    arrange=_picture_and_caption,
)
