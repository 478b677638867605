"""The detector, real photographs, and the faces marked in them."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from vlmdata.errors import MissingExtraError
from vlmdata.models.faces import loaded
from vlmdata.types import Box


@pytest.fixture(scope="session")
def detector():
    try:
        return loaded(None)
    except MissingExtraError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def marked():
    """Boxes of faces by file name: proposed by a detector, looked at one by one, completed by hand."""
    text = Path(__file__).with_name("marked.json").read_text()
    return {name: [Box(*corners) for corners in boxes] for name, boxes in json.loads(text).items()}


@pytest.fixture
def photo(real_data):
    """``photo("cat.jpg")``: uint8 RGB, upright, at a scale."""

    def read(name, scale=1.0):
        (path,) = real_data.rglob(name)
        with Pillow.open(io.BytesIO(path.read_bytes())) as im:
            upright = ImageOps.exif_transpose(im).convert("RGB")
        size = (round(upright.width * scale), round(upright.height * scale))
        return np.asarray(upright.resize(size, Pillow.Resampling.LANCZOS) if scale != 1 else upright)

    return read
