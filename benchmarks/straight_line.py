"""How fast pictures go from files to tiled shards, beside what people write by hand.

``python -m benchmarks.straight_line [--samples N] [--repeats N]``. All contestants read the same pictures with two
processes and run in turns; what is compared is the median of whole runs, from the start of the interpreter on.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from benchmarks.pictures import make

RECIPE = """
version: 1
name: straight-line
inputs: [{{path: instances.json, format: coco, images: images}}]
steps: [clean.image, clean.boxes, boxes.normalize, {{tile.anyres: {{policy: llava-next}}}}]
output: {{max_samples: 500, image: {{fidelity: {fidelity}}}}}
"""
STAGES = ("decode", "transform", "encode", "write", "the rest")


@dataclass
class Contestant:
    """A command that makes the folder given as its last argument, and what was measured of it."""

    name: str
    command: tuple[str, ...]
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    timings: list[dict[str, float]] = field(default_factory=list)

    def run(self, out: Path, samples: int) -> None:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, *self.command, str(out)], check=True, env=os.environ | {"NO_COLOR": "1"})
        self.seconds.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu_seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        rows = sum(pq.read_metadata(path).num_rows for path in out.rglob("*.parquet"))
        if rows != samples:
            raise SystemExit(f"{self.name} wrote {rows} samples of {samples}")
        if (out / "manifest.json").exists():
            self.timings.append(json.loads((out / "manifest.json").read_bytes())["timings"])
        shutil.rmtree(out)


def contestants(instances: Path) -> list[Contestant]:
    found = []
    for fidelity in ("fast", "exact"):
        recipe = instances.with_name(f"{fidelity}.yaml")
        recipe.write_text(RECIPE.format(fidelity=fidelity))
        verb = ("-m", "vlmdata", "preprocess", str(recipe), "--workers", "2", "--no-cache", "--quiet", "--out")
        found.append(Contestant(f"vlmdata, {fidelity}", verb))
    for name, how in (("Pillow in a pool", "pool"), ("datasets.map", "map")):
        found.append(Contestant(name, ("-m", "benchmarks.by_hand", how, str(instances))))
    return found


def speeds(measured: Iterable[Contestant], rival: Contestant, samples: int) -> Table:
    table = Table("", "times the pool's speed", "samples/s", "CPU ms/sample", title="Whole runs")
    for one in measured:
        ratio, cpu = median(rival.seconds) / median(one.seconds), median(one.cpu_seconds) / samples
        table.add_row(one.name, f"{ratio:.2f}", f"{samples / median(one.seconds):.1f}", f"{1000 * cpu:.1f}")
    return table


def shares(measured: Iterable[Contestant], samples: int) -> Table:
    """CPU time of the tasks by stage; libraries are loaded before."""
    table = Table("", *STAGES, "outside decode, transform, encode", title="CPU ms per sample, by stage")
    for one in measured:
        spent = {name: median(timings[name] for timings in one.timings) for name in one.timings[0]}
        pixels = spent["decode"] + spent["transform"] + spent["encode"]
        spent["the rest"] = spent["total"] - pixels - spent["write"]
        cells = (f"{1000 * spent[stage] / samples:.2f}" for stage in STAGES)
        table.add_row(one.name, *cells, f"{1 - pixels / spent['total']:.1%}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.straight_line", description=__doc__)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["VLMDATA_HOME"] = str(Path(scratch, "home"))
        instances = make(Path(scratch, "input"), options.samples)
        size = sum(path.stat().st_size for path in (instances.parent / "images").iterdir())
        console.print(f"{options.samples} pictures of 640x480, {size / options.samples / 1000:.0f} kB each")
        all_of_them = contestants(instances)
        for turn in range(options.repeats):
            for one in all_of_them:
                one.run(Path(scratch, "out"), options.samples)
                console.print(f"{turn + 1}/{options.repeats} {one.name}: {one.seconds[-1]:.1f} s")
        console.print(speeds(all_of_them, all_of_them[2], options.samples))
        console.print(shares(all_of_them[:2], options.samples))


if __name__ == "__main__":
    main()
