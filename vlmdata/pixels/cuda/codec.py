"""What a library must do for the GPU backend, and how one bad picture is kept from failing its batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

LIBRARIES = ("torchcodec", "nvimgcodec")
"""By the name of the package, the preferred one first."""


class Undecodable(Exception):
    """One or more pictures of a batch cannot be decoded, and which is not known."""


class Codec(Protocol):
    """A library that decodes and encodes JPEG.

    ``samplings`` are those of chroma that it can write (``444``, ``422``, ``420``); others are encoded by the CPU.
    """

    samplings: frozenset[str]

    def decode(self, pictures: Sequence[bytes]) -> list[Tensor | None]:
        """RGB as uint8, 3 x rows x columns, complete when this returns; None for what cannot be decoded.

        EXIF may be applied or not: there is none. ``Undecodable`` where the pictures at fault are not known. Any other
        exception means that the device cannot go on.
        """
        ...

    def encode(self, views: Sequence[Tensor], quality: int, sampling: str) -> list[bytes]:
        """JPEG bytes of RGB tensors, uint8, 3 x rows x columns, which are complete when this is called."""
        ...


def opened(library: str, device: str) -> Codec:
    """The codec of a library of ``LIBRARIES`` on ``cuda``, or on ``cpu`` where it can work there.

    Raises whatever its import raises where it is not there or does not fit the driver.
    """
    if library == "torchcodec":
        from vlmdata.pixels.cuda.torchcodec import TorchCodec

        return TorchCodec(device)
    from vlmdata.pixels.cuda.nvimagecodec import NvImageCodec

    return NvImageCodec(device)


def decoded(codec: Codec, pictures: Sequence[bytes]) -> list[Tensor | None]:
    """Each picture, None for those that cannot be decoded. A batch that fails as a whole is halved until it is known
    which pictures fail alone."""
    try:
        return codec.decode(pictures)
    except Undecodable:
        if len(pictures) == 1:
            return [None]
        half = len(pictures) // 2
        return decoded(codec, pictures[:half]) + decoded(codec, pictures[half:])
