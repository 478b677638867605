"""How well ``clean.image`` tells what is wrong with a picture, beside cleanvision.

``python -m benchmarks.cleaning WORK --photographs DIR [--keep NAME=DIR ...] [--cleanvision PYTHON] [--chart FILE]``.

Photographs are spoilt by known amounts. The share that is dropped is told by issue and amount, and of the untouched
ones. Pictures below a folder of ``--keep`` are to stay, such as pages and charts. ``PYTHON`` is the interpreter of an
environment that has cleanvision.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks import photographs
from benchmarks.spoilt import SPOILT, Case, made
from vlmdata.errors import BadRecord
from vlmdata.pixels import look
from vlmdata.pixels.quality import SIDE, Quality, measured
from vlmdata.steps.image.clean import MEASURES, CleanImage

STEP = CleanImage()
THEIRS = {
    "blank": "low_information",
    "low_information": "low_information",
    "dark": "dark",
    "bright": "light",
    "blurred": "blurry",
    "grayscale": "grayscale",
}
OPENCV = "opencv-doc/examples"
NO_PHOTOS = (
    "left",
    "right",
    "text_",
    "aero",
    "gradient",
    "ellipses",
    "squares",
    "LinuxLogo",
    "WindowsLogo",
    "pca",
    "Blender",
)
"""Of ``opencv-doc``: chessboards, drawings, and two photographs that are blurred."""
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".img"}


def ours(paths: Sequence[Path]) -> tuple[dict[Path, Quality], float]:
    """Measures, and CPU seconds."""
    found = {}
    started = time.process_time()
    for path in paths:
        try:
            found[path] = measured(look(path.read_bytes(), SIDE))
        except BadRecord:
            continue
    return found, time.process_time() - started


def opaque(work: Path, path: Path) -> Path:
    """The picture on white where it is clear in places: cleanvision stops at grey with alpha."""
    with Image.open(path) as im:
        if not im.has_transparency_data:
            return path
        clear = im.convert("RGBA")
    flat = Image.new("RGBA", clear.size, "white")
    flat.alpha_composite(clear)
    copy = work / f"opaque-{path.parent.name}-{path.stem}.png"
    flat.convert("RGB").save(copy)
    return copy


def theirs(work: Path, paths: Sequence[Path], python: str) -> tuple[dict[Path, list[str]], float]:
    listed, out = work / "listed.json", work / "cleanvision.json"
    listed.write_text(json.dumps([str(path) for path in paths]))
    script = Path(__file__).parent / "rivals" / "cleanvision_issues.py"
    subprocess.run([python, script, listed, out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    said = json.loads(out.read_text())
    return {Path(path): issues for path, issues in said["issues"].items()}, said["seconds"]


def is_dropped(quality: Quality, issue: str, threshold: float | None = None) -> bool:
    measure, is_least = MEASURES[issue]
    value, limit = getattr(quality, measure), getattr(STEP, issue) if threshold is None else threshold
    return bool(value < limit if is_least else value > limit)


def rows(cases: Sequence[Case], found: Mapping[Path, Quality], said: Mapping[Path, list[str]]) -> Iterator[str]:
    yield "| issue | amount | pictures | clean.image | cleanvision |\n|---|---|---|---|---|"
    groups: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for case in cases:
        groups[case.issue, case.amount].append(case.path)
    for (issue, amount), paths in groups.items():
        for what in [issue] if issue else MEASURES:
            mine = sum(is_dropped(found[path], what) for path in paths) / len(paths)
            other = THEIRS.get(what)
            their = f"{sum(other in said.get(path, ()) for path in paths) / len(paths):.1%}" if other and said else "-"
            yield f"| {what} | {amount} | {len(paths)} | {mine:.1%} | {their} |"


def kept_rows(name: str, paths: Sequence[Path], found: Mapping[Path, Quality], said: Mapping[Path, list[str]]) -> str:
    mine = Counter(issue for path in paths if path in found for issue in MEASURES if is_dropped(found[path], issue))
    other = Counter(issue for path in paths for issue in said.get(path, ()))
    return f"{name}, {len(paths)} pictures: clean.image {dict(mine)}; cleanvision {dict(other)}"


def curves(
    cases: Sequence[Case], found: Mapping[Path, Quality], issue: str, limits: Sequence[float]
) -> dict[str, list[float]]:
    """For each amount, and for the untouched, the share dropped at each threshold."""
    amounts = ["untouched", *SPOILT[issue]]
    groups = {
        amount: [one.path for one in cases if one.amount == amount and one.issue in ("", issue)] for amount in amounts
    }
    return {
        amount: [sum(is_dropped(found[path], issue, limit) for path in paths) / len(paths) for limit in limits]
        for amount, paths in groups.items()
    }


COLOURS = (
    "#000000",
    "#1f77b4",
    "#2ca02c",
    "#ff7f0e",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#17becf",
    "#bcbd22",
    "#7f7f7f",
    *("#aec7e8", "#98df8a", "#ffbb78", "#c5b0d5"),
)
PANEL = (560, 330)
LEFT, TOP, RIGHT, BOTTOM = 44, 28, 110, 34


def panel(title: str, limits: Sequence[float], shares: Mapping[str, Sequence[float]], default: float) -> Image.Image:
    """Shares dropped against the threshold, one line for each amount; the default is dotted."""
    sheet = Image.new("RGB", PANEL, "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    wide, high = PANEL[0] - LEFT - RIGHT, PANEL[1] - TOP - BOTTOM

    def at(limit: float, share: float) -> tuple[float, float]:
        return LEFT + wide * (limit - limits[0]) / (limits[-1] - limits[0]), TOP + high * (1 - share)

    for share in (0, 0.25, 0.5, 0.75, 1):
        draw.line([at(limits[0], share), at(limits[-1], share)], "#dddddd")
        draw.text((LEFT - 6, at(0, share)[1]), f"{share:.0%}", "black", font, anchor="rm")
    for limit in limits[:: max(1, (len(limits) - 1) // 6)]:
        draw.text((at(limit, 0)[0], TOP + high + 6), f"{limit:g}", "black", font, anchor="mt")
    for place in range(0, high, 6):
        draw.line((at(default, 0)[0], TOP + place, at(default, 0)[0], TOP + place + 2), "black")
    for number, (amount, line) in enumerate(shares.items()):
        colour = COLOURS[number % len(COLOURS)]
        draw.line([at(*pair) for pair in zip(limits, line, strict=True)], colour, 2 if number else 3)
        draw.text((PANEL[0] - RIGHT + 8, TOP + 17 * number), amount, colour, font)
    draw.text((LEFT, 6), title, "black", ImageFont.load_default(13))
    return sheet


def chart(cases: Sequence[Case], found: Mapping[Path, Quality], path: Path) -> None:
    def spread(start: float, stop: float, step: float) -> list[float]:
        return [round(float(value), 4) for value in np.arange(start, stop + step / 2, step)]

    panels = [
        panel(f"{issue}: share dropped by threshold", limits, curves(cases, found, issue, limits), getattr(STEP, issue))
        for issue, limits in (
            ("blurred", spread(0, 3, 0.05)),
            ("dark", spread(0, 0.6, 0.01)),
            ("bright", spread(0.3, 0.9, 0.01)),
            ("border", spread(0, 0.9, 0.01)),
        )
    ]
    sheet = Image.new("RGB", (2 * PANEL[0], 2 * PANEL[1]))
    for number, one in enumerate(panels):
        sheet.paste(one, (number % 2 * PANEL[0], number // 2 * PANEL[1]))
    sheet.quantize(64).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--photographs", type=Path, required=True, help="where Debian's packages are unpacked")
    parser.add_argument("--keep", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--cleanvision", metavar="PYTHON")
    parser.add_argument("--chart", type=Path)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    small = [one for one in sorted(given.photographs.rglob(f"{OPENCV}/**/*.jpg")) if not one.name.startswith(NO_PHOTOS)]
    cases = made(given.work, [*photographs.found(given.photographs), *small])
    kept = {
        name: [opaque(given.work, one) for one in sorted(Path(folder).rglob("*")) if one.suffix in SUFFIXES]
        for name, folder in (text.split("=") for text in given.keep)
    }
    groups = {
        "untouched": [one.path for one in cases if not one.issue],
        "spoilt": [one.path for one in cases if one.issue],
        **kept,
    }
    found: dict[Path, Quality] = {}
    said: dict[Path, list[str]] = {}
    for name, paths in groups.items():
        measures, seconds = ours(paths)
        found |= measures
        told = f"{name}: {len(paths)} pictures, clean.image {len(paths) / seconds:.0f} a CPU second"
        if given.cleanvision:
            issues, seconds = theirs(given.work, paths, given.cleanvision)
            said |= issues
            told += f", cleanvision {len(paths) / seconds:.0f}"
        print(told, flush=True)
    print(*rows(cases, found, said), sep="\n")
    print(*(kept_rows(name, paths, found, said) for name, paths in kept.items()), sep="\n")
    if given.chart:
        chart(cases, found, given.chart)


if __name__ == "__main__":
    main()
