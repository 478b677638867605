"""Colours: from any of Pillow's modes, with or without a profile, to sRGB in 8 bits."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageCms

_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
_PROBE = (0, 32, 64, 128, 192, 255)
_INVISIBLE = 4
"""Levels by which sRGB profiles of different makers differ among themselves; Adobe RGB differs by over 40."""


def flattened(im: Image.Image, icc: bytes | None, background: tuple[int, int, int]) -> Image.Image:
    """An RGB picture in sRGB, transparency laid on ``background``. 16-bit channels keep their high byte."""
    from PIL import Image

    alpha = None
    if im.mode.startswith("I;16"):
        im, alpha = _eight_bit(im)
    elif im.has_transparency_data:
        rgba = im.convert("RGBA")
        im, alpha = rgba.convert("L" if im.mode in ("L", "LA") else "RGB"), rgba.getchannel("A")
    elif im.mode not in _MODES.values():
        im = im.convert("L" if im.mode == "1" else "RGB")
    im = _to_srgb(im, icc) if icc and not is_srgb(icc) else im.convert("RGB")
    if alpha is None:
        return im
    canvas = Image.new("RGB", im.size, background)
    canvas.paste(im, mask=alpha)
    return canvas


@lru_cache(maxsize=64)
def is_srgb(profile: bytes) -> bool:
    """Whether a profile shows colours as sRGB does, by trying it: names of profiles prove nothing.

    A grey profile counts where its tones are those of sRGB. False for a profile that cannot be read.
    """
    from PIL import Image

    transform = _transform(profile)
    if transform is None or transform.input_mode == "CMYK":
        return False
    colours = product(_PROBE, repeat=3) if transform.input_mode == "RGB" else ((v, v, v) for v in _PROBE)
    probe = bytes(value for colour in colours for value in colour)
    im = Image.frombytes("RGB", (len(probe) // 3, 1), probe)
    moved = transform.apply(im.convert(transform.input_mode)).tobytes()
    return max(abs(before - after) for before, after in zip(probe, moved, strict=True)) <= _INVISIBLE


def _to_srgb(im: Image.Image, icc: bytes) -> Image.Image:
    """Through the profile; without it where it cannot be read or is for another kind of picture."""
    transform = _transform(icc)
    if transform is None:
        return im.convert("RGB")
    if transform.input_mode == "RGB" and im.mode == "L":
        im = im.convert("RGB")
    return transform.apply(im) if transform.input_mode == im.mode else im.convert("RGB")


@lru_cache(maxsize=16)
def _transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """The perceptual transform of a profile to sRGB, by LittleCMS."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = _MODES.get(source.profile.xcolor_space.strip())
        if mode is None:
            return None
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.ImageCmsTransform(source, target, mode, "RGB")
    except (OSError, TypeError, ValueError, ImageCms.PyCMSError):
        return None


def _eight_bit(im: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """16-bit grey by its high byte, as Pillow reads 16-bit RGB, and the mask of its transparent value if it has one."""
    import numpy as np
    from PIL import Image

    values = np.asarray(im)
    clear = im.info.get("transparency")
    alpha = None if clear is None else Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
    return Image.fromarray((values >> 8).astype(np.uint8)), alpha
