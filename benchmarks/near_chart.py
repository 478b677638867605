"""Precision over recall, one line for each way of finding copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, MARGIN = 900, 560, 70
LEAST = 0.8
COLOURS = ("#1b6ca8", "#2a9d5c", "#c0392b")
WANTED = 0.95, 0.995
"""Recall and precision that are asked of the default."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of recall and precision, each with the threshold it stands for."""

    name: str
    points: Sequence[tuple[tuple[float, float], str]]


def drawn(curves: Sequence[Curve], path: Path) -> None:
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(sheet)
    small, font = ImageFont.load_default(13), ImageFont.load_default(16)
    x, y = _place(*WANTED)
    draw.rectangle((x, MARGIN / 2, WIDTH - MARGIN / 2, y), fill="#e8f3e8")
    for step in range(5):
        value = LEAST + step * (1 - LEAST) / 4
        (x, _), (_, y) = _place(value, 1), _place(1, value)
        draw.line((x, MARGIN / 2, x, HEIGHT - MARGIN), fill="#dddddd")
        draw.line((MARGIN, y, WIDTH - MARGIN / 2, y), fill="#dddddd")
        draw.text((x - 14, HEIGHT - MARGIN + 8), f"{value:.2f}", fill="black", font=small)
        draw.text((MARGIN - 38, y - 8), f"{value:.2f}", fill="black", font=small)
    draw.text((WIDTH / 2 - 130, HEIGHT - 32), "recall: share of copies removed", fill="black", font=font)
    draw.text((10, 8), "precision: share of removals that are right", fill="black", font=font)
    for number, (curve, colour) in enumerate(zip(curves, COLOURS, strict=False)):
        seen = [(_place(*point), name) for point, name in curve.points if min(point) >= LEAST]
        draw.line([place for place, _ in seen], fill=colour, width=2)
        for (x, y), name in seen:
            draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)
            draw.text((x - 30, y + 4), name, fill=colour, font=small)
        draw.text((MARGIN + 20, HEIGHT - MARGIN - 90 + 24 * number), curve.name, fill=colour, font=font)
    sheet.save(path, optimize=True)


def _place(recall: float, precision: float) -> tuple[float, float]:
    across = (recall - LEAST) / (1 - LEAST) * (WIDTH - 1.5 * MARGIN)
    up = (precision - LEAST) / (1 - LEAST) * (HEIGHT - 1.5 * MARGIN)
    return MARGIN + across, HEIGHT - MARGIN - up
