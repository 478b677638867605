"""Scenes, and copies of them as the web makes them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageEnhance, ImageOps

from vlmdata.types import Image, Size


@pytest.fixture(scope="session")
def scene() -> Callable[..., Pillow.Image]:
    """A picture with detail, different for each number."""

    def make(number: int, width: int = 320, height: int = 240) -> Pillow.Image:
        rng = np.random.default_rng(number)
        coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        fine = rng.integers(0, 256, (18, 24, 3), dtype=np.uint8)
        layers = [Pillow.fromarray(part).resize((width, height), Pillow.Resampling.BICUBIC) for part in (coarse, fine)]
        return Pillow.blend(*layers, 0.4)

    return make


@pytest.fixture(scope="session")
def copied() -> Callable[..., Pillow.Image]:
    """A copy: ``crop`` of each edge as a share, ``factor`` of size, ``light``, ``mirror``."""

    def make(
        picture: Pillow.Image, crop: float = 0, factor: float = 1, light: float = 1, mirror: bool = False
    ) -> Pillow.Image:
        width, height = picture.size
        box = tuple(round(part) for part in (crop * width, crop * height, (1 - crop) * width, (1 - crop) * height))
        picture = ImageEnhance.Brightness(picture.crop(box)).enhance(light)
        picture = picture.resize((round(picture.width * factor), round(picture.height * factor)))
        return ImageOps.mirror(picture) if mirror else picture

    return make


@pytest.fixture(scope="session")
def image() -> Callable[..., Image]:
    """As the engine loads it: ``data``, ``original`` and ``media_type`` of a picture saved as JPEG."""

    def load(picture: Pillow.Image, quality: int = 85, **fields: Any) -> Image:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        return Image(data=buffer.getvalue(), original=Size(*picture.size), media_type="image/jpeg", **fields)

    return load
