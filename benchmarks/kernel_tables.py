"""The tables behind ``docs/kernels.md``: speed, and PSNR against exact, of whatever could do a part of the stage.

Milliseconds are CPU time: medians of rounds in which all contestants take turns.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import simplejpeg
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks import photographs, pictures, web_pictures, zone_plate
from benchmarks.measure import keep_freed_memory, psnr, timed
from benchmarks.resizers import Pixels, known
from benchmarks.stage_tables import stages, threads

Size = tuple[int, int]
JOBS: Sequence[tuple[Size, Size, str]] = (
    ((640, 480), (672, 504), "tiles"),
    ((640, 480), (336, 336), "small whole"),
    ((2000, 1500), (672, 504), "tiles"),
    ((2000, 1500), (1344, 896), "InternVL"),
    ((640, 480), (384, 288), "resize"),
)
SHOWN = frozenset({"OpenCV, area", "OpenCV, cubic"})
SOURCES = 12
TILE = 336


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--photographs", type=Path, help="unpacked wallpaper packages; see benchmarks.photographs")
    parser.add_argument("--pictures", type=int, default=150, help="of each set")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plate", type=Path, help="write the zone plate through some of them there")
    options = parser.parse_args()
    console = Console(width=150)
    keep_freed_memory()
    with tempfile.TemporaryDirectory() as scratch:
        sets = _sets(Path(scratch), options.photographs, options.pictures)
        some = [_loaded(path) for path in _spread(sets["640x480"], SOURCES)]
        console.print(resizers(some, options.rounds))
        console.print(decoders(_spread(sets["web"], 3 * SOURCES), options.rounds))
        console.print(encoders(some, options.rounds))
        console.print(plates())
        console.print(stages(sets, options.rounds))
        console.print(threads(sets, options.rounds))
    if options.plate:
        exact, fast, *others = known()
        panes = [("exact: Pillow", exact, 1), ("fast: cykooz-resizer", fast, 1), ("fast, decoded at 1/2", fast, 2)]
        zone_plate.save(options.plate, panes + [(one.name, one, 1) for one in others if one.name in SHOWN])


def resizers(sources: Sequence[Pixels], rounds: int) -> Table:
    """Each job by each resizer: ms, and the median of the PSNR against Pillow."""
    table = Table("", *(f"{name}\n{a[0]}x{a[1]} to {b[0]}x{b[1]}" for a, b, name in JOBS), title="Resize: ms, dB")
    cells: dict[str, list[str]] = {one.name: [] for one in known()}
    for source, target, _ in JOBS:
        quality: dict[str, list[float]] = defaultdict(list)
        spent: dict[str, list[float]] = defaultdict(list)
        for rgb in (np.asarray(Image.fromarray(one).resize(source, Image.Resampling.LANCZOS)) for one in sources):
            fed = {one.name: one.fed(rgb) for one in known()}
            made = {one.name: one.run(fed[one.name], target)[..., :3] for one in known()}
            exact = made[known()[0].name]
            for name, pixels in made.items():
                quality[name].append(psnr(exact, pixels))
            calls = {one.name: _call(one.run, fed[one.name], target) for one in known()}
            for name, ms in timed(calls, rounds).items():
                spent[name].append(ms)
        for name, cell in cells.items():
            cell.append(f"{median(spent[name]):.2f}  {median(quality[name]):.1f}")
    for name, cell in cells.items():
        table.add_row(name, *cell)
    return table


def decoders(paths: Sequence[Path], rounds: int) -> Table:
    """Photos as the web has them: ms, and PSNR against the full picture resized by Pillow to the same size."""
    table = Table("", "ms", "dB, median", "dB, least", title="Decode: JPEG of the web")
    files = [data for data in (path.read_bytes() for path in paths) if simplejpeg.is_jpeg(data)]
    quality: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, list[float]] = defaultdict(list)
    for data in files:
        whole = simplejpeg.decode_jpeg(data, strict=False)
        calls = _decodings(data, whole.shape[1], whole.shape[0])
        for name, call in calls.items():
            pixels = call()[..., :3]
            exact = Image.fromarray(whole).resize((pixels.shape[1], pixels.shape[0]))
            quality[name].append(psnr(np.asarray(exact), pixels))
        for name, ms in timed(calls, rounds).items():
            spent[name].append(ms)
    for name, values in quality.items():
        table.add_row(name, f"{np.mean(spent[name]):.2f}", f"{median(values):.1f}", f"{min(values):.1f}")
    return table


def _decodings(data: bytes, width: int, height: int) -> Mapping[str, Callable[[], Pixels]]:
    room = bytearray(width * height * 4)

    def by_turbo(space: str = "RGBX", eighths: int = 8, **options: object) -> Callable[[], Pixels]:
        least = {"min_width": -(-width * eighths // 8), "min_height": -(-height * eighths // 8)}
        return lambda: simplejpeg.decode_jpeg(data, space, strict=False, **least, **options)

    return {
        "Pillow": lambda: np.asarray(Image.open(io.BytesIO(data)).convert("RGB")),
        "RGB": by_turbo("RGB"),
        "RGBX (fast)": by_turbo(),
        "RGBX, memory used again": by_turbo(buffer=room),
        "RGBX, fastdct": by_turbo(fastdct=True),
        "RGBX, fastupsample": by_turbo(fastupsample=True),
        **{f"RGBX at {n}/8" + (" (fast)" if n in {4, 2, 1} else ""): by_turbo(eighths=n) for n in range(7, 0, -1)},
    }


def encoders(sources: Sequence[Pixels], rounds: int) -> Table:
    """A tile of 336x336 at quality 90, cut from a larger picture: ms, kB, PSNR against the tile."""
    table = Table("", "ms", "kB", "dB, median", title=f"Encode: {TILE}x{TILE}, quality 90")
    spent: dict[str, list[float]] = defaultdict(list)
    made: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for rgb in sources:
        calls = _encodings(rgb)
        for name, call in calls.items():
            data = call()
            found = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            made[name].append((len(data), psnr(rgb[:TILE, :TILE], found)))
        for name, ms in timed(calls, rounds).items():
            spent[name].append(ms)
    for name, results in made.items():
        size, decibels = (median(values) for values in zip(*results, strict=True))
        table.add_row(name, f"{median(spent[name]):.2f}", f"{size / 1000:.1f}", f"{decibels:.1f}")
    return table


def _encodings(rgb: Pixels) -> Mapping[str, Callable[[], bytes]]:
    rgbx = np.ascontiguousarray(np.pad(rgb, ((0, 0), (0, 0), (0, 1))))
    tile, tile3 = rgbx[:TILE, :TILE], rgb[:TILE, :TILE]
    bands = [np.asarray(band) for band in Image.fromarray(np.ascontiguousarray(tile3)).convert("YCbCr").split()]
    planes = [bands[0], *(np.ascontiguousarray(band[::2, ::2]) for band in bands[1:])]

    def by_turbo(chroma: str, **options: bool) -> Callable[[], bytes]:
        return lambda: simplejpeg.encode_jpeg(tile, 90, "RGBX", chroma, **options)

    def by_pillow() -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(tile3).save(buffer, "JPEG", quality=90, subsampling="4:2:0")
        return buffer.getvalue()

    return {
        "Pillow, 4:2:0": by_pillow,
        "RGB, 4:2:0, copied": lambda: simplejpeg.encode_jpeg(np.ascontiguousarray(tile3), 90, "RGB", "420"),
        "RGBX, 4:2:0, where it lies (fast)": by_turbo("420"),
        "RGBX, 4:2:0, fastdct": by_turbo("420", fastdct=True),
        "RGBX, 4:4:4, where it lies (fast)": by_turbo("444"),
        "Y, U, V planes, 4:2:0, at hand": lambda: simplejpeg.encode_jpeg_yuv_planes(*planes, 90),
    }


def plates() -> Table:
    """How much is left of what a zone plate has too fine for the result."""
    cases = [(1, factor) for factor in zone_plate.FACTORS] + [(2, 2.0), (2, 2.3), (2, 3.1)]
    heads = (f"1/{factor}" + (f"\nfrom 1/{reduced}" if reduced > 1 else "") for reduced, factor in cases)
    table = Table("", *heads, title="Zone plate: energy left of rings too fine to show, dB")
    for one in known():
        table.add_row(one.name, *(f"{zone_plate.spurious(one, factor, reduced=n):.1f}" for n, factor in cases))
    return table


def _sets(scratch: Path, photos: Path | None, count: int) -> Mapping[str, Sequence[Path]]:
    """Pictures of 640x480 and pictures as the web has them: of photographs where they are at hand, else made up."""
    if photos is not None:
        made = {kind: photographs.make(scratch, photos, kind, count) for kind in ("640x480", "web")}
        return {kind: sorted((instances.parent / "images").iterdir()) for kind, instances in made.items()}
    pictures.make(scratch / "640x480", count)
    web_pictures.make(scratch / "web", count)
    return {
        "640x480": sorted((scratch / "640x480" / "images").iterdir()),
        "web": sorted(path for path in (scratch / "web").iterdir() if path.suffix != ".json"),
    }


def _spread(paths: Sequence[Path], count: int) -> Sequence[Path]:
    return paths[:: max(1, len(paths) // count)][:count]


def _loaded(path: Path) -> Pixels:
    with Image.open(path) as im:
        return np.asarray(im.convert("RGB"))


def _call(run: Callable[[Pixels, Size], Pixels], pixels: Pixels, target: Size) -> Callable[[], Pixels]:
    return lambda: run(pixels, target)
