"""What it costs to keep rendered pictures, and what a change of a recipe's text costs then.

``python -m benchmarks.incremental --photographs DIR [--rows N] [--repeats N] [--workers N]``

The reference recipe of ``benchmarks.preprocess`` with questions made of the boxes: LLaVA-NeXT's tiles, JPEG of quality
90, WebDataset shards. The change is another box dialect. Each round runs the recipe with nothing kept, then into an
empty store, then changed, then changed with nothing kept; the last two must give the same bytes. CPU time is that of
all processes; start-up is in it. ``--repeats 0`` measures the store alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks import photographs
from benchmarks.contestants import STEPS
from benchmarks.meter import Cost, measured
from benchmarks.rivals.user_code import QUALITY
from vlmdata.engine.memory import Reuse, remembering
from vlmdata.pixels import read_header
from vlmdata.pixels.outcome import RenderClock
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.pixels.render import render
from vlmdata.steps.base import Context
from vlmdata.steps.tile import TileAnyres
from vlmdata.types import Image, Origin, Sample

_NOTHING_KEPT = "[bounds]\nanswers = 0\nrenders = 0\n"
_EVERYTHING = Reuse(renders=10**7)
_ROUNDS = 20
_PICTURES = 100
_DIALECTS = {"as it was": "internvl", "changed": "qwen3-vl"}


@dataclass(frozen=True)
class Place:
    """A folder for outputs and one for the cache, with what the recipe reads."""

    scratch: Path
    instances: Path
    rows: int
    workers: int

    def run(self, text: str, home: Path, *more: str) -> tuple[Cost, Path]:
        """One run from an empty output folder, with ``more`` options."""
        out = self.scratch / f"out-{text.replace(' ', '-')}-{home.name}"
        shutil.rmtree(out, ignore_errors=True)
        recipe = self._recipe(_DIALECTS[text])
        command = [sys.executable, "-m", "vlmdata", "preprocess", str(recipe), "--out", str(out), "--quiet"]
        cost = measured(
            [*command, "--workers", str(self.workers), *more],
            {"VLMDATA_HOME": str(home), "PYTHONPATH": str(Path.cwd())},
            self.workers,
        )
        return cost, out

    def _recipe(self, dialect: str) -> Path:
        parts = {
            "version": 1,
            "name": "reference",
            "inputs": [
                {"path": str(self.instances), "format": "coco", "images": str(self.instances.parent / "images")}
            ],
            "steps": ["clean.image", *STEPS[:1], "boxes.to_turns", {"boxes.render": {"dialect": dialect}}, STEPS[-1]],
            "output": {
                "formats": ["webdataset"],
                "max_samples": max(1, self.rows // 6),
                "image": {"format": "jpeg", "quality": QUALITY},
            },
        }
        path = self.scratch / f"{dialect}.yaml"
        path.write_text(json.dumps(parts))  # JSON is YAML too
        return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--set", choices=("640x480", "web"), default="640x480")
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vlmdata-incremental")
    asked = parser.parse_args()
    instances = photographs.make(asked.folder / "sets", asked.photographs, asked.set, asked.rows)
    place = Place(asked.folder, instances, asked.rows, asked.workers)
    plain, keeping = asked.folder / "home-plain", asked.folder / "home-keeping"
    for home in (plain, keeping):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
    (plain / "cache.toml").write_text(_NOTHING_KEPT)
    for home in (plain, keeping):
        place.run("as it was", home, "--limit", "2")  # the index of the input is made once
    spent: dict[str, list[Cost]] = defaultdict(list)
    for number in range(asked.repeats):
        shutil.rmtree(keeping / "renders", ignore_errors=True)
        spent["nothing kept"].append(place.run("as it was", plain)[0])
        spent["into an empty store"].append(place.run("as it was", keeping)[0])
        cost, changed = place.run("changed", keeping)
        spent["text changed"].append(cost)
        cost, clean = place.run("changed", plain)
        spent["text changed, nothing kept"].append(cost)
        told = [json.loads((out / "manifest.json").read_bytes())["reuse"] for out in (changed, clean)]
        if _bytes_of(changed) != _bytes_of(clean):
            raise SystemExit("the changed recipe gives other bytes from the store")
        print(f"round {number + 1}: equal bytes; from the store {told[0]}, without {told[1]}", flush=True)
    _handling(sorted((instances.parent / "images").iterdir())[:_PICTURES], asked.folder / "home-handling")
    if spent:
        _show(spent, asked.rows, sum(path.stat().st_size for path in (keeping / "renders").rglob("*.*")))


def _bytes_of(out: Path) -> dict[str, str]:
    shards = sorted((out / "webdataset").iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shards}


def _show(spent: dict[str, list[Cost]], rows: int, kept: int) -> None:
    print(f"\n{rows:,} pictures, {kept / rows / 1000:.0f} kB kept of each; medians of {len(spent['nothing kept'])}")
    for name, costs in spent.items():
        cpu, wall = (median(getattr(cost, what) for cost in costs) for what in ("cpu", "wall"))
        print(f"{name:28} {1000 * cpu / rows:6.2f} ms CPU a picture, {wall:6.1f} s in all")
    pairs = zip(spent["text changed, nothing kept"], spent["text changed"], strict=True)
    print(f"a change of text costs {median(one.cpu / other.cpu for one, other in pairs):.1f} times less CPU time")


def _handling(pictures: Sequence[Path], home: Path) -> None:
    """CPU time of the store alone, beside that of rendering: whole runs differ by more than this."""
    os.environ["VLMDATA_HOME"] = str(home)
    policy = PixelPolicy(quality=QUALITY)
    images = [image for path in pictures for image in _tiled(path)]
    outcomes = render(images, policy, RenderClock())
    spent = defaultdict(list)
    for number in range(_ROUNDS):
        own = [replace(image, sha256=f"{number}") for image in images]
        for name, reuse in (("render", None), ("off", Reuse()), ("put", _EVERYTHING), ("get", _EVERYTHING)):
            began = time.process_time()
            if reuse is None:
                render(own, policy, RenderClock())
            else:
                with remembering(reuse, len(own)) as memory:
                    memory.rendered(own, policy, lambda _: outcomes)
            spent[name].append(1000 * (time.process_time() - began) / len(own))
    each = {name: median(values) for name, values in spent.items()}
    print(f"rendering takes {each['render']:.2f} ms CPU a picture, looking for it and keeping it", end=" ")
    print(f"{each['put'] - each['off']:.3f}, finding it {each['get'] - each['off']:.3f}")


def _tiled(path: Path) -> Sequence[Image]:
    data = path.read_bytes()
    header = read_header(data)
    image = Image(data=data, original=header.size, media_type=header.media_type)
    sample = Sample(key="a", origin=Origin(dataset="photographs", source=path.name), images=(image,))
    tiled = TileAnyres(policy="llava-next").apply(sample, Context(0, "tile.anyres"))
    assert isinstance(tiled, Sample)
    return tiled.images


if __name__ == "__main__":
    main()
