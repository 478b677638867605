"""Which tokens carry loss, as the training codes of models have it. Image tokens never do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from vlmdata.models.tokens.encoded import Encoded

LabelRule = Literal["assistant", "llava", "internvl", "qwen", "llava-next-qwen", "nanovlm"]

_CHATML_HEADER = "<|im_start|>assistant\n"
_CHATML_TOKENS = ("<|im_start|>", "<|im_end|>", "\n")
_TRAINED, _IMAGE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule on top of the trained spans of a text.

    Attributes:
        before: what a span is lengthened by at its beginning, where that stands before it.
        behind: the same at its end.
        begins: whether a token must begin in a span; else one trained character in it is enough.
        anywhere: tokens that are trained wherever they stand.
        source: where that is published.
    """

    before: str = ""
    behind: str = ""
    begins: bool = False
    anywhere: tuple[str, ...] = ()
    source: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "assistant": Rule(source="the trained spans as they are"),
        # The space behind "ASSISTANT:" is a token of its own before Chinese and Japanese, and trained.
        "llava": Rule(before=" ", source="haotian-liu/LLaVA llava/train/train.py::preprocess_v1"),
        # Headers are masked by their number of tokens: a token they share with the answer is not trained.
        "internvl": Rule(
            begins=True,
            source="OpenGVLab/InternVL internvl_chat/internvl/train/dataset.py::preprocess_internvl2_5",
        ),
        "qwen": Rule(
            behind="\n",
            begins=True,
            source="QwenLM/Qwen3-VL qwen-vl-finetune/qwenvl/data/data_processor.py::preprocess_qwen_visual",
        ),
        "llava-next-qwen": Rule(
            before=_CHATML_HEADER,
            behind="\n",
            anywhere=_CHATML_TOKENS,
            source="LLaVA-VL/LLaVA-NeXT llava/train/train.py::preprocess_qwen",
        ),
        # Its labels are shifted by one in the data set; here no labels are.
        "nanovlm": Rule(
            behind="\n",
            begins=True,
            source="huggingface/nanoVLM data/datasets.py::VQADataset._prepare_inputs_and_loss_mask",
        ),
    }
)


def trained(rule: Rule, encoded: Encoded, anywhere: Collection[int]) -> list[bool]:
    """For each token, whether it carries loss. ``anywhere`` are the ids of the rule's tokens of that name."""
    marks = _marks(rule, encoded)
    return [
        _IMAGE not in (kinds := marks[start:end])
        and (number in anywhere or (kinds.startswith(b"\1") if rule.begins else _TRAINED in kinds))
        for number, (start, end) in zip(encoded.ids, encoded.offsets, strict=True)
    ]


def _marks(rule: Rule, encoded: Encoded) -> bytearray:
    """A number for each character: trained, of a picture, or neither."""
    text = encoded.text
    marks = bytearray(len(text))
    for span in encoded.spans:
        if span.kind == "trained":
            start = span.start - len(rule.before) if text.endswith(rule.before, 0, span.start) else span.start
            end = span.end + len(rule.behind) if text.startswith(rule.behind, span.end) else span.end
            marks[start:end] = bytes([_TRAINED]) * (end - start)
    for span in encoded.spans:
        if span.kind == "image":
            marks[span.start : span.end] = bytes([_IMAGE]) * (span.end - span.start)
    return marks
