"""Whole plans through the decode stage: what each part costs, how near ``fast`` is to ``exact``, and threads."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
from rich.table import Table

from benchmarks.kernels import bare_loop
from benchmarks.measure import psnr
from vlmdata.models.tiling import layout_of
from vlmdata.pixels import PixelPolicy, RenderClock, read_header, render
from vlmdata.pixels.cpu import scale_of
from vlmdata.pixels.decode import decode
from vlmdata.pixels.policy import Fidelity
from vlmdata.pixels.views import cut, plan
from vlmdata.types import Image, Resize

QUALITY = 90
FIDELITIES: Sequence[Fidelity] = ("fast", "exact")
_WINDOW = 16


def stages(sets: Mapping[str, Sequence[Path]], rounds: int) -> Table:
    """Each set by each plan: ms per picture by part, and PSNR of all views before they are encoded."""
    heads = ("decode", "transform", "encode", "sum", "bare loop", "dB, median", "5th percentile", "least")
    table = Table("", *heads, title="The stage: ms per picture; PSNR of fast against exact")
    for name, paths in sets.items():
        for layout in ("llava-next", "internvl", "384", "256"):
            pictures = [_laid_out(path, layout) for path in paths]
            shown = _quality(pictures)
            for fidelity in FIDELITIES:
                parts, bare = _spent(pictures, paths, fidelity, rounds)
                cells = [*(f"{part:.2f}" for part in parts), f"{sum(parts):.2f}"]
                cells.append(f"{bare:.2f}" if layout == "llava-next" else "")
                table.add_row(f"{name}, {layout}, {fidelity}", *cells, *(shown if fidelity == "fast" else ()))
    return table


def threads(sets: Mapping[str, Sequence[Path]], rounds: int) -> Table:
    """Two threads in a process against two processes: pictures per second on the clock."""
    table = Table("", *sets, title="LLaVA-NeXT, fast: pictures/s on the clock")
    ways: dict[str, Executor] = {
        "1 process": ProcessPoolExecutor(1, get_context("spawn")),
        "1 process, 2 threads": ThreadPoolExecutor(2),
        "2 processes": ProcessPoolExecutor(2, get_context("spawn")),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for paths in sets.values():
        halves = [paths[::2], paths[1::2]]
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds + 1):
            for name, way in ways.items():
                start = time.perf_counter()
                list(way.map(_rendered, halves))
                seconds[name].append(time.perf_counter() - start)
        for name, values in seconds.items():
            rates[name].append(len(paths) / median(values[1:]))
    for name, way in ways.items():
        way.shutdown()
        table.add_row(name, *(f"{rate:.0f}" for rate in rates[name]))
    return table


def _laid_out(path: Path, layout: str) -> Image:
    data = path.read_bytes()
    size = read_header(data).size
    if not layout.isdigit():
        return Image(data=data, original=size, layout=layout_of(layout, size, images=1))
    factor = int(layout) / max(size.width, size.height)
    return Image(data=data, original=size, edits=(Resize(round(size.width * factor), round(size.height * factor)),))


def _spent(
    pictures: Sequence[Image], paths: Sequence[Path], fidelity: Fidelity, rounds: int
) -> tuple[list[float], float]:
    """Milliseconds per picture: those of decode, transform and encode; those of the bare loop."""
    clocks, bare = [], []
    for _ in range(rounds):
        clock = RenderClock()
        for start in range(0, len(pictures), _WINDOW):
            render(pictures[start : start + _WINDOW], PixelPolicy(quality=QUALITY, fidelity=fidelity), clock)
        clocks.append((clock.decode, clock.transform, clock.encode))
        start_s = time.thread_time()
        bare_loop(paths, QUALITY, fidelity)
        bare.append(time.thread_time() - start_s)
    scale = 1000 / len(pictures)
    return [scale * median(parts) for parts in zip(*clocks, strict=True)], scale * median(bare)


def _quality(pictures: Sequence[Image]) -> tuple[str, ...]:
    found = []
    for picture in pictures:
        data, views = picture.data or b"", plan(picture, PixelPolicy())
        header = read_header(data)
        made = []
        for fidelity in FIDELITIES:
            policy = PixelPolicy(fidelity=fidelity)
            made.append(cut(decode(data, header, policy, scale_of(header, views, policy)), views, fidelity))
        found += [psnr(exact, fast[..., :3]) for fast, exact in zip(*made, strict=True) if exact.any()]
    return tuple(f"{value:.1f}" for value in (median(found), np.percentile(found, 5), min(found)))


def _rendered(paths: Sequence[Path]) -> int:
    pictures = [_laid_out(path, "llava-next") for path in paths]
    return len(render(pictures, PixelPolicy(quality=QUALITY), RenderClock()))
