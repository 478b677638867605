"""Pictures for the tests: made-up ones, real photos, and colour profiles built byte by byte."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def photos() -> dict[str, bytes]:
    """The real photos by file name."""
    folder = DATA / "photos"
    if not folder.is_dir():
        pytest.skip(f"no photos at {folder}")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="session")
def clip() -> bytes:
    """A real MP4."""
    found = sorted(DATA.glob("qwen-vl-finetune-demo/**/*.mp4"))
    if not found:
        pytest.skip(f"no clip under {DATA}")
    return found[0].read_bytes()


@pytest.fixture(scope="session")
def scene() -> Callable[..., Pillow.Image]:
    """A smooth coloured picture with some detail, the same for the same arguments."""

    def make(width: int = 160, height: int = 120, seed: int = 0) -> Pillow.Image:
        coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
        return Pillow.fromarray(coarse).resize((width, height), Pillow.Resampling.BICUBIC)

    return make


@pytest.fixture(scope="session")
def saved() -> Callable[..., bytes]:
    def save(im: Pillow.Image, form: str, **options: Any) -> bytes:
        buffer = io.BytesIO()
        im.save(buffer, form, **options)
        return buffer.getvalue()

    return save


@pytest.fixture(scope="session")
def pixels_of() -> Callable[[bytes], np.ndarray]:
    """RGB pixels of encoded bytes, by Pillow."""

    def read(data: bytes) -> np.ndarray:
        with Pillow.open(io.BytesIO(data)) as im:
            return np.asarray(im.convert("RGB"))

    return read


@pytest.fixture(scope="session")
def exif() -> Callable[[int], bytes]:
    def block(orientation: int) -> bytes:
        tags = Pillow.Exif()
        tags[0x0112] = orientation
        return tags.tobytes()

    return block


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _profile(kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += padded
    head = struct.pack(">I4xI", offset + len(body), 0x02100000) + kind + space + pcs
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + table + body


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


@pytest.fixture(scope="session")
def wide_gamut() -> bytes:
    """An RGB profile with the primaries of Adobe RGB (1998), adapted to D50."""
    tags = {
        b"wtpt": _xyz(0.9505, 1.0, 1.0891),
        b"rXYZ": _xyz(0.60974, 0.31111, 0.01947),
        b"gXYZ": _xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": _xyz(0.14919, 0.06322, 0.74457),
    }
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _gamma(2.2)))


@pytest.fixture(scope="session")
def linear_grey() -> bytes:
    """A grey profile of gamma 1."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"kTRC": _gamma(1.0)})


@pytest.fixture(scope="session")
def grey_inks() -> bytes:
    """A CMYK profile of black on white in which every coloured ink is a grey of L* = 50."""
    curve = bytes(range(256))
    white, grey, black = (bytes((lightness, 128, 128)) for lightness in (255, 128, 0))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += curve * 4 + white + black + (grey + black) * 7 + curve * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"A2B0": table})
