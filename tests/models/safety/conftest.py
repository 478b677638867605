"""Pictures of several shapes, and real photographs where they are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "photos"


def drawn():
    """Gradients and noise, so that filters and a JPEG's blocks show."""
    random = np.random.default_rng(7)
    for width, height in ((640, 480), (300, 700), (256, 256), (90, 40)):
        ramp = np.linspace(0, 255, width)[np.newaxis, :, np.newaxis] * np.linspace(0.2, 1, height)[:, None, None]
        yield np.clip(ramp + random.normal(0, 30, (height, width, 3)), 0, 255).astype(np.uint8)


@pytest.fixture
def pictures():
    """uint8 RGB, rows x columns x 3."""
    photos = [PHOTOS / name for name in ("i2d_524_316.jpg", "i2d_123_456.jpg", "lots_of_people.jpeg")]
    return [*drawn(), *(np.asarray(Image.open(path).convert("RGB")) for path in photos if path.exists())]
