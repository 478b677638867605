"""Colours: from any of Pillow's modes, with or without a profile, to sRGB in 8 bits."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageCms

_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0
"""A tag of TIFF that Pillow heeds for 8 bits and fewer alone."""
_LARGEST_PROFILE = 4 << 20
"""In bytes. Those of presses have up to 3 MiB; what is larger is no profile, and would fill the caches below."""
_PROBE = (0, 32, 64, 128, 192, 255)
_INVISIBLE = 4
"""Levels by which sRGB profiles of different makers differ among themselves; Adobe RGB differs by over 40."""


def flattened(im: Image.Image, icc: bytes | None, background: tuple[int, int, int], depth: int = 8) -> Image.Image:
    """An RGB picture in sRGB, transparency laid on ``background``. Deeper channels keep their upper 8 bits.

    ``depth`` is that of the file. Lab goes by LittleCMS' own profile (D50).
    """
    from PIL import Image

    alpha = None
    if im.mode.startswith("I;16"):
        im, alpha = _eight_bit(im, depth)
    elif im.has_transparency_data:
        _scale_clear_colour(im, depth)
        rgba = im.convert("RGBA")
        im, alpha = rgba.convert("L" if im.mode in ("1", "L", "LA") else "RGB"), rgba.getchannel("A")
    elif im.mode == "LAB":
        im, icc = im.convert("RGB"), None
    elif im.mode not in _MODES.values():
        im = im.convert("L" if im.mode == "1" else "RGB")
    im = _to_srgb(im, icc) if icc and not is_srgb(icc) else im.convert("RGB")
    if alpha is None:
        return im
    canvas = Image.new("RGB", im.size, background)
    canvas.paste(im, mask=alpha)
    return canvas


def is_srgb(profile: bytes) -> bool:
    """Whether a profile shows colours as sRGB does, by trying it: names of profiles prove nothing.

    A grey profile counts where its tones are those of sRGB. False for a profile that cannot be read.
    """
    return len(profile) <= _LARGEST_PROFILE and _shows_srgb(profile)


@lru_cache(maxsize=16)
def _shows_srgb(profile: bytes) -> bool:
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
    transform = _transform(icc) if len(icc) <= _LARGEST_PROFILE else None
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


def _scale_clear_colour(im: Image.Image, depth: int) -> None:
    """Pillow gives the pixels of a PNG in 8 bits, but its transparent colour in those of the file."""
    clear = im.info.get("transparency")
    if im.mode in ("1", "L") and isinstance(clear, int) and depth < 8:
        most = (1 << depth) - 1
        im.info["transparency"] = (clear & most) * 255 // most
    elif im.mode == "RGB" and isinstance(clear, tuple) and depth == 16:
        im.info["transparency"] = tuple(value >> 8 for value in clear)


def _eight_bit(im: Image.Image, depth: int) -> tuple[Image.Image, Image.Image | None]:
    """Deep grey by its upper 8 bits, as Pillow reads deep colour, and the mask of a transparent value."""
    import numpy as np
    from PIL import Image

    values = np.asarray(im)
    clear = im.info.get("transparency")
    alpha = None if clear is None else Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
    if getattr(im, "tag_v2", {}).get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        values = ((1 << depth) - 1) - values
    return Image.fromarray((values >> (depth - 8)).astype(np.uint8)), alpha
