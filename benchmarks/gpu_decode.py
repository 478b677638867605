"""The decode stage on this machine's GPU: does it agree with the CPU, how fast is it, and what holds it up?

``python -m benchmarks.gpu_decode [--pictures N] [--seconds S] [--out DIR]`` checks and times, in this order: agreement
with the CPU; decode alone; decode, AnyRes and encode in the process that drives the GPU; the same fed by 1 to 16
worker processes, beside all CPU cores; whole runs of ``vlmdata preprocess`` from shards to shards. It prints tables and
writes ``gpu_decode.json`` and ``gpu_decode.md``. Without a GPU it says why and exits with 2.

``--stand-in`` rehearses everything but whole runs with nvImageCodec on the CPU; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import gpu_measures as measure
from benchmarks import pictures, web_pictures
from benchmarks.gpu_measures import Rate
from vlmdata.pixels import PixelPolicy
from vlmdata.pixels.cuda.codec import LIBRARIES
from vlmdata.pixels.cuda.probe import probe
from vlmdata.pixels.decoder import CPU, Decoder
from vlmdata.types import Image

STAND_IN = Decoder("cuda", "nvimgcodec 0.9.0")
FEEDERS = (1, 2, 4, 8, 16)
SAMPLINGS = ("444", "420")
WANTED = {"decode alone": 6000, "stage": 2700}
"""Pictures of 640x480 per second: what the JPEG engine should give, and three times NeMo Curator's published rate."""

Sets = Mapping[str, Sequence[Image]]


def machine(decoder: Decoder, facts: Mapping[str, str]) -> dict[str, str]:
    cores = len(os.sched_getaffinity(0))
    found = {"decoder": decoder.label, "cores": str(cores), "system": platform.platform(), **facts}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            found["cpu"] = line.partition(":")[2].strip()
    query = ["nvidia-smi", "--query-gpu=driver_version,clocks.max.sm", "--format=csv,noheader"]
    if decoder.device:
        found["driver, clock"] = subprocess.run(query, capture_output=True, text=True).stdout.strip()
    return found


def sets_of(folder: Path, count: int) -> dict[str, list[Image]]:
    """Both sets with LLaVA-NeXT's layout pending, in memory."""
    web = [folder / "web" / name for name in web_pictures.make(folder / "web", count)]
    if not (folder / "640x480" / "instances.json").exists():
        pictures.make(folder / "640x480", count)
    plain = sorted((folder / "640x480" / "images").iterdir())
    paths = {"640x480": plain, "web": web}
    return {name: [measure.tiled(path.read_bytes()) for path in files] for name, files in paths.items()}


def libraries(decoder: Decoder) -> list[str]:
    """Those that can be opened on this device, the one in use first."""
    first = decoder.library.partition(" ")[0]
    found = [first]
    for other in LIBRARIES:
        try:
            if other != first:
                measure.opened(other, "cuda" if decoder.device else "cpu")
                found.append(other)
        except Exception:  # it is not installed, or does not fit
            continue
    return found


def rates(decoder: Decoder, sets: Sets, seconds: float, cores: int) -> Iterable[Rate]:
    """All but whole runs, the quick ones first."""
    device = "cuda" if decoder.device else "cpu"
    for name, images in sets.items():
        orders = measure.orders_of(images, PixelPolicy())
        yield measure.decode_on_cpu(name, orders, cores)
        for library in libraries(decoder):
            yield from measure.decode_alone(library, device, name, orders, seconds)
            yield from measure.stage_alone(library, device, name, orders, seconds)
    for name, images in sets.items():
        for sampling in SAMPLINGS:
            yield measure.by_workers(CPU, name, images, cores, sampling, rounds=1)
            for workers in (count for count in FEEDERS if count <= cores):
                yield measure.by_workers(decoder, name, images, workers, sampling, rounds=2)


