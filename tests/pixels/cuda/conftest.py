"""A GPU backend without a GPU: nvImageCodec's CPU backend and torch on the CPU, where they are installed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

import pytest
from PIL import Image as Pillow

from vlmdata.pixels import PixelPolicy
from vlmdata.pixels.cuda.device import device_of
from vlmdata.pixels.decoder import Decoder
from vlmdata.pixels.prepared import Prepared, prepared
from vlmdata.types import Image, Transform

NOTHING_TO_STAND_IN = "nvidia-nvimgcodec-cu12 and torch, which stand in for a GPU here, are not installed"


def has_stand_in() -> bool:
    try:
        return bool(find_spec("torch") and find_spec("nvidia.nvimgcodec"))
    except ModuleNotFoundError:
        return False


@pytest.fixture
def stand_in() -> Iterator[Decoder]:
    """A decoder that goes the whole way of the GPU backend, on the CPU; its process ends with the test."""
    if not has_stand_in():
        pytest.skip(NOTHING_TO_STAND_IN)
    decoder = Decoder("cuda", "nvimgcodec 0.9.0")
    yield decoder
    device_of(decoder).close()


@pytest.fixture
def prepare() -> Callable[..., Prepared]:
    """Bytes as a backend gets them, with pending edits."""

    def make(data: bytes, edits: Sequence[Transform] = ()) -> Prepared:
        found = prepared(Image(data=data, edits=tuple(edits)), PixelPolicy())
        assert isinstance(found, Prepared), found
        return found

    return make


@pytest.fixture
def baseline(scene: Callable[..., Pillow.Image], saved: Callable[..., bytes]) -> bytes:
    """A plain JPEG of 160x120, 4:2:0."""
    return saved(scene(), "JPEG", quality=90)


def sampling_of(data: bytes) -> list[tuple[int, int]]:
    """Horizontal and vertical sampling of each component of a JPEG, by Pillow."""
    with Pillow.open(io.BytesIO(data)) as im:
        layers: list[tuple[int, int, int, int]] = im.layer  # type: ignore[attr-defined]
        return [(across, down) for _, across, down, _ in layers]
