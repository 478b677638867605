"""One sample as tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from vlmdata.errors import BadRecord
from vlmdata.pixels.decode import decode
from vlmdata.pixels.header import read_header
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.raster import rgb
from vlmdata.torch.rows import Row
from vlmdata.types import IGNORED

_POLICY = PixelPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One sample.

    Attributes:
        pictures: the stored views of all images in order, each uint8 of 3 x height x width.
        views: how many of these each image has.
        sizes: height and width of each image before it was cut.
        tokens: the columns of ``tokenize`` and ``pack`` by name, int64.
        also: other columns that were asked for.
        fault: why a picture could not be decoded. It is black then, and no label carries loss.
    """

    key: str
    pictures: tuple[torch.Tensor, ...] = ()
    views: tuple[int, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    tokens: Mapping[str, torch.Tensor]
    also: Mapping[str, Any]
    fault: str | None = None


def example_of(row: Row) -> Example:
    """The example of a row."""
    tokens = {name: torch.from_numpy(values.astype("int64")) for name, values in row.tokens.items()}
    pictures, fault = _pictures(row)
    if fault and "labels" in tokens:
        tokens["labels"] = torch.full_like(tokens["labels"], IGNORED)
    return Example(
        key=row.key,
        pictures=pictures,
        views=tuple(image["count"] for image in row.images),
        sizes=tuple((image["height"] or 0, image["width"] or 0) for image in row.images),
        tokens=tokens,
        also=row.also,
        fault=fault,
    )


def decoded(data: bytes) -> torch.Tensor:
    """A picture upright and in sRGB, uint8 of 3 x height x width.

    ``BadRecord`` as ``pixels.read_header`` and ``pixels.decode`` raise it, and ``clip`` for a video.
    """
    header = read_header(data, _POLICY.max_pixels)
    if header.is_clip:
        raise BadRecord("clip", f"{header.media_type} is not a picture")
    values = rgb(decode(data, header, _POLICY).pixels)
    if not values.flags.writeable or min(values.strides) < 0:  # torch makes no tensor of such memory
        values = values.copy()
    return torch.from_numpy(values).permute(2, 0, 1).contiguous()


def _pictures(row: Row) -> tuple[tuple[torch.Tensor, ...], str | None]:
    """The views, and the first reason why one could not be decoded."""
    views = [view for image in row.images for view in image["views"][: image["count"]]]
    pictures, faults = [], []
    for data, view in zip(row.pictures, views, strict=True):
        try:
            pictures.append(decoded(data))
        except BadRecord as bad:
            pictures.append(torch.zeros((3, view["height"] or 1, view["width"] or 1), dtype=torch.uint8))
            faults.append(bad.reason)
    return tuple(pictures), faults[0] if faults else None
