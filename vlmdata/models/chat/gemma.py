"""Google's: Gemma 3's turns, and PaliGemma's one question after its pictures."""

from __future__ import annotations

from dataclasses import replace

from vlmdata.models.chat.arrange import begin_with, one_question, system_before
from vlmdata.models.chat.format import Around, ChatFormat, Messages, tokens
from vlmdata.types import ImagePart, Message, Part, TextPart

_BOS = "<bos>"
_EOS = "<eos>"


def _trimmed(messages: Messages) -> Messages:
    """Each piece of text between pictures without the space around it; the system's words as they are."""

    def trimmed(part: Part) -> Part:
        return TextPart(part.text.strip()) if isinstance(part, TextPart) else part

    return system_before(
        tuple(
            message if message.role == "system" else Message(message.role, tuple(map(trimmed, message.content)))
            for message in messages
        ),
        last=False,
    )


def _prefix_and_suffix(messages: Messages) -> Messages:
    """All pictures first; the beginning of the text comes after them."""
    question, answer = one_question(messages)
    pictures = tuple(part for part in question.content if isinstance(part, ImagePart))
    words = tuple(part for part in question.content if not isinstance(part, ImagePart))
    return begin_with(_BOS, replace(question, content=(*pictures, *words))), answer


GEMMA_3 = ChatFormat(
    name="gemma-3",
    source="huggingface/transformers src/transformers/models/gemma3/convert_gemma3_weights.py::_CHAT_TEMPLATE",
    user=Around("<start_of_turn>user\n", end="<end_of_turn>", tail="\n"),
    assistant=Around("<start_of_turn>model\n", end="<end_of_turn>", tail="\n"),
    system=Around(),
    image="<start_of_image>",
    start=_BOS,
    end_of_text=_EOS,
    alternates=True,
    reserved=tokens(
        _BOS,
        _EOS,
        "<start_of_turn>",
        "<end_of_turn>",
        "<start_of_image>",
        "<end_of_image>",
        "<image_soft_token>",
    ),
    arrange=_trimmed,
)
PALIGEMMA = ChatFormat(
    name="paligemma",
    source="huggingface/transformers src/transformers/models/paligemma/processing_paligemma.py",
    user=Around(tail="\n"),
    assistant=Around(end=_EOS),
    system=None,
    image="<image>",
    end_of_text=_EOS,
    reserved=tokens(_BOS, _EOS, "<image>"),
    arrange=_prefix_and_suffix,
)