def runs(folder: Path, sets: Sets, cores: int) -> Iterable[Rate]:
    """Whole runs. The input shards are made first, by a recipe that keeps the pictures' own bytes."""
    for name, images in sets.items():
        source = folder / name / ("images" if name == "640x480" else "")
        (folder / name / "input.yaml").write_text(
            f"version: 1\nname: input\ninputs: [{{path: {source}, format: imagefolder}}]\nsteps: []\n"
            f"output: {{formats: [parquet], max_samples: {max(1, len(images) // 64)}}}\n"
        )
        command = [sys.executable, "-m", "vlmdata", "preprocess", str(folder / name / "input.yaml"), "--decoder", "cpu"]
        subprocess.run([*command, "--overwrite", "--quiet", "--out", str(folder / name / "input")], check=True)
        for sampling in SAMPLINGS:
            yield measure.whole_run(folder / name, "cpu", cores, sampling, len(images))
            for workers in (count for count in FEEDERS if count <= cores):
                yield measure.whole_run(folder / name, "cuda", workers, sampling, len(images))


def table_of(rates: Iterable[Rate]) -> Table:
    table = Table("what", "pictures", "how", "per second", "ms of each stage", "slowest stage")
    for rate in rates:
        stages = ", ".join(f"{name} {1000 * spent:.2f}" for name, spent in rate.seconds.items())
        table.add_row(rate.what, rate.pictures, rate.how, f"{rate.per_second:,.0f}", stages, rate.bottleneck)
    return table


def markdown_of(table: Table) -> str:
    columns = [[str(cell) for cell in column.cells] for column in table.columns]
    heads = [str(column.header) for column in table.columns]
    rows = [heads, ["---"] * len(heads), *map(list, zip(*columns, strict=True))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def verdict(found: Sequence[Rate]) -> list[str]:
    """What was wanted of 640x480, and what was reached."""
    plain = [rate for rate in found if rate.pictures == "640x480"]
    on_gpu = [rate for rate in plain if "cuda" in rate.how or rate.how.startswith(LIBRARIES)]
    best = {
        "decode alone": max((rate.per_second for rate in on_gpu if rate.what == "decode"), default=0.0),
        "stage": max((rate.per_second for rate in on_gpu if rate.what in ("stage", "render")), default=0.0),
    }
    lines = [f"{name}: {best[name]:,.0f} pictures/s, wanted {wanted:,}" for name, wanted in WANTED.items()]
    for sampling in SAMPLINGS:
        fed = [rate for rate in plain if rate.what == "render" and sampling in rate.how]
        cpu = max((rate.per_second for rate in fed if rate.how.startswith("cpu")), default=0.0)
        gpu = max((rate for rate in fed if rate.how.startswith("cuda")), key=lambda rate: rate.per_second, default=None)
        if gpu and cpu:
            lines.append(f"{sampling}: best is {gpu.how}, {gpu.per_second / cpu:.2f} times all CPU cores")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=2048, help="of each set")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement in one process")
    parser.add_argument("--out", type=Path, default=Path("gpu-decode"))
    parser.add_argument("--folder", type=Path, help="where pictures are made and kept; a temporary one by default")
    parser.add_argument("--stand-in", action="store_true", help="rehearse without a GPU")
    asked = parser.parse_args()
    console = Console(width=160)
    finding = probe()
    decoder = STAND_IN if asked.stand_in else finding.decoder
    if decoder is None:
        console.print(f"no GPU can be measured here: {finding.reason}")
        return 2
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        folder = (asked.folder or Path(temporary)).absolute()
        about = machine(decoder, finding.facts)
        console.print(about)
        sets = sets_of(folder, asked.pictures)
        agreed = [measure.agreement(decoder, name, images[: 2 * measure.WINDOW]) for name, images in sets.items()]
        console.print(agreed)
        found: list[Rate] = []
        for rate in rates(decoder, sets, asked.seconds, cores):
            found.append(rate)
            console.print(rate.what, rate.pictures, rate.how, f"{rate.per_second:,.0f}/s", rate.bottleneck)
        for rate in () if asked.stand_in else runs(folder, sets, cores):
            found.append(rate)
            console.print(rate.what, rate.pictures, rate.how, f"{rate.per_second:,.0f}/s", rate.bottleneck)
    table = table_of(found)
    console.print(table)
    console.print(*verdict(found), sep="\n")
    asked.out.mkdir(parents=True, exist_ok=True)
    rates_found = [asdict(rate) for rate in found]
    whole = {"machine": about, "agreement": agreed, "rates": rates_found, "verdict": verdict(found)}
    (asked.out / "gpu_decode.json").write_text(json.dumps(whole, indent=1))
    (asked.out / "gpu_decode.md").write_text(markdown_of(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
