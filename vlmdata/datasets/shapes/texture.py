"""Backgrounds: textured, light to mid gray with a slight tint, so that no figure's color is among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.vocabulary import Language, Rgb
from vlmdata.types import Size

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL import Image

    Field = npt.NDArray[np.signedinteger[Any]]

#: Within 28 of gray each; the texture adds and takes away at most 30.
_TINTS: tuple[Rgb, ...] = (
    (166, 168, 172),
    (176, 168, 152),
    (154, 168, 158),
    (152, 164, 178),
    (176, 162, 166),
    (144, 148, 156),
    (172, 172, 162),
)


def _grid(size: Size) -> tuple[Field, Field]:
    import numpy as np

    return np.arange(size.width, dtype=np.int16)[None, :], np.arange(size.height, dtype=np.int16)[:, None]


def _striped(dice: Dice, size: Size) -> Field:
    x, y = _grid(size)
    slope, period = dice.pick((-1, 0, 1)), dice.between(9, 22)
    return ((x + slope * y) // period % 2) * 12 - 6


def _checked(dice: Dice, size: Size) -> Field:
    x, y = _grid(size)
    period = dice.between(10, 26)
    return ((x // period + y // period) % 2) * 10 - 5


def _dotted(dice: Dice, size: Size) -> Field:
    import numpy as np

    x, y = _grid(size)
    period = dice.between(14, 26)
    dx, dy = x % period - period // 2, y % period - period // 2
    return np.where(dx * dx + dy * dy < period * period // 18, 12, -4)


def _woven(dice: Dice, size: Size) -> Field:
    x, y = _grid(size)
    period = dice.between(3, 6)
    return (x // period % 2) * 6 + (y // period % 2) * 6 - 6


def _cloudy(dice: Dice, size: Size) -> Field:
    return _noise(dice, size, 14) // 9


def _noise(dice: Dice, size: Size, cells: int) -> Field:
    """Smooth noise, -128 to 127, of about ``cells`` cells along the longer side."""
    import numpy as np
    from PIL import Image

    step = max(size.width, size.height) / cells
    small = (int(size.width / step) + 2, int(size.height / step) + 2)
    coarse = Image.frombytes("L", small, dice.noise(small[0] * small[1]))
    fine = coarse.resize((size.width, size.height), Image.Resampling.BICUBIC)
    return np.asarray(fine).astype(np.int16) - 128


_TEXTURES: dict[str, Callable[[Dice, Size], Field]] = {
    "striped": _striped,
    "checked": _checked,
    "dotted": _dotted,
    "woven": _woven,
    "cloudy": _cloudy,
}
#: How captions call a background; ``white`` is the transparent one.
TEXTURE_WORDS: dict[Language, dict[str, str]] = {
    "en": {name: name for name in (*_TEXTURES, "white")},
    "ja": {
        "striped": "縞模様",
        "checked": "市松模様",
        "dotted": "水玉模様",
        "woven": "布目模様",
        "cloudy": "雲模様",
        "white": "白",
    },
}


def textured(dice: Dice, size: Size) -> tuple[Image.Image, str]:
    """An RGB background of ``size`` and the name of its texture. Whole numbers only: no rounding differs."""
    import numpy as np
    from PIL import Image

    name = dice.pick(tuple(_TEXTURES))
    tint = dice.pick(_TINTS)
    field = _TEXTURES[name](dice, size) + _noise(dice, size, 4) // 14
    shades = Image.fromarray(np.clip(field + 128, 98, 158).astype(np.uint8))
    bands = [shades.point([min(255, max(0, shade - 128 + level)) for shade in range(256)]) for level in tint]
    return Image.merge("RGB", bands), name
