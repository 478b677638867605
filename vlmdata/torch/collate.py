"""Examples to a batch, under the names the processors of ``transformers`` use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import pad

from vlmdata.errors import InputError
from vlmdata.torch.example import Example
from vlmdata.torch.pictures import Arrangement, arranged
from vlmdata.torch.pixels import Pixels
from vlmdata.types import IGNORED

Batch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Collate:
    """Makes a batch of B examples with I images and V views in all. What no example has is left out.

    Keys:
        ``key``: their keys. ``fault``: ``(key, reason)`` of those with a picture that could not be decoded.
        ``input_ids``, ``attention_mask``, ``labels``: B x L, int64, padded on the right.
        ``position_ids``, ``segment_ids``: B x L, where a pack is among them: positions restart in each member, segments
            count members from 1, and padding is segment 0. See ``block_causal_mask`` and ``cumulative_lengths``.
        ``pixel_values``: as ``arrange`` says; of patches all of them, patches x values.
        ``image_grid_thw``: V x 3, of patches.
        ``image_sizes``: I x 2, height and width. ``views_per_image``: I. ``images_per_sample``: B.

    Attributes:
        pixels: what is made of pictures, such as ``Pixels.of("llava-next")``.
        pad_id: the padding token.
        multiple: L is a multiple of it.
        arrange: ``views`` is V x 3 x H x W (InternVL); ``images`` is I x most views x 3 x H x W and ``samples`` is
            B x most views x 3 x H x W, filled up with zeros (LLaVA-NeXT; Idefics3 and SmolVLM, in transformers);
            ``list`` is a list of views, which may differ in size.
    """

    pixels: Pixels
    pad_id: int = 0
    multiple: int = 1
    arrange: Arrangement = "views"

    def __call__(self, examples: Sequence[Example]) -> Batch:
        batch: Batch = {
            "key": [example.key for example in examples],
            "fault": [(example.key, example.fault) for example in examples if example.fault],
            **{name: [example.also[name] for example in examples] for name in examples[0].also},
        }
        return batch | self._tokens(examples) | arranged(examples, self.pixels, self.arrange)

    def _tokens(self, examples: Sequence[Example]) -> Batch:
        if not any(example.tokens for example in examples):
            return {}
        if bare := [example.key for example in examples if "input_ids" not in example.tokens]:
            raise InputError(f"sample {bare[0]!r} has no tokens, and others of its batch have: run tokenize on all")
        length = max(len(example.tokens["input_ids"]) for example in examples)
        length = -(-length // self.multiple) * self.multiple
        fillings = {"input_ids": self.pad_id, "attention_mask": 0, "labels": IGNORED}
        batch = {
            name: torch.stack([_filled(example.tokens[name], length, value) for example in examples])
            for name, value in fillings.items()
        }
        if any("sequence_lengths" in example.tokens for example in examples):
            batch["position_ids"] = torch.stack([_filled(_positions(example), length, 0) for example in examples])
            batch["segment_ids"] = torch.stack([_filled(_segments(example), length, 0) for example in examples])
        return batch


def _filled(values: torch.Tensor, length: int, value: int) -> torch.Tensor:
    return pad(values, (0, length - len(values)), value=value)


def _positions(example: Example) -> torch.Tensor:
    known = example.tokens.get("position_ids")
    return torch.arange(len(example.tokens["input_ids"])) if known is None else known


def _segments(example: Example) -> torch.Tensor:
    """A sample that is no pack is one segment, without its padding."""
    lengths = example.tokens.get("sequence_lengths")
    if lengths is None:
        return example.tokens["attention_mask"]
    return torch.arange(1, len(lengths) + 1).repeat_interleave(lengths)
