"""Draw the picture of ocr.md with the step itself: ``python -m docs.draw_ocr SCANNED_PAGE``.

The page is ``docparsing_example3.jpg`` of the cookbooks of QwenLM/Qwen3-VL (Apache-2.0).
"""

from __future__ import annotations

import io
import sys
from itertools import pairwise
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw

from vlmdata.datasets.shapes.dataset import sample as row
from vlmdata.datasets.shapes.lettering import font
from vlmdata.pixels import look_at, read_header
from vlmdata.steps.base import Context
from vlmdata.steps.ocr import Ocr
from vlmdata.types import Annotation, Image, Origin, Sample

HERE = Path(__file__).parent
SIGNS, INVOICE = 22, 68
"""Rows of ``shapes``: an English one with signs, a Japanese invoice."""
VERTICAL = ("東京駅の本屋", "牛乳と新聞の朝市", "ようこそ図書館へ", "お茶とコーヒー")
WIDTH, GAP = 420, 10
BOX, ORDER = (220, 60, 40), (40, 110, 230)


def main() -> None:
    page = Path(sys.argv[1]).read_bytes()
    pictures = [page, *(bytes(row("train", number).images[0].data or b"") for number in (SIGNS, INVOICE)), _vertical()]
    pairs = [_pair(data) for data in pictures]
    columns = [pairs[:1], pairs[1:]]
    height = max(sum(pair.height + GAP for pair in column) for column in columns)
    sheet = Pillow.new("RGB", (sum(column[0].width + GAP for column in columns), height), "gray")
    for number, column in enumerate(columns):
        top = 0
        for pair in column:
            sheet.paste(pair, (number * (pair.width + GAP), top))
            top += pair.height + GAP
    sheet.quantize(64, Pillow.Quantize.MEDIANCUT, dither=Pillow.Dither.NONE).save(HERE / "ocr.png", optimize=True)


def _pair(data: bytes) -> Pillow.Image:
    """The picture with the lines that were read and the way from each to the next, and the words where they stand."""
    sample = _read(data)
    picture = Pillow.fromarray(look_at(sample.images[0], 4 * WIDTH))
    scale = WIDTH / picture.width
    shown = picture.resize((WIDTH, round(picture.height * scale)))
    words = Pillow.new("RGB", shown.size, "white")
    to_shown = WIDTH / sample.images[0].size.width
    centres = []
    for mark in sample.annotations:
        assert mark.box
        corners = [(at.x * to_shown, at.y * to_shown) for at in mark.polygon[0]]
        ImageDraw.Draw(shown).polygon(corners, outline=BOX, width=2)
        centres.append((mark.box.center.x * to_shown, mark.box.center.y * to_shown))
        _write(words, mark, to_shown)
    for pair in pairwise(centres):
        ImageDraw.Draw(shown).line(pair, fill=ORDER, width=1)
    both = Pillow.new("RGB", (2 * WIDTH, shown.height))
    both.paste(shown, (0, 0))
    both.paste(words, (WIDTH, 0))
    return both


def _read(data: bytes) -> Sample:
    header = read_header(data)
    image = Image(data=data, original=header.size, media_type=header.media_type)
    step = Ocr(unit="line")
    return step.apply(
        Sample(key="k", origin=Origin(dataset="docs", source="ocr"), images=(image,)), Context(0, step.name)
    )


def _write(page: Pillow.Image, mark: Annotation, scale: float) -> None:
    """The words as large as their box lets them be."""
    assert mark.box
    assert mark.text
    box = [side * scale for side in mark.box.xyxy]
    draw = ImageDraw.Draw(page)
    if mark.box.height > mark.box.width and len(mark.text) > 1:
        pitch = (box[3] - box[1]) / len(mark.text)
        for number, letter in enumerate(mark.text):
            draw.text((box[0], box[1] + number * pitch), letter, fill="black", font=font(max(6, round(pitch * 0.9))))
        return
    length = font(100).getlength(mark.text) / 100
    size = min((box[2] - box[0]) / length, (box[3] - box[1]) * 0.8)
    draw.text((box[0], (box[1] + box[3]) / 2), mark.text, fill="black", font=font(max(6, round(size))), anchor="lm")


def _vertical() -> bytes:
    page = Pillow.new("RGB", (360, 330), "white")
    for column, text in enumerate(VERTICAL):
        for number, letter in enumerate(text):
            ImageDraw.Draw(page).text((285 - column * 80, 20 + number * 36), letter, fill="black", font=font(32))
    data = io.BytesIO()
    page.save(data, "PNG")
    return data.getvalue()


if __name__ == "__main__":
    main()
