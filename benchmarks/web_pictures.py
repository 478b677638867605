"""Pictures as the web has them, made once: sizes, qualities, chroma and formats spread, 150 kB on average.

What is in them compresses as photos do: noise whose amplitude falls with frequency (D. J. Field, "Relations between
the statistics of natural images and the response properties of cortical cells", 1987), with a drawn scene of
``shapes``, text and flat figures, pasted in.
"""

from __future__ import annotations

import hashlib
import io
import json
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image

from vlmdata.datasets.shapes.dataset import sample

REVISION = "1"
PROCESSES = 2
FORMATS = {"jpg": 0.93, "webp": 0.04, "png": 0.03}
PROGRESSIVE = 0.2
QUALITIES = (75, 80, 85, 90, 95)
QUALITY_SHARES = (0.3, 0.2, 0.25, 0.15, 0.1)
CHROMA = ("4:2:0", "4:4:4")
CHROMA_SHARES = (0.8, 0.2)
PIXELS = (820_000, 0.6)
"""Median and deviation (of the logarithm) of width times height."""
PIXELS_RANGE = (120_000, 4_000_000)
RATIOS = (4 / 3, 3 / 2, 16 / 9, 1.0, 3 / 4, 2 / 3)

_CANVAS = 3072
_SLOPE = 1.3
_CONTRAST = (15.0, 45.0)


def make(folder: Path, count: int) -> dict[str, str]:
    """``count`` files in ``folder`` and their SHA-256 by name; those of an earlier run of the same revision serve."""
    record = folder / f"pictures-{REVISION}-{count}.json"
    if not record.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with Pool(PROCESSES) as pool:
            hashes = dict(pool.imap(partial(_written, folder), range(count), chunksize=50))
        record.write_text(json.dumps(hashes))
    found: dict[str, str] = json.loads(record.read_bytes())
    return found


def _written(folder: Path, number: int) -> tuple[str, str]:
    rng = np.random.default_rng(number)
    suffix = str(rng.choice(list(FORMATS), p=list(FORMATS.values())))
    width, height = _size(rng)
    scene = _scene(number)
    if suffix == "png":  # on the web these are drawings
        picture = scene.resize((width, height), Image.Resampling.NEAREST)
    else:
        picture = _photo(rng, width, height)
        share = rng.uniform(0.2, 0.5)
        picture.paste(scene.resize((int(width * share), int(height * share))), (width // 8, height // 8))
    data = _encoded(rng, picture, suffix)
    name = f"{number:05d}.{suffix}"
    (folder / name).write_bytes(data)
    return name, hashlib.sha256(data).hexdigest()


def _size(rng: np.random.Generator) -> tuple[int, int]:
    median, deviation = PIXELS
    pixels = np.clip(median * np.exp(deviation * rng.standard_normal()), *PIXELS_RANGE)
    ratio = rng.choice(RATIOS)
    return round((pixels * ratio) ** 0.5), round((pixels / ratio) ** 0.5)


def _scene(number: int) -> Image.Image:
    """A drawn scene of ``shapes`` that is meant to be whole."""
    for row in range(number * 10, number * 10 + 10):
        drawn = sample("train", row)
        if drawn.images and not drawn.meta["bad"]:
            with Image.open(io.BytesIO(drawn.images[0].data or b"")) as im:
                return im.convert("RGB")
    raise AssertionError(f"no whole scene in ten rows from {number * 10}")


def _photo(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    x, y = rng.integers(_CANVAS - width + 1), rng.integers(_CANVAS - height + 1)
    crop = _canvas()[y : y + height, x : x + width]
    slope = np.linspace(-30, 30, height, dtype=np.float32)[:, None, None]
    pixels = crop * np.float32(rng.uniform(*_CONTRAST)) + slope + rng.uniform(90, 160, 3).astype(np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@cache
def _canvas() -> np.ndarray:
    """Noise of deviation 1 from which photos are cut, the same in every process. Shape (side, side, 3)."""
    rng = np.random.default_rng(REVISION.encode()[0])
    across, down = np.fft.rfftfreq(_CANVAS)[None, :], np.fft.fftfreq(_CANVAS)[:, None]
    amplitude = np.maximum(np.hypot(across, down), 1 / _CANVAS) ** -_SLOPE
    waves = [np.fft.irfft2(amplitude * np.exp(2j * np.pi * rng.random(amplitude.shape))) for _ in range(3)]
    luma, red, blue = ((wave / wave.std()).astype(np.float32) for wave in waves)
    return np.stack([luma + 0.3 * red, luma, luma + 0.3 * blue], axis=-1)


def _encoded(rng: np.random.Generator, picture: Image.Image, suffix: str) -> bytes:
    quality = int(rng.choice(QUALITIES, p=QUALITY_SHARES))
    chroma = str(rng.choice(CHROMA, p=CHROMA_SHARES))
    progressive = bool(rng.random() < PROGRESSIVE)
    buffer = io.BytesIO()
    if suffix == "jpg":
        picture.save(buffer, "JPEG", quality=quality, subsampling=chroma, progressive=progressive)
    elif suffix == "webp":
        picture.save(buffer, "WEBP", quality=quality)
    else:
        picture.save(buffer, "PNG")
    return buffer.getvalue()
