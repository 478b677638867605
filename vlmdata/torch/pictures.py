"""The pictures of a batch as tensors, each written once to where it stays."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, Literal

import torch
from torch.utils.data import get_worker_info

from vlmdata.errors import InputError
from vlmdata.torch.example import Example
from vlmdata.torch.pixels import Pixels

Arrangement = Literal["views", "images", "samples", "list"]


def arranged(examples: Sequence[Example], pixels: Pixels, arrange: Arrangement) -> dict[str, Any]:
    """``pixel_values`` and what belongs to them, as ``Collate`` describes it.

    ``InputError`` for pictures of several sizes, unless they are patches or a list.
    """
    batch: dict[str, Any] = {"images_per_sample": torch.tensor([len(example.views) for example in examples])}
    views = [count for example in examples for count in example.views]
    if not views:
        return batch
    batch["image_sizes"] = torch.tensor([size for example in examples for size in example.sizes])
    batch["views_per_image"] = torch.tensor(views)
    pictures = [picture for example in examples for picture in example.pictures]
    if pixels.patches:
        return batch | _patches(pictures, pixels)
    if arrange == "list":
        return batch | {"pixel_values": [pixels.normalised(picture) for picture in pictures]}
    if len({picture.shape for picture in pictures}) > 1:
        named = sorted({"x".join(map(str, reversed(picture.shape[1:]))) for picture in pictures})
        raise InputError(
            f"pictures of {', '.join(named[:5])} make no one tensor (near {examples[0].key!r}): cut them to one size "
            "with tile.anyres or image.resize, or take arrange='list'"
        )
    groups = {
        "views": [1] * len(pictures),
        "images": views,
        "samples": [len(example.pictures) for example in examples],
    }[arrange]
    values = _grouped(pictures, groups, pixels)
    return batch | {"pixel_values": values.flatten(0, 1) if arrange == "views" else values}


def _patches(pictures: Sequence[torch.Tensor], pixels: Pixels) -> dict[str, Any]:
    cut = [pixels.patched(picture) for picture in pictures]
    values = _empty((sum(len(patches) for patches, _ in cut), cut[0][0].shape[1]), pixels.dtype)
    first = 0
    for patches, _ in cut:
        pixels.write(patches, values[first : first + len(patches)])
        first += len(patches)
    return {"pixel_values": values, "image_grid_thw": torch.tensor([grid for _, grid in cut])}


def _grouped(pictures: Sequence[torch.Tensor], counts: Sequence[int], pixels: Pixels) -> torch.Tensor:
    """Groups of so many pictures each, filled up with zeros to the largest."""
    values = _empty((len(counts), max(counts), *pictures[0].shape), pixels.dtype)
    source = iter(pictures)
    for group, count in enumerate(counts):
        for place in range(count):
            pixels.write(next(source), values[group, place])
        values[group, count:] = 0
    return values


def _empty(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """In a worker it is shared memory, which reaches the trainer without a copy, as in torch's ``default_collate``."""
    if get_worker_info() is None:
        return torch.empty(shape, dtype=dtype)
    storage = torch.UntypedStorage._new_shared(prod(shape) * dtype.itemsize)
    return torch.empty(0, dtype=dtype).set_(storage, 0, shape)
