"""What ``benchmarks.gpu_decode`` measures, one function each. All rates are pictures per second by the wall."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import simplejpeg
from PIL import Image as Pillow

from vlmdata.models.tiling import layout_of
from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.pixels.cuda.codec import opened
from vlmdata.pixels.cuda.order import Batch, Order
from vlmdata.pixels.cuda.route import order_of
from vlmdata.pixels.cuda.stage import Stage
from vlmdata.pixels.decoder import CPU, Decoder
from vlmdata.pixels.prepared import Prepared, prepared
from vlmdata.types import Image

T = TypeVar("T")

WINDOW = 64
STAGES = ("decode", "transform", "encode")
RECIPE = """
version: 1
name: gpu
inputs: [{{path: {shards}}}]
steps: [clean.image, {{filter.image: {{min_side: 200, max_aspect: 3}}}}, {{tile.anyres: {{policy: llava-next}}}}]
output: {{formats: [webdataset], max_samples: {task}, image: {{quality: 90, subsampling: '{sampling}'}}}}
"""


@dataclass
class Rate:
    """One measurement: of what, on which pictures, how, and the wall seconds of each stage for a picture."""

    what: str
    pictures: str
    how: str
    per_second: float
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def bottleneck(self) -> str:
        return max(self.seconds, key=lambda stage: self.seconds[stage]) if self.seconds else ""


def tiled(data: bytes) -> Image:
    """A picture with LLaVA-NeXT's layout pending."""
    size = read_header(data).size
    return Image(data=data, original=size, layout=layout_of("llava-next", size))


def orders_of(images: Sequence[Image], policy: PixelPolicy) -> list[Order]:
    """Those that the GPU takes."""
    found = (prepared(image, policy) for image in images)
    return [order for one in found if isinstance(one, Prepared) and (order := order_of(one))]


def repeated(work: Callable[[Any], object], batches: Sequence[Any], size: int, seconds: float) -> float:
    """Pictures per second of ``work`` on batches of ``size``, after one round that is not counted."""
    for batch in batches[:3]:
        work(batch)
    began, done = time.perf_counter(), 0
    for batch in cycle(batches):
        work(batch)
        done += size
        if time.perf_counter() - began > seconds:
            return done / (time.perf_counter() - began)
    return 0.0


def decode_alone(library: str, device: str, name: str, orders: Sequence[Order], seconds: float) -> Iterator[Rate]:
    """The library's decoder in one process and one thread, by the number of pictures in a call."""
    codec = opened(library, device)
    streams = [order.data for order in orders]
    for size in (16, 32, 64, 128, 256, 512):
        if size <= len(streams):
            batches = whole_parts(streams, size)
            yield Rate("decode", name, f"{library}, {size} a call", repeated(codec.decode, batches, size, seconds))


def decode_on_cpu(name: str, orders: Sequence[Order], cores: int) -> Rate:
    """libjpeg-turbo at full scale on all cores."""
    parts = [[order.data for order in orders[number::cores]] for number in range(cores)]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        list(pool.map(_decoded, parts))
        began = time.perf_counter()
        list(pool.map(_decoded, parts))
        return Rate("decode", name, f"libjpeg-turbo, {cores} cores", len(orders) / (time.perf_counter() - began))


def _decoded(streams: Sequence[bytes]) -> int:
    return sum(simplejpeg.decode_jpeg(data).size for data in streams)


def stage_alone(library: str, device: str, name: str, orders: Sequence[Order], seconds: float) -> Iterator[Rate]:
    """Decode, AnyRes, encode in the process that drives the GPU, by the size of a part and by chroma sampling."""
    codec = opened(library, device)
    for sampling in ("444", "420"):
        where = "on the GPU" if sampling in codec.samplings else "on the CPU"
        for megapixels in (2, 8, 32):
            stage = Stage(codec, device, megapixels * 1_000_000)
            policy = PixelPolicy(quality=90, subsampling=sampling)
            batches = [Batch(tuple(part), policy) for part in whole_parts(orders, WINDOW)]
            spent = dict.fromkeys(STAGES, 0.0)
            calls = [0]
            rate = repeated(partial(_counted, stage, spent, calls), batches, WINDOW, seconds)
            each = {one: total / calls[0] / WINDOW for one, total in spent.items()}
            yield Rate("stage", name, f"{library}, {sampling} {where}, parts of {megapixels} MP", rate, each)


def _counted(stage: Stage, spent: dict[str, float], calls: list[int], batch: Batch) -> None:
    for one, seconds in stage.render(batch).seconds.items():
        spent[one] += seconds
    calls[0] += 1


