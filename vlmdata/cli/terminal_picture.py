"""Pictures in the terminal: by its own protocol where it has one, else as coloured half blocks.

Sources of the protocols: kitty, "Terminal graphics protocol"; iTerm2, "Inline Images Protocol"; DEC, "VT330/VT340
Programmer Reference Manual", volume 2, chapter 14 (sixel).
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from vlmdata.errors import BadRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pillow


class Pictures(StrEnum):
    """What may be asked for."""

    auto = "auto"
    kitty = "kitty"
    iterm = "iterm"
    sixel = "sixel"
    blocks = "blocks"
    none = "none"


_COLUMNS, _ROWS = 48, 16
"""Cells that a picture takes at most."""
_CELL = 10, 20
"""Pixels to a cell where the terminal takes pixels: usual, and it scales what differs."""
_CHUNK = 4096
"""Bytes of base64 in one escape of kitty's protocol, at most."""


def spoken(asked: Pictures, environment: Mapping[str, str], is_terminal: bool) -> Pictures:
    """What to draw with. Nothing ever goes into a pipe. ``auto`` knows a terminal by the variables it sets.

    Inside tmux and screen these are of the terminal outside, which sees no escape of a program: blocks.
    """
    if not is_terminal:
        return Pictures.none
    return _known(environment) if asked == Pictures.auto else asked


def _known(environment: Mapping[str, str]) -> Pictures:
    terminal, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if terminal in ("", "dumb") or environment.get("NO_COLOR"):
        return Pictures.none
    if "TMUX" in environment or terminal.startswith(("tmux", "screen")):
        return Pictures.blocks
    if "kitty" in terminal or "ghostty" in terminal or {"KITTY_WINDOW_ID", "KONSOLE_VERSION"} & environment.keys():
        return Pictures.kitty
    if program in ("iTerm.app", "WezTerm", "mintty"):
        return Pictures.iterm
    return Pictures.sixel if terminal.startswith(("foot", "mlterm", "contour")) else Pictures.blocks


def picture_lines(data: bytes, by: Pictures, columns: int, indent: int = 2, true_color: bool = True) -> Iterator[str]:
    """One stored picture as lines to print; none for a clip and for what does not decode.

    ``by`` is what ``spoken`` gave. It is made smaller to fit ``columns`` and 16 rows, never larger. Half blocks are
    of 24-bit colours or, without ``true_color``, of the 216 in xterm's cube.
    """
    from PIL import Image as Pillow

    from vlmdata.pixels.look import look

    if by == Pictures.none:
        return
    room = max(1, min(_COLUMNS, columns - indent))
    try:
        pixels = look(data, max(room * _CELL[0], _ROWS * _CELL[1]))
    except BadRecord:
        return
    picture = Pillow.fromarray(pixels).convert("RGB")
    wide, high = _cells(picture.size, room)
    margin = " " * indent
    if by == Pictures.blocks:
        for line in _blocks(picture.resize((wide, high * 2), Pillow.Resampling.BOX), true_color):
            yield margin + line
        return
    fitted = picture.resize((wide * _CELL[0], high * _CELL[1])) if by == Pictures.sixel else picture
    yield margin + {Pictures.kitty: _kitty, Pictures.iterm: _iterm, Pictures.sixel: _sixel}[by](fitted, wide, high)


def _cells(size: tuple[int, int], room: int) -> tuple[int, int]:
    """Columns and rows of cells, which are twice as high as wide."""
    width, height = size
    scale = min(room / width, 2 * _ROWS / height, 1 / _CELL[0])
    return max(1, round(width * scale)), max(1, round(height * scale / 2))


def _blocks(picture: Pillow, true_color: bool) -> Iterator[str]:
    """Two pixels to a cell: the upper one in the colour of the sign, the lower one behind it."""
    width, height = picture.size
    values = picture.tobytes()
    colours = [_colour(values[start : start + 3], true_color) for start in range(0, len(values), 3)]
    for row in range(0, height, 2):
        upper, lower = colours[row * width : (row + 1) * width], colours[(row + 1) * width : (row + 2) * width]
        cells = (f"\x1b[38;{above};48;{below}m▀" for above, below in zip(upper, lower, strict=True))
        yield "".join(cells) + "\x1b[0m"


def _colour(rgb: bytes, true_color: bool) -> str:
    if true_color:
        return "2;" + ";".join(map(str, rgb))
    red, green, blue = (round(value / 51) for value in rgb)
    return f"5;{16 + 36 * red + 6 * green + blue}"


def _kitty(picture: Pillow, wide: int, high: int) -> str:
    """Sent and shown at once (``a=T``) as PNG (``f=100``) in so many cells, no answer wanted (``q=2``)."""
    text = _png(picture)
    chunks = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
    head = f"a=T,f=100,c={wide},r={high},q=2,"
    escapes = [
        f"\x1b_G{head if number == 0 else ''}m={int(number < len(chunks) - 1)};{chunk}\x1b\\"
        for number, chunk in enumerate(chunks)
    ]
    return "".join(escapes)


def _iterm(picture: Pillow, wide: int, high: int) -> str:
    return f"\x1b]1337;File=inline=1;width={wide};height={high};preserveAspectRatio=0:{_png(picture)}\x07"


def _png(picture: Pillow) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return b64encode(file.getvalue()).decode()


def _sixel(picture: Pillow, wide: int, high: int) -> str:
    """Bands of six rows, for each colour in a band the signs of all columns, ``?`` and the six bits of a column."""
    import numpy as np
    from PIL import Image

    flat = picture.quantize(255, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette = np.asarray(flat.getpalette() or [0, 0, 0]).reshape(-1, 3)
    indexes = np.asarray(flat)
    parts = [f'\x1bP0;1q"1;1;{flat.width};{flat.height}']
    parts += [
        f"#{number};2;{';'.join(str(round(value / 2.55)) for value in rgb)}" for number, rgb in enumerate(palette)
    ]
    weights = 1 << np.arange(6)
    for top in range(0, flat.height, 6):
        band = indexes[top : top + 6]
        for number in np.unique(band):
            bits = weights[: len(band)] @ (band == number)
            parts.append(f"#{number}{_repeated(bits + 63)}$")
        parts.append("-")
    return "".join(parts) + "\x1b\\"


def _repeated(signs: NDArray[np.int_]) -> str:
    """Runs of more than three as ``!COUNT SIGN``."""
    runs = ((chr(sign), len(list(group))) for sign, group in groupby(signs.tolist()))
    return "".join(f"!{count}{sign}" if count > 3 else sign * count for sign, count in runs)
