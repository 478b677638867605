"""Draw the pictures of geometry.md and flipping.md with the steps themselves: ``python -m docs.draw``.

The photograph is cut from "friends" by Aitzol Berasategi (2018, CC BY 4.0), from Debian's lomiri-wallpapers-16.04.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import cycle
from math import ceil, sqrt
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.recipe import parsed
from vlmdata.steps.base import Context, Step
from vlmdata.types import Annotation, Box, Image, ImagePart, Message, Origin, Sample, TextPart

HERE = Path(__file__).parent
DOGS = (
    Annotation(id="a", label="dog", box=Box(135, 60, 262, 212)),
    Annotation(id="b", label="dog", box=Box(230, 248, 346, 432)),
)
COLOURS = ((230, 70, 40), (40, 110, 230))
STEPS = (
    "image.resize: {size: [420, 260]}",
    "image.pad: {square: true, color: clip}",
    "image.pad: {size: [420, 320]}",
    "image.crop: {size: [330, 330]}",
    "image.crop: {at: random, area: [0.4, 0.6], keep: all}",
    "augment.hflip: {p: 1}",
    "augment.rotate: {degrees: [90], p: 1}",
    "augment.noise: {p: 1, noise: [12, 12], blur: [0.8, 0.8], jpeg: [30, 30], hue: 0.08}",
    "tile.anyres: {policy: llava-next}",
)
TALKS = (
    (
        "en",
        "Where is the higher dog?",
        "On the left, above the dog on the right. Its left ear hangs out of the window.",
    ),
    ("ja", "上のものはどこですか。", "左上にあります。右下にもう一つあります。"),
    ("en", "What is left on the rope?", "Nothing is left on it."),
    ("en", "What does the sign on the left say?", 'It says "EXIT".'),
)
CELL = (300, 250)
LINE = 16


def main() -> None:
    shown = [("as it is", rendered(talk()))]
    shown += [(text, rendered(applied(text, talk()))) for text in STEPS]
    _save(_sheet(shown, columns=4), "geometry.png")
    talks = []
    for language, question, answer in TALKS:
        before = talk(question, answer, language)
        after = applied("augment.hflip: {p: 1}", before)
        talks.append((said(before), rendered(before)))
        talks.append((said(after) if after != before else "left alone", rendered(after)))
    _save(_sheet(talks, columns=4), "flipping.png")


def _save(sheet: Pillow.Image, name: str) -> None:
    """In 255 colours: a third of the bytes, and nobody sees it."""
    sheet.quantize(255, Pillow.Quantize.MEDIANCUT, dither=Pillow.Dither.NONE).save(HERE / name, optimize=True)


def talk(question: str = "", answer: str = "", language: str | None = None) -> Sample:
    data = (HERE / "two-dogs.jpg").read_bytes()
    header = read_header(data)
    image = Image(data=data, original=header.size, media_type=header.media_type)
    turns: tuple[Message, ...] = (Message("user", (ImagePart(0),)),)
    if question:
        turns = (Message("user", (ImagePart(0), TextPart(question))), Message("assistant", (TextPart(answer),)))
    return Sample(
        key="dogs",
        origin=Origin(dataset="docs", source="two-dogs.jpg"),
        images=(image,),
        messages=turns,
        annotations=DOGS,
        language=language,
    )


def applied(step: str, sample: Sample) -> Sample:
    recipe = parsed(f"version: 1\nname: r\ninputs: [{{dataset: shapes}}]\nsteps: [{{{step}}}]\n", "docs", HERE)
    (one,) = recipe.steps
    assert isinstance(one, Step)
    one.setup()
    done = one.apply(sample, Context(1, one.name))
    assert isinstance(done, Sample)
    return done


def rendered(sample: Sample) -> list[Pillow.Image]:
    """The views of its picture, each with the boxes that lie in it."""
    (done,) = render(sample.images, PixelPolicy(format="png"), RenderClock())
    assert isinstance(done, Rendered)
    image = sample.images[0]
    views = [Pillow.open(io.BytesIO(view.data)).convert("RGB") for view in done.views]
    for colour, mark in zip(cycle(COLOURS), sample.annotations, strict=False):
        for seen in image.layout.locate(mark.box, image.size) if mark.box else ():
            ImageDraw.Draw(views[seen.view]).rectangle(seen.box.xyxy, outline=colour, width=4)
    return views


def _sheet(shown: Sequence[tuple[str, list[Pillow.Image]]], columns: int) -> Pillow.Image:
    rows = -(-len(shown) // columns)
    width, height = CELL[0], CELL[1] + 5 * LINE
    sheet = Pillow.new("RGB", (columns * width, rows * height), "white")
    for number, (text, views) in enumerate(shown):
        left, top = number % columns * width, number // columns * height
        sheet.paste(arranged(views), (left + 6, top + 6))
        draw = ImageDraw.Draw(sheet)
        for line, words in enumerate(wrapped(text)):
            draw.text((left + 6, top + CELL[1] + line * LINE), words, fill="black", font=font())
    return sheet


def arranged(views: list[Pillow.Image]) -> Pillow.Image:
    """Views row by row, all equally large, as large as they can be in a cell."""
    gap, columns = 4, ceil(sqrt(len(views)))
    wide, high = (max(sides) for sides in zip(*(view.size for view in views), strict=True))
    rows = ceil(len(views) / columns)
    room = CELL[0] - 12, CELL[1] - 12
    scale = min((room[0] - gap * columns) / columns / wide, (room[1] - gap * rows) / rows / high)
    cell = Pillow.new("RGB", room, "white")
    for number, view in enumerate(views):
        row, column = divmod(number, columns)
        small = view.resize((round(view.width * scale), round(view.height * scale)))
        cell.paste(small, (round(column * (wide * scale + gap)), round(row * (high * scale + gap))))
    return cell


def said(sample: Sample) -> str:
    return " ".join(message.text for message in sample.messages)


def wrapped(text: str) -> list[str]:
    """Lines that fit a cell."""
    lines = [""]
    for word in text.split(" ") if " " in text else text:
        longer = f"{lines[-1]} {word}".strip() if " " in text else lines[-1] + word
        if font().getlength(longer) > CELL[0] - 12 and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(next(iter((HERE.parent / "vlmdata/datasets/shapes").glob("*.[ot]t[fc]*")))), 14)


if __name__ == "__main__":
    main()
