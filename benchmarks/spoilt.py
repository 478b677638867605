"""Photographs spoilt by known amounts, for ``benchmarks.cleaning``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from vlmdata.pixels.quality import SIDE

LONG_SIDES = (1600, 640)
QUALITY = 88
WORDS = (
    "No image available",
    "Photo unavailable",
    "Image not\nfound",
    "This image has been moved or deleted",
    "No Photo",
)
SIGN_SIZES = ((500, 374), (161, 81), (300, 300), (1200, 800), (150, 150), (400, 600))

Spoil = Callable[[Image.Image, int], Image.Image]


@dataclass(frozen=True)
class Case:
    """A picture: what is wrong with it and by how much, empty and 0 for nothing."""

    path: Path
    issue: str
    amount: str


def exposed(stops: float) -> Spoil:
    """Twice the light for each stop, in linear light, cut off at white."""
    value = np.arange(256) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4) * 2.0**stops
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.minimum(light, 1) ** (1 / 2.4) - 0.055)
    table = [round(255 * one) for one in shown] * 3
    return lambda im, _: im.point(table)


def blurred(sigma: float) -> Spoil:
    """Sigma in pixels of the picture fitted into 1024 x 1024."""
    return lambda im, _: im.filter(ImageFilter.GaussianBlur(sigma * max(1.0, max(im.size) / SIDE)))


def grained(sigma: float, noise: float) -> Spoil:
    """Blurred, and then noise of so many levels of 255, as sensors add it."""

    def spoil(im: Image.Image, number: int) -> Image.Image:
        soft = np.asarray(blurred(sigma)(im, number))
        grain = np.random.default_rng(number).normal(0, noise, (*soft.shape[:2], 1))
        return Image.fromarray((soft + grain).round().clip(0, 255).astype(np.uint8))

    return spoil


def moved(length: int) -> Spoil:
    """Blurred along the rows, in pixels of the picture fitted into 1024 x 1024."""

    def spoil(im: Image.Image, _: int) -> Image.Image:
        steps = round(length * max(1.0, max(im.size) / SIDE))
        sums = np.cumsum(np.pad(np.asarray(im, np.int64), ((0, 0), (steps, 0), (0, 0)), mode="edge"), axis=1)
        return Image.fromarray(((sums[:, steps:] - sums[:, :-steps]) // steps).astype(np.uint8))

    return spoil


def enlarged(factor: int) -> Spoil:
    return lambda im, _: im.resize((im.width // factor, im.height // factor)).resize(im.size, Image.Resampling.BICUBIC)


def barred(share: float) -> Spoil:
    """Bars above and below, or left and right, that take so much of the area."""

    def spoil(im: Image.Image, number: int) -> Image.Image:
        colour = ("black", "white", "#303840")[number % 3]
        width, height = im.size
        across, down = (round(width / (1 - share)), height) if number % 2 else (width, round(height / (1 - share)))
        whole = Image.new("RGB", (across, down), colour)
        whole.paste(im, ((across - width) // 2, (down - height) // 2))
        return whole

    return spoil


def blank(im: Image.Image, number: int) -> Image.Image:
    return Image.new("RGB", im.size, tuple(int(v) for v in np.random.default_rng(number).integers(0, 256, 3)))


def gradient(im: Image.Image, number: int) -> Image.Image:
    corners = np.random.default_rng(number).integers(0, 256, (2, 2, 3), dtype=np.uint8)
    return Image.fromarray(corners).resize(im.size, Image.Resampling.BILINEAR)


def sign(im: Image.Image, number: int) -> Image.Image:
    """A drawn "image not available": words, a camera, or both, on a ground of any colour."""
    rng = np.random.default_rng(number)
    width, height = SIGN_SIZES[number % len(SIGN_SIZES)]
    ground = [(225,) * 3, (255,) * 3, (40,) * 3, tuple(int(v) for v in rng.integers(60, 230, 3))][number % 4]
    ink = tuple(value + 90 if sum(ground) < 384 else value - 90 for value in ground)
    whole = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(whole)
    across, middle, side = width / 2, height / 2, min(width, height) * rng.uniform(0.2, 0.35)
    kind = number % 3
    if kind:
        top = middle - side * (0.4 if kind == 2 else 0)
        draw.rounded_rectangle(
            (across - side / 2, top - side / 3, across + side / 2, top + side / 3), side / 10, fill=ink
        )
        draw.ellipse((across - side / 5, top - side / 5, across + side / 5, top + side / 5), fill=ground)
        middle += side * 0.4
    if kind != 1:
        words = WORDS[number % len(WORDS)]
        font = ImageFont.load_default(max(8.0, 1.4 * width / max(map(len, words.split("\n"))) * 0.8))
        draw.multiline_text((across, middle), words, ink, font, anchor="mm", align="center")
    return whole


SPOILT: Mapping[str, Mapping[str, Spoil]] = {
    "dark": {f"{stops} stops": exposed(stops) for stops in (-1, -2, -3, -4, -5, -6)},
    "bright": {f"+{stops} stops": exposed(stops) for stops in (1, 2, 3, 4, 5, 6, 7)},
    "blurred": {f"{sigma:g} px": blurred(sigma) for sigma in (0.5, 1, 1.5, 2, 3, 4, 6)}
    | {f"{sigma:g} px, noise {noise:g}": grained(sigma, noise) for sigma, noise in ((3, 2), (3, 4), (5, 4))}
    | {"moved 15 px": moved(15)}
    | {f"enlarged {factor}x": enlarged(factor) for factor in (4, 8)},
    "border": {f"{share:.0%}": barred(share) for share in (0.2, 0.4, 0.6, 0.75)},
    "blank": {"one colour": blank},
    "low_information": {"gradient": gradient},
    "grayscale": {"grey, saved as colour": lambda im, _: im.convert("L").convert("RGB")},
    "placeholder": {"drawn": sign},
}


def made(work: Path, photos: Sequence[Path]) -> list[Case]:
    """The photographs as they are, at two sizes, and spoilt, at one of the two in turn."""
    cases = []
    for number, photo in enumerate(photos):
        with Image.open(photo) as im:
            whole = im.convert("RGB")
        sizes = [fitted(whole, side) for side in LONG_SIDES]
        for side, im in zip(LONG_SIDES, sizes, strict=True):
            if im is sizes[0] or im.size != sizes[0].size:
                cases.append(Case(saved(work, im, f"{number}-{side}"), "", "untouched"))
        for issue, amounts in SPOILT.items():
            for amount, spoil in amounts.items():
                spoilt = spoil(sizes[number % 2], number)
                cases.append(Case(saved(work, spoilt, f"{number}-{issue}-{amount}"), issue, amount))
    return cases


def fitted(im: Image.Image, side: int) -> Image.Image:
    copy = im.copy()
    copy.thumbnail((side, side))
    return copy


def saved(work: Path, im: Image.Image, name: str) -> Path:
    path = work / f"{name.replace(' ', '_').replace(',', '').replace('%', '')}.jpg"
    if not path.exists():
        im.save(path, quality=QUALITY)
    return path
