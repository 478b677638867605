"""Pixtral, which is Mistral's third instruct format with pictures."""

from __future__ import annotations

from dataclasses import replace

from vlmdata.models.chat.arrange import system_before
from vlmdata.models.chat.format import Around, ChatFormat, Messages, tokens
from vlmdata.types import ImagePart, Message, TextPart


def _arranged(messages: Messages) -> Messages:
    """The picture before the words where a turn is words and one picture; the system's in the last question."""
    return system_before(tuple(map(_encoded, messages)), last=True)


def _encoded(message: Message) -> Message:
    match message.role, message.content:
        case "user", (*words, ImagePart() as picture) if all(isinstance(word, TextPart) for word in words):
            return replace(message, content=(picture, *words))
        case "assistant", (*before, TextPart(text)):
            return replace(message, content=(*before, TextPart(text.rstrip(" "))))
    return message


PIXTRAL = ChatFormat(
    name="pixtral",
    source="mistralai/mistral-common src/mistral_common/tokens/tokenizers/instruct.py::InstructTokenizerV3",
    user=Around("[INST]", tail="[/INST]"),
    assistant=Around(end="</s>"),
    system=Around(),
    image="[IMG]",
    start="<s>",
    end_of_text="</s>",
    alternates=True,
    reserved=tokens("<s>", "</s>", "[INST]", "[/INST]", "[IMG]", "[IMG_BREAK]", "[IMG_END]"),
    arrange=_arranged,
)
