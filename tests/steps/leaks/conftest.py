"""Real photographs as samples, and steps over the fingerprints of some of them."""

import hashlib
import io

import pytest
from PIL import Image as PilImage

from tests.catalogue.photos import photo
from vlmdata.steps.leaks import Decontaminate
from vlmdata.steps.leaks.fingerprints import write
from vlmdata.steps.leaks.trace import trace
from vlmdata.types import Image, Size


@pytest.fixture
def shown():
    """``shown(3)``: drawn picture number 3, loaded and measured."""

    def build(number, data=None, **fields):
        data = data or photo(number).data
        size = PilImage.open(io.BytesIO(data)).size
        sha256 = hashlib.sha256(data).hexdigest()
        return Image(data=data, original=Size(*size), sha256=sha256, media_type="image/jpeg", **fields)

    return build


@pytest.fixture
def against(tmp_path):
    """A step over the fingerprints of these samples, with parameters."""

    def build(*samples, model=None, **fields):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
        write(path, [trace(sample, model) for sample in samples], [], model.digest if model else None)
        return Decontaminate(against=(str(path),), model=model.name if model else None, **fields).over([path])

    return build


@pytest.fixture
def saved():
    """The bytes of a picture resized by a factor and saved anew, flipped if wanted."""

    def build(data, factor=0.6, quality=60, flip=False):
        picture = PilImage.open(io.BytesIO(data))
        picture = picture.resize((round(picture.width * factor), round(picture.height * factor)))
        if flip:
            picture = picture.transpose(PilImage.Transpose.FLIP_LEFT_RIGHT)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        return buffer.getvalue()

    return build
