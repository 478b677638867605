"""Small samples by hand."""

import pytest

from vlmdata.steps.base import Context
from vlmdata.types import Image, ImagePart, Message, Origin, RegionPart, Sample, Size, TextPart


def part(item):
    """A string is text, a number an image, a tuple of ids a region."""
    if isinstance(item, str):
        return TextPart(item)
    return ImagePart(item) if isinstance(item, int) else RegionPart(item)


@pytest.fixture
def picture():
    def build(width=640, height=480, name="a", **fields):
        return Image(
            original=Size(width, height), data=name.encode(), sha256=f"sha-{name}", media_type="image/jpeg", **fields
        )

    return build


@pytest.fixture
def make(picture):
    """``make(("user", 0, "What?"), ("assistant", "That."), sizes=[(640, 480)], tags=("vqa",))``"""

    def build(*turns, sizes=((640, 480),), key="k", dataset="d", **fields):
        fields.setdefault("images", tuple(picture(*size, name=f"{key[0]}{n}") for n, size in enumerate(sizes)))
        messages = tuple(Message(role, tuple(part(item) for item in items)) for role, *items in turns)
        return Sample(key=key, origin=Origin(dataset=dataset, source=f"file#{key}"), messages=messages, **fields)

    return build


@pytest.fixture
def ctx():
    return Context(seed=1, step="test")
