"""nvImageCodec (github.com/NVIDIA/nvImageCodec; read at 0.9): JPEG engine, CUDA or, without a GPU, libjpeg-turbo.

On the CPU it serves to prove the whole way without a GPU; nobody should want it there for speed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vlmdata.pixels.cuda.codec import Undecodable

if TYPE_CHECKING:
    from torch import Tensor


class NvImageCodec:
    """``Codec`` of nvImageCodec. Chroma is interpolated as libjpeg-turbo does it."""

    samplings = frozenset({"444", "422", "420"})

    def __init__(self, device: str) -> None:
        os.environ.setdefault("PYNVIMGCODEC_VERBOSITY", "0")  # else it prints what formats it lacks libraries for
        from nvidia import nvimgcodec

        self._library = nvimgcodec
        self._device = device
        where: dict[str, Any] = {"device_id": 0}
        if device == "cpu":  # both are needed: either alone asks for CUDA
            backends = [nvimgcodec.Backend(nvimgcodec.CPU_ONLY)]
            where = {"device_id": nvimgcodec.NVIMGCODEC_DEVICE_CPU_ONLY, "backends": backends}
        self._decoder = nvimgcodec.Decoder(**where, options=":fancy_upsampling=1")
        self._encoder = nvimgcodec.Encoder(**where)
        self._params = nvimgcodec.DecodeParams(
            apply_exif_orientation=False,
            color_spec=nvimgcodec.ColorSpec.SRGB,
            sample_format=nvimgcodec.SampleFormat.P_RGB,
        )

    def decode(self, pictures: Sequence[bytes]) -> list[Tensor | None]:
        images = self._decoder.decode(list(pictures), params=self._params, cuda_stream=self._stream())
        self._wait()
        if len(images) > 1 and all(image is None for image in images):
            raise Undecodable("no picture of the batch")  # an exception inside gives None for all of them
        return [None if image is None else self._tensor(image) for image in images]

    def encode(self, views: Sequence[Tensor], quality: int, sampling: str) -> list[bytes]:
        library = self._library
        params = library.EncodeParams(
            quality_type=library.QualityType.QUALITY,
            quality_value=quality,
            chroma_subsampling=getattr(library.ChromaSubsampling, f"CSS_{sampling}"),
        )
        sources = [view.contiguous() if self._device == "cuda" else view.contiguous().numpy() for view in views]
        images = library.as_images(sources, self._stream(), sample_format=library.SampleFormat.P_RGB)
        written = self._encoder.encode(images, codec="jpeg", params=params, cuda_stream=self._stream())
        self._wait()
        if any(one is None for one in written):
            raise RuntimeError(f"nvImageCodec encoded {len(written) - written.count(None)} of {len(written)} views")
        return [bytes(one) for one in written]

    def _tensor(self, image: Any) -> Tensor:
        """In the memory of the image, which lives as long as the tensor."""
        import numpy as np
        import torch

        if self._device == "cuda":
            return torch.as_tensor(image, device="cuda")
        return torch.from_numpy(np.asarray(image))

    def _stream(self) -> int:
        import torch

        return int(torch.cuda.current_stream().cuda_stream) if self._device == "cuda" else 0

    def _wait(self) -> None:
        import torch

        if self._device == "cuda":
            torch.cuda.current_stream().synchronize()
