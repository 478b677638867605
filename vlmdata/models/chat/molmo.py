"""Molmo: words without marks, every answer with a space before it and an end token after it."""

from __future__ import annotations

from vlmdata.models.chat.arrange import begin_with
from vlmdata.models.chat.format import Around, ChatFormat, Messages, tokens

_SEPARATOR = "<|endoftext|>"


_BEFORE = {"user": " User: ", "assistant": " "}


def _spaced(messages: Messages) -> Messages:
    """Pictures stand before the first role too; the space before an answer is trained with it."""
    return tuple(begin_with(_BEFORE.get(message.role, ""), message) for message in messages)


MOLMO = ChatFormat(
    name="molmo",
    source="allenai/molmo olmo/data/data_formatter.py::format_messages, model_preprocessor.py; "
    "allenai/Molmo-7B-D-0924 preprocessing_molmo.py",
    user=Around(tail=" Assistant:"),
    assistant=Around(end=_SEPARATOR),
    system=None,
    image="<|image|>",
    start=_SEPARATOR,
    end_of_text=_SEPARATOR,
    placement="front",
    alternates=True,
    reserved=tokens(_SEPARATOR, "<|image|>", "<im_start>", "<im_end>", "<im_patch>", "<im_col>"),
    arrange=_spaced,
)
