"""What an image encoder does to pixels before its graph: ``preprocessor_config.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vlmdata.errors import InputError
from vlmdata.types import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vlmdata.pixels.raster import Pixels

Channels = tuple[float, float, float]

_AMPLE = 2
"""Times the size it is resized to that a picture is looked at, so that the filter has what it averages."""
_LONGEST = 4096
_FILTERS = range(6)
_UNKNOWN = ("do_pad", "do_thumbnail", "do_align_long_axis", "do_image_splitting", "do_flip_channel_order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessor:
    """Resize, cut out the middle, scale, normalise: in this order, as far as the file says.

    Source: huggingface/transformers ``models/clip/image_processing_clip.py::CLIPImageProcessor`` and
    ``image_processing_utils.py``, those that compute with Pillow.

    Attributes:
        size: to which a picture is resized. One side: the shorter becomes that, the longer in proportion.
        crop: rows and columns cut out of the middle, None to keep all.
        resample: number of Pillow's filter.
        scale: that values of 0 to 255 are multiplied by.
        mean, std: of the three channels, after ``scale``.
    """

    size: tuple[int] | tuple[int, int]
    crop: tuple[int, int] | None
    resample: int
    scale: float
    mean: Channels
    std: Channels

    def tensor(self, pixels: Pixels) -> NDArray[np.float32]:
        """1 x 3 x rows x columns of uint8 RGB pixels, rows x columns x 3."""
        import numpy as np
        from PIL import Image

        height, width = pixels.shape[:2]
        values = np.asarray(Image.fromarray(pixels).resize(self._resized(width, height), self.resample))
        if self.crop:
            values = _middle(values, *self.crop)
        scaled = values.astype(np.float32) * np.float32(self.scale)
        normal = (scaled - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normal.transpose(2, 0, 1)[np.newaxis], np.float32)

    def side(self, size: Size) -> int:
        """The longer side, in pixels, at which a picture of this size is looked at."""
        wanted = _AMPLE * max(self.size)
        return min(_LONGEST, max(wanted, -(-wanted * max(size.width, size.height) // min(size.width, size.height))))

    def _resized(self, width: int, height: int) -> tuple[int, int]:
        """Columns and rows (transformers ``image_transforms.py::get_resize_output_image_size``)."""
        if len(self.size) == 2:
            rows, columns = self.size
            return columns, rows
        short, long = self.size[0], int(self.size[0] * max(width, height) / min(width, height))
        return (short, long) if width <= height else (long, short)


def preprocessor(said: Mapping[str, Any], where: str) -> Preprocessor:
    """Of a ``preprocessor_config.json``. ``InputError`` where it lacks something, or asks for what is not known."""
    try:
        if unknown := [name for name in _UNKNOWN if said.get(name)]:
            raise ValueError(f"{', '.join(unknown)} is not known here")
        size = _size(said["size"], by_shorter="CLIP" in _kind(said))
        crop = _pair(said["crop_size"]) if said.get("do_center_crop") else None
        if not said.get("do_resize", True) or min(size) < 1 or (crop and max(crop) > min(size)):
            raise ValueError(f"size {size} and crop {crop} do not make a picture of one size")
        normal = said.get("do_normalize", True)
        made = Preprocessor(
            size=size,
            crop=crop,
            resample=int(said["resample"]),
            scale=float(said.get("rescale_factor", 1 / 255)) if said.get("do_rescale", True) else 1.0,
            mean=_channels(said["image_mean"]) if normal else (0.0, 0.0, 0.0),
            std=_channels(said["image_std"]) if normal else (1.0, 1.0, 1.0),
        )
        if made.resample not in _FILTERS or not all(made.std):
            raise ValueError(f"resample {made.resample}, image_std {made.std}")
    except KeyError as error:
        raise InputError(f"{where} does not say {error}, so pictures cannot be prepared for the model") from error
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: pictures cannot be prepared for the model: {error}") from error
    return made


def _kind(said: Mapping[str, Any]) -> str:
    return str(said.get("image_processor_type") or said.get("feature_extractor_type") or "")


def _size(said: Any, *, by_shorter: bool) -> tuple[int] | tuple[int, int]:
    """A number is the shorter side for CLIP, and both for others (transformers ``get_size_dict``)."""
    if isinstance(said, Mapping) and "shortest_edge" in said:
        return (int(said["shortest_edge"]),)
    if by_shorter and not isinstance(said, Mapping):
        return (int(said),)
    return _pair(said)


def _pair(said: Any) -> tuple[int, int]:
    if isinstance(said, Mapping):
        return int(said["height"]), int(said["width"])
    return int(said), int(said)


def _channels(said: Any) -> Channels:
    red, green, blue = (float(value) for value in said)
    return red, green, blue


def _middle(pixels: Pixels, rows: int, columns: int) -> Pixels:
    top, left = (pixels.shape[0] - rows) // 2, (pixels.shape[1] - columns) // 2
    return pixels[top : top + rows, left : left + columns]
