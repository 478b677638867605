"""Llama 3's turns: MiniCPM-Llama3-V 2.5, and Llama 3.2 Vision with its own system message."""

from __future__ import annotations

from vlmdata.errors import BadRecord
from vlmdata.models.chat.arrange import shows_pictures
from vlmdata.models.chat.format import Around, ChatFormat, Messages, tokens
from vlmdata.types import Message, TextPart

_START = "<|begin_of_text|>"
_END_OF_TEXT = "<|end_of_text|>"
_TURNS = (_START, _END_OF_TEXT, "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
_DATES = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
"""The template's own words where it is not told the day; a day of the clock would differ from run to run."""


def _around(role: str) -> Around:
    return Around(f"<|start_header_id|>{role}<|end_header_id|>\n\n", end="<|eot_id|>")


def _dated(messages: Messages) -> Messages:
    """A text without pictures has a system message that begins with dates; one with pictures has none at all."""
    has_system = bool(messages) and messages[0].role == "system"
    said = messages[0].text.strip() if has_system else ""
    rest = messages[1:] if has_system else messages
    if not shows_pictures(messages):
        return (Message("system", (TextPart(_DATES + said),)), *rest)
    if said:
        raise BadRecord("system_not_taken", "no system message beside pictures")
    return rest


MINICPM_LLAMA3 = ChatFormat(
    name="minicpm-llama3",
    source="OpenBMB/MiniCPM-V finetune/dataset.py::preprocess, conversation_to_ids_llama3",
    user=_around("user"),
    assistant=_around("assistant"),
    system=_around("system"),
    image="<image><unk></image>",
    start=_START,
    end_of_text=_END_OF_TEXT,
    glue="\n",
    strip_turns=True,
    reserved=tokens(*_TURNS, "<image>", "</image>", "<slice>", "</slice>", "<unk>"),
)
LLAMA_3_2 = ChatFormat(
    name="llama-3.2",
    source="meta-llama/Llama-3.2-11B-Vision-Instruct chat_template.json",
    user=_around("user"),
    assistant=_around("assistant"),
    system=_around("system"),
    image="<|image|>",
    start=_START,
    end_of_text=_END_OF_TEXT,
    reserved=tokens(*_TURNS, "<|image|>"),
    arrange=_dated,
)
