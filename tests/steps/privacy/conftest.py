"""Real photographs as images of a sample, and bytes made of pixels."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from vlmdata.errors import MissingExtraError
from vlmdata.models.faces import loaded
from vlmdata.pixels import read_header
from vlmdata.types import Image


@pytest.fixture
def stored():
    """``stored(pixels, "JPEG", quality=95)``: an image with its header read."""

    def build(pixels, form="PNG", **options):
        file = io.BytesIO()
        Pillow.fromarray(pixels).save(file, form, **options)
        return opened(file.getvalue())

    return build


@pytest.fixture
def crowd(real_data):
    """Seven people, 500 x 300."""
    with Pillow.open(real_data / "photos" / "lots_of_people.jpeg") as im:
        return np.asarray(im.convert("RGB").crop((440, 180, 940, 480)))


@pytest.fixture
def _detector():
    try:
        loaded(None)
    except MissingExtraError as error:
        pytest.skip(str(error))


def opened(data):
    header = read_header(data)
    return Image(data=data, original=header.size, media_type=header.media_type)
