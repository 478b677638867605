"""How fast the reference recipe turns pictures into tiled shards, beside other tools and beside a bare loop.

``python -m benchmarks.preprocess [--rows N] [--repeats N] [--set web|640x480] [--only TEXT] [--photographs DIR]``

The recipe: keep pictures of 200 pixels and more whose aspect is at most 3, a box to 0–1000, LLaVA-NeXT's tiles, JPEG of
quality 90, WebDataset shards (Parquet from those that cannot). Chroma is as each has it by default: Pillow's code
stores 4:2:0, vlmdata and the bare loop 4:4:4 where the source has it, which is the larger work.

All read the same COCO file and folder of pictures on the same two cores, with two processes, in turns. CPU time is
that of all processes of a contestant. What start-up costs is measured by a run over one or two pictures per process.
Every output is checked.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks import photographs
from benchmarks.contestants import Contestant, Kernel, Vlmdata, Work, all_of
from benchmarks.meter import Cost, measured
from benchmarks.proof import Proof, expected_of, prove, subset

SHARDS = 6
SETS = ("web", "640x480")
VERSIONS = ("vlmdata", "pillow", "simplejpeg", "cykooz-resizer", "datasets", "webdataset", "pyarrow", "numpy")
ENVIRONMENT = {
    "NO_COLOR": "1",
    "DO_NOT_TRACK": "1",
    "DAFT_ANALYTICS_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
}


@dataclass
class Measured:
    """The runs of one contestant: over the whole set, and over next to nothing."""

    contestant: Contestant
    whole: list[Cost] = field(default_factory=list)
    empty: list[Cost] = field(default_factory=list)
    psnr: float | None = None
    timings: dict[str, float] = field(default_factory=dict)

    def spent(self, what: str, *, start_up: bool = True) -> float:
        """Median seconds (``cpu`` or ``wall``) of a whole run, with or without the median of an empty one."""
        whole, empty = (float(median(getattr(cost, what) for cost in costs)) for costs in (self.whole, self.empty))
        return whole if start_up else whole - empty


@dataclass(frozen=True)
class Field:
    """Where the runs take place."""

    scratch: Path
    workers: int

    def run(self, one: Measured, instances: Path, per_shard: int, proof: Proof) -> Cost:
        """One run from nothing, checked."""
        out, home = self.scratch / "out", self.scratch / "home"
        for folder in (out, home):
            shutil.rmtree(folder, ignore_errors=True)
        homes = {name: str(home) for name in ("VLMDATA_HOME", "HF_HOME", "DATA_JUICER_CACHE_HOME", "XDG_CACHE_HOME")}
        environment = {**ENVIRONMENT, **homes, "PYTHONPATH": str(Path.cwd())}
        command = one.contestant.command(Work(instances, out, self.workers, per_shard))
        cost = measured(command, environment, self.workers)
        if isinstance(one.contestant, Kernel):
            if cost.printed.strip() != proof.counted:
                raise SystemExit(f"{one.contestant.name}: {cost.printed.strip()!r}, not {proof.counted!r}")
        else:
            one.psnr = prove(one.contestant, out, proof)
        if isinstance(one.contestant, Vlmdata):
            one.timings = json.loads((out / "manifest.json").read_bytes())["timings"]
        return cost


def speeds(measured: Sequence[Measured], rows: int, title: str) -> Table:
    table = Table(
        *("", "images/CPU-s", "start-up off", "images/s", "start-up off", "CPU-s", "of it start-up", "dB to Pillow"),
        title=title,
    )
    for one in measured:
        rates = [rows / one.spent(what, start_up=start_up) for what in ("cpu", "wall") for start_up in (True, False)]
        total, own = one.spent("cpu"), one.spent("cpu", start_up=False)
        close = "" if one.psnr is None else "the same" if one.psnr == float("inf") else f"{one.psnr:.1f}"
        table.add_row(
            one.contestant.name, *(f"{rate:.1f}" for rate in rates), f"{total:.1f}", f"{total - own:.1f}", close
        )
    return table


def ratios(measured: Sequence[Measured]) -> Table:
    """Each of ours over all others, by CPU time without start-up, and by wall time with it."""
    ours = [one for one in measured if isinstance(one.contestant, Vlmdata)]
    table = Table("times the rate of", *(one.contestant.name for one in ours), title="CPU, start-up off (wall, whole)")
    for rival in measured:
        cells = []
        for one in ours:
            cpu = rival.spent("cpu", start_up=False) / one.spent("cpu", start_up=False)
            cells.append(f"{cpu:.2f} ({rival.spent('wall') / one.spent('wall'):.2f})")
        table.add_row(rival.contestant.name, *cells)
    return table


def stages(measured: Sequence[Measured], rows: int) -> Table:
    """CPU milliseconds per row of ours, as the manifest has them."""
    names = ("decode", "transform", "encode", "write", "total")
    table = Table("CPU ms per image", *names, title="By stage, libraries loaded before")
    for one in measured:
        if one.timings:
            table.add_row(one.contestant.name, *(f"{1000 * one.timings[name] / rows:.2f}" for name in names))
    return table


def figures(measured: Sequence[Measured], rows: int) -> dict[str, object]:
    return {
        one.contestant.name: {
            "rows": rows,
            "cpu_s": [cost.cpu for cost in one.whole],
            "wall_s": [cost.wall for cost in one.whole],
            "start_up_cpu_s": [cost.cpu for cost in one.empty],
            "start_up_wall_s": [cost.wall for cost in one.empty],
            "images_per_cpu_s_start_up_off": rows / one.spent("cpu", start_up=False),
            "psnr_to_pillow": None if one.psnr == float("inf") else one.psnr,
            "timings": one.timings,
        }
        for one in measured
    }


def compared(kind: str, options: argparse.Namespace, console: Console) -> list[Measured]:
    """All contestants over one set of pictures, in turns."""
    instances = photographs.make(options.work / "pictures", options.photographs, kind, options.rows)
    files = list((instances.parent / "images").iterdir())
    size = sum(path.stat().st_size for path in files) / len(files) / 1000
    console.print(f"{kind}: {len(files)} pictures, {size:.0f} kB on average")
    found = [Measured(one) for one in all_of(options.work / "environments", options.only)]
    few, count = subset(instances, options.workers)
    whole_proof, few_proof = expected_of(instances), expected_of(few)
    with tempfile.TemporaryDirectory(dir=options.work) as scratch:
        place = Field(Path(scratch), options.workers)
        for turn in range(options.repeats):
            for one in found:
                one.empty.append(place.run(one, few, count // options.workers, few_proof))
                one.whole.append(place.run(one, instances, -(-options.rows // SHARDS), whole_proof))
                last = one.whole[-1]
                console.print(
                    f"  {turn + 1}/{options.repeats} {one.contestant.name}: {last.cpu:.1f} CPU-s, {last.wall:.1f} s"
                )
    return found


def main() -> None:
    options = _options()
    console = Console(width=160)
    results: dict[str, Mapping[str, object]] = {}
    for kind in options.set:
        found = compared(kind, options, console)
        console.print(speeds(found, options.rows, f"{options.rows} pictures, {kind}"))
        console.print(ratios(found), stages(found, options.rows))
        results[kind] = figures(found, options.rows)
    about = {"python": platform.python_version()} | {name: version(name) for name in VERSIONS}
    options.json.write_text(json.dumps({"versions": about, "workers": options.workers, "sets": results}, indent=1))
    console.print(f"figures in {options.json}", ", ".join(f"{name} {number}" for name, number in about.items()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.preprocess", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2, help="processes of each, and cores that they see")
    parser.add_argument("--set", action="append", choices=SETS, help="both by default")
    parser.add_argument("--only", default="", metavar="TEXT", help="those with TEXT in their name; A|B for several")
    parser.add_argument("--photographs", type=Path, default=Path("/usr/share"), metavar="DIR", help="where to look")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir(), "vlmdata-benchmark-preprocess"))
    parser.add_argument("--json", type=Path, help="figures.json in the work folder by default")
    options = parser.parse_args()
    options.set = options.set or list(SETS)
    options.work = options.work.absolute()
    options.work.mkdir(parents=True, exist_ok=True)
    options.json = options.json or options.work / "figures.json"
    return options


if __name__ == "__main__":
    main()
