"""Views on a device to bytes: by the device as far as it can write what the policy asks for, else by the CPU.

Which of both is decided by the policy, the header and the size of the view, so the same recipe gives the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmdata.pixels.cuda.codec import Codec
from vlmdata.pixels.cuda.kernels import size_of
from vlmdata.pixels.encode import EncodedView, chroma, encode, stored_format
from vlmdata.pixels.policy import PixelPolicy

if TYPE_CHECKING:
    from torch import Tensor

    from vlmdata.pixels.raster import Pixels

HOST_ENCODERS = 2
"""Threads that encode what the device cannot. Not yet measured."""

DEVICE_SIDES = range(16, 16_384 + 1)
"""Of a view that the device encodes; others are so few that nothing is gained by finding out what a library does."""

_SOURCE = "image/jpeg"
_ON_HOST = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """One view to encode: RGB as uint8, 3 x rows x columns; whether it comes from a JPEG with coarse chroma."""

    pixels: Tensor
    subsampled: bool


class Encoding:
    """Encodes what ``codec`` cannot in threads of its own."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._host = ThreadPoolExecutor(HOST_ENCODERS, "encode")

    def encode(self, views: Sequence[Cut], policy: PixelPolicy) -> list[EncodedView]:
        """The bytes of each view, in order. The device must be done with them."""
        groups: dict[str, list[int]] = defaultdict(list)
        for number, view in enumerate(views):
            groups[self._sampling(view, policy)].append(number)
        done: dict[int, EncodedView] = {}
        for sampling, numbers in groups.items():
            chosen = [views[number] for number in numbers]
            encoded = self._on_device(chosen, policy, sampling) if sampling else self._on_host(chosen, policy)
            done |= zip(numbers, encoded, strict=True)
        return [done[number] for number in range(len(views))]

    def _sampling(self, view: Cut, policy: PixelPolicy) -> str:
        """Which chroma sampling the device writes, or ``_ON_HOST``."""
        size, sampling = size_of(view.pixels), chroma(policy, subsampled=view.subsampled)
        can_be_written = (
            sampling in self._codec.samplings and size.width in DEVICE_SIDES and size.height in DEVICE_SIDES
        )
        return sampling if can_be_written and stored_format(policy, _SOURCE, size) == "jpeg" else _ON_HOST

    def _on_device(self, views: Sequence[Cut], policy: PixelPolicy, sampling: str) -> list[EncodedView]:
        pixels = [view.pixels for view in views]
        written = self._codec.encode(pixels, policy.quality, sampling)
        return [EncodedView(data, _SOURCE, size_of(one)) for data, one in zip(written, pixels, strict=True)]

    def _on_host(self, views: Sequence[Cut], policy: PixelPolicy) -> list[EncodedView]:
        def encoded(pixels: Pixels, view: Cut) -> EncodedView:
            return encode(pixels, policy, subsampled=view.subsampled, source=_SOURCE)

        return list(self._host.map(encoded, _copied([view.pixels for view in views]), views))


def _copied(views: Sequence[Tensor]) -> list[Pixels]:
    """To memory of the host, rows x columns x 3: all copies asked for, then waited for once."""
    import torch

    turned = [view.permute(1, 2, 0).contiguous() for view in views]
    copies = [torch.empty(one.shape, dtype=one.dtype, pin_memory=one.is_cuda) for one in turned]
    for copy, one in zip(copies, turned, strict=True):
        copy.copy_(one, non_blocking=True)
    if any(one.is_cuda for one in turned):
        torch.cuda.current_stream().synchronize()
    return [copy.numpy() for copy in copies]