def by_workers(decoder: Decoder, name: str, images: Sequence[Image], workers: int, sampling: str, rounds: int) -> Rate:
    """``render`` in so many processes, each with windows as the engine makes them. Start-up is not counted."""
    context = get_context("spawn")
    windows = whole_parts(images, WINDOW) * rounds
    policy = PixelPolicy(quality=90, subsampling=sampling)  # type: ignore[arg-type]
    with ProcessPoolExecutor(workers, context, _keep, (context.Barrier(workers),)) as pool:
        work = partial(_rendered, decoder, policy)
        list(pool.map(partial(_begun, decoder, policy), [windows[0]] * workers))
        began = time.perf_counter()
        clocks = list(pool.map(work, windows))
        passed = time.perf_counter() - began
    count = sum(map(len, windows))
    each = {one: sum(getattr(clock, one) for clock in clocks) / count for one in STAGES}
    return Rate("render", name, f"{decoder.label}, {sampling}, {workers} workers", count / passed, each)


_barrier: list[Barrier] = []


def _keep(barrier: Barrier) -> None:
    _barrier.append(barrier)


def _begun(decoder: Decoder, policy: PixelPolicy, window: Sequence[Image]) -> None:
    """Warm up, and hold this worker until all have: so each gets one such call."""
    _rendered(decoder, policy, window)
    _barrier[0].wait()


def _rendered(decoder: Decoder, policy: PixelPolicy, window: Sequence[Image]) -> RenderClock:
    clock = RenderClock()
    render(window, policy, clock, decoder)
    return clock


def whole_run(shards: Path, asked: str, workers: int, sampling: str, rows: int) -> Rate:
    """``vlmdata preprocess`` from shards to shards. One of a small task for each worker is taken off."""
    task = max(16, rows // 128)
    recipe, out = shards / "gpu.yaml", shards / "out"
    recipe.write_text(RECIPE.format(shards=shards / "input", task=task, sampling=sampling))
    command = [sys.executable, "-m", "vlmdata", "preprocess", str(recipe), "--out", str(out), "--overwrite", "--quiet"]
    command += ["--decoder", asked, "--workers", str(workers)]
    spent = []
    for limit in (task * workers, rows):
        began = time.perf_counter()
        subprocess.run([*command, "--limit", str(limit)], check=True)
        spent.append(time.perf_counter() - began)
    manifest = json.loads((out / "manifest.json").read_bytes())
    each = {name: total / rows for name, total in manifest["timings"].items() if name != "total"}
    longer = spent[1] - spent[0]
    rate = (rows - task * workers) / longer if longer > 0 else float("nan")  # too few rows to tell
    return Rate("run", shards.name, f"{asked}, {sampling}, {workers} workers", rate, each)


def agreement(decoder: Decoder, name: str, images: Sequence[Image]) -> dict[str, object]:
    """How far views are from those of ``fidelity: exact``, before encoding. Mean of levels; PSNR in dB."""
    exact = render(images, PixelPolicy(format="png", fidelity="exact"), RenderClock())
    found: dict[str, object] = {"pictures": name}
    for title, one in (("GPU", decoder), ("CPU, fast", CPU)):
        ours = render(images, PixelPolicy(format="png"), RenderClock(), one)
        means, ratios = [], []
        for mine, theirs in zip(ours, exact, strict=True):
            if not isinstance(mine, Rendered) or not isinstance(theirs, Rendered):
                if mine != theirs:
                    raise SystemExit(f"{title} gives {mine}, exact gives {theirs}")
                continue
            for view, other in zip(mine.views, theirs.views, strict=True):
                difference = _pixels(view.data) - _pixels(other.data)
                means.append(float(np.abs(difference).mean()))
                ratios.append(float(10 * np.log10(255**2 / max(1e-6, (difference**2).mean()))))
        found |= {
            f"{title}: mean": round(float(np.mean(means)), 2),
            f"{title}: median dB": round(float(np.median(ratios)), 1),
            f"{title}: worst dB": round(min(ratios), 1),
        }
    return found


def _pixels(png: bytes) -> np.ndarray:
    with Pillow.open(io.BytesIO(png)) as im:
        return np.asarray(im).astype(np.float32)


def whole_parts(things: Sequence[T], size: int) -> list[Sequence[T]]:
    """Lists of ``size``; what is left over is left out."""
    return [things[start : start + size] for start in range(0, len(things) - size + 1, size)]
