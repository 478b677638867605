"""Phi-3 and 3.5 vision, Phi-4 multimodal. Pictures are numbered in their marks."""

from __future__ import annotations

from vlmdata.models.chat.format import Around, ChatFormat, tokens

_IMAGE = "<|image_{n}|>"
_RESERVED = tokens(
    "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|endoftext|>", pattern=r"<\|(?:image|audio)_\d+\|>"
)

PHI_3 = ChatFormat(
    name="phi-3",
    source="microsoft/Phi-3.5-vision-instruct tokenizer_config.json",
    user=Around("<|user|>\n", end="<|end|>", tail="\n"),
    assistant=Around("<|assistant|>\n", end="<|end|>", tail="\n"),
    system=Around("<|system|>\n", end="<|end|>", tail="\n"),
    image=_IMAGE,
    end_of_text="<|endoftext|>",
    glue="\n",
    reserved=_RESERVED,
)
PHI_4_MM = ChatFormat(
    name="phi-4-mm",
    source="microsoft/Phi-4-multimodal-instruct tokenizer_config.json",
    user=Around("<|user|>", end="<|end|>"),
    assistant=Around("<|assistant|>", end="<|end|>"),
    system=Around("<|system|>", end="<|end|>"),
    image=_IMAGE,
    finish="<|endoftext|>",
    end_of_text="<|endoftext|>",
    reserved=_RESERVED,
)
