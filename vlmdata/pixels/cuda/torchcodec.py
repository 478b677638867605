"""TorchCodec: nvJPEG through torch (github.com/meta-pytorch/torchcodec, ``DecodeJpegCuda.cpp``; read at 0.17).

A batch goes to the JPEG engine in one call. nvJPEG upsamples chroma without interpolation there, which on photos of
4:2:0 differs from libjpeg-turbo by up to 1 level on average, 42 dB or better.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from vlmdata.pixels.cuda.codec import Undecodable

if TYPE_CHECKING:
    from torch import Tensor

ENCODERS = 4
"""Threads that encode, each on its own CUDA stream: one picture fills a fraction of the GPU, and every call waits for
the length of what it wrote. Not yet measured."""

_ABOUT_THE_PICTURE = re.compile(r"Failed to get image info|Unknown chroma|nvjpegDecode failed|Failed to decode batch")
_OUT_OF_MEMORY = re.compile(r"(failed|batch|info): *5\b")
"""``NVJPEG_STATUS_ALLOCATOR_FAILURE``: nothing that a picture is to blame for."""


class TorchCodec:
    """``Codec`` of TorchCodec. Its encoder writes 4:4:4 alone."""

    samplings = frozenset({"444"})

    def __init__(self, device: str) -> None:
        import torch
        from torchcodec.decoders import decode_jpeg
        from torchcodec.encoders import JpegEncoder

        self._device = torch.device(device)
        self._decode = partial(decode_jpeg, mode="RGB", device=self._device)
        self._encoder = JpegEncoder
        self._pool = ThreadPoolExecutor(ENCODERS, "encode", initializer=self._take_a_stream)

    def decode(self, pictures: Sequence[bytes]) -> list[Tensor | None]:
        import torch

        # The JPEG engine heeds no stream: without this it may write into memory that kernels still read (the same
        # barrier stands in TorchCodec since 0.17).
        torch.cuda.current_stream().synchronize()
        try:
            tensors: list[Tensor | None] = self._decode(list(pictures))
        except RuntimeError as error:
            torch.cuda.synchronize()  # raises if the device is lost
            if not _ABOUT_THE_PICTURE.search(str(error)) or _OUT_OF_MEMORY.search(str(error)):
                raise
            raise Undecodable(str(error)) from error
        return tensors

    def encode(self, views: Sequence[Tensor], quality: int, sampling: str) -> list[bytes]:
        import torch

        written = list(self._pool.map(partial(self._encoded, quality), views))
        lengths = [len(one) for one in written]
        together = torch.cat(written).cpu()  # one copy for all
        return [part.numpy().tobytes() for part in together.split(lengths)]

    def _encoded(self, quality: int, view: Tensor) -> Tensor:
        written: Tensor = self._encoder(view.contiguous()).to_tensor(quality=quality)
        return written

    def _take_a_stream(self) -> None:
        import torch

        torch.cuda.set_stream(torch.cuda.Stream(self._device))
