"""Draw what steps do, before and after, for their pages, with the steps themselves: ``python -m docs.draw_steps``.

The photograph is that of ``docs.draw``; the made-up pictures are rows of ``shapes``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw

from docs.draw import CELL, HERE, LINE, applied, arranged, font, rendered, talk, wrapped
from vlmdata.datasets.shapes import Shapes
from vlmdata.pixels import read_header
from vlmdata.types import ImagePart, Message, Part, RegionPart, Sample, TextPart

SHOWN = {
    "image.resize": "image.resize: {size: [420, 260]}",
    "image.pad": "image.pad: {square: true, color: clip}",
    "image.crop": "image.crop: {at: random, area: [0.4, 0.6], keep: all}",
    "augment.hflip": "augment.hflip: {p: 1}",
    "augment.vflip": "augment.vflip: {p: 1, any: true}",
    "augment.rotate": "augment.rotate: {degrees: [90], p: 1}",
    "augment.noise": "augment.noise: {p: 1, noise: [12, 12], blur: [0.8, 0.8], jpeg: [30, 30], hue: 0.08}",
    "boxes.to_turns": "boxes.to_turns",
    "boxes.render": "boxes.render: {dialect: qwen3-vl}",
    "tile.anyres": "tile.anyres: {policy: llava-next}",
}
"""Name of a step: the line of a recipe whose work is shown."""


def picture(step: str) -> str:
    """Where the picture of a step lies, below ``docs``."""
    return f"pictures/{step.replace('.', '-')}.webp"


def main() -> None:
    (HERE / "pictures").mkdir(exist_ok=True)
    for step in SHOWN:
        _save(drawn(step), HERE / picture(step))
    _save(shapes(), HERE / "pictures/shapes.webp")


def _save(sheet: Pillow.Image, path: Path) -> None:
    sheet.save(path, quality=72, method=6)


def drawn(step: str) -> Pillow.Image:
    """The sample before the step, and after it."""
    before = example(step)
    after = applied(SHOWN[step], before)
    return _side_by_side([_panel(before), _panel(after)])


def example(step: str) -> Sample:
    """The two dogs, and of them what the step is about."""
    if step == "boxes.render":
        question = Message("user", (ImagePart(0), TextPart("Where is the higher dog?")))
        return replace(talk(), messages=(question, Message("assistant", (RegionPart(("a",)),))))
    if step == "augment.hflip":
        return talk("Where is the higher dog?", "On the left, above the dog on the right.", "en")
    return replace(talk(), messages=()) if step == "boxes.to_turns" else talk()


def _panel(sample: Sample) -> Pillow.Image:
    words = _said(sample)
    lines = [line for turn in words for line in wrapped(turn)][:8]
    panel = Pillow.new("RGB", (CELL[0], CELL[1] + LINE * (len(lines) + 1) * bool(lines)), "white")
    panel.paste(arranged(rendered(sample)), (6, 6))
    for number, line in enumerate(lines):
        ImageDraw.Draw(panel).text((6, CELL[1] + number * LINE), line, fill="black", font=font())
    return panel


def _said(sample: Sample) -> list[str]:
    """Turns with words; a region as what it is before it is text."""
    turns = [" ".join("".join(map(_part, message.content)).split()) for message in sample.messages]
    return [f"{message.role}: {text}" for message, text in zip(sample.messages, turns, strict=True) if text]


def _part(part: Part) -> str:
    if isinstance(part, RegionPart):
        return f"[region {' '.join(part.annotations)}]"
    return part.text if isinstance(part, TextPart) else ""


def shapes() -> Pillow.Image:
    """Six rows of the built-in data set with their boxes."""
    kind = Shapes()
    (partition,) = kind.partitions()
    read = (one for one in kind.read(partition) if isinstance(one, Sample))
    marked = (one for one in read if one.annotations and len(one.images) == 1 and one.language == "en")
    whole = (one for one in marked if not (one.meta["bad"] or one.meta["odd"]))
    return _side_by_side([_panel(_sized(one)) for one in islice(whole, 6)], columns=3)


def _sized(sample: Sample) -> Sample:
    (image,) = sample.images
    return replace(sample, images=(replace(image, original=read_header(image.data or b"").size),))


def _side_by_side(panels: list[Pillow.Image], columns: int = 2) -> Pillow.Image:
    width, height = CELL[0], max(panel.height for panel in panels)
    sheet = Pillow.new("RGB", (columns * width, -(-len(panels) // columns) * height), "white")
    for number, panel in enumerate(panels):
        sheet.paste(panel, (number % columns * width, number // columns * height))
    return sheet


if __name__ == "__main__":
    main()
