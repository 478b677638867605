"""From decoded pictures to what a vision tower takes: normalised values, in patches where the model wants them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch

from vlmdata.errors import InputError, UsageError
from vlmdata.models.presets import MODELS, Normalisation


@dataclass(frozen=True, slots=True)
class Patches:
    """How a picture is cut into patches of ``side`` x ``side`` pixels.

    Attributes:
        merge: so many patches by so many become one token.
        frames: so many frames make a patch; a picture alone is repeated.
    """

    side: int
    merge: int = 2
    frames: int = 2


PATCHES = {
    "qwen2-vl": Patches(14),
    "qwen2.5-vl": Patches(14),
    "qwen3-vl": Patches(16),
}
"""By model. Source: ``patch_size``, ``merge_size`` and ``temporal_patch_size`` of their preprocessor_config.json."""

Grid = tuple[int, int, int]


@dataclass(frozen=True)
class Pixels:
    """What is made of a decoded picture, uint8 of 3 x height x width.

    Attributes:
        normalisation: mean and deviation of values from 0 to 1. None keeps uint8, a quarter of the bytes, for a trainer
            that calls ``normalised`` on its device.
        patches: cut into patches; None gives whole pictures.
    """

    normalisation: Normalisation | None
    patches: Patches | None = None

    @classmethod
    def of(cls, model: str) -> Pixels:
        """As the processor of a model has them. ``UsageError`` for an unknown model."""
        if model not in MODELS:
            raise UsageError(f"no model {model!r}; there are {', '.join(MODELS)}")
        return cls(MODELS[model].normalisation, PATCHES.get(model))

    @property
    def dtype(self) -> torch.dtype:
        return torch.uint8 if self.normalisation is None else torch.float32

    def normalised(self, values: torch.Tensor) -> torch.Tensor:
        """``(value / 255 - mean) / std`` in float32.

        Of pictures, ... x 3 x height x width, or of patches, each 3 x ``frames`` x ``side`` x ``side`` values, flat.
        """
        return self.write(values, torch.empty_like(values, dtype=self.dtype, memory_format=torch.contiguous_format))

    def write(self, values: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The same, into memory that is there already."""
        target.copy_(values)
        if self._affine is not None:
            factor, offset = (one.to(target.device) for one in self._affine)
            channel = target.shape[-1] // 3 if self.patches else target.shape[-1] * target.shape[-2]
            target.view(-1, 3, channel).mul_(factor).add_(offset)
        return target

    def patched(self, picture: torch.Tensor) -> tuple[torch.Tensor, Grid]:
        """Patches of a picture and its grid: frames, rows and columns of patches.

        Patches lie in the order of the tokens they merge into, row by row, and so do those of one token. Each is
        3 x ``frames`` x ``side`` x ``side`` values, flat. ``InputError`` for a side that no whole tokens fill.

        Source: transformers ``qwen2_vl/image_processing_qwen2_vl.py::Qwen2VLImageProcessor._preprocess``.
        """
        cut = self.patches
        assert cut is not None
        token = cut.side * cut.merge
        _, height, width = picture.shape
        if height % token or width % token:
            raise InputError(
                f"{width}x{height} is not made of tokens of {token}x{token} pixels: make it so with tile.anyres"
            )
        rows, columns = height // token, width // token
        split = picture.reshape(3, rows, cut.merge, cut.side, columns, cut.merge, cut.side)
        ordered = split.permute(1, 4, 2, 5, 0, 3, 6).unsqueeze(5)
        repeated = ordered.expand(-1, -1, -1, -1, -1, cut.frames, -1, -1)
        grid = (1, rows * cut.merge, columns * cut.merge)
        return repeated.reshape(grid[1] * grid[2], 3 * cut.frames * cut.side**2), grid

    @cached_property
    def _affine(self) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Factor and offset of values from 0 to 255, 3 x 1."""
        if self.normalisation is None:
            return None
        mean = torch.tensor(self.normalisation.mean, dtype=torch.float64)[:, None]
        std = torch.tensor(self.normalisation.std, dtype=torch.float64)[:, None]
        return (1 / (255 * std)).float(), (-mean / std).float()
