"""How fast shards become batches, beside ``webdataset`` and ``datasets`` streaming that read the same files.

``python -m benchmarks.loader [--samples N] [--rounds N] [--workers N]``.
``vlmdata preprocess`` makes pictures of 336x336 and writes them as Parquet and as tars. All contestants shuffle,
decode, normalise with CLIP's constants, and give batches of 32 in float32, through a ``DataLoader`` with the same
workers. Each runs in a process of its own: one epoch to begin with, one that is measured. The rivals decode with
Pillow, as their documentation has it; "our decoder" are the same loops with the bytes handed to ours, which shows what
reading alone costs. "uint8" does less: it leaves normalising to the trainer's device.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.pictures import make
from vlmdata.shards.manifest_file import by_format, read_manifest, write_manifest

BATCH = 32
WINDOW = 512
RECIPE = """
version: 1
name: squares
inputs: [{path: instances.json, format: coco, images: images}]
steps: [{tile.anyres: {policy: llava-1.5}}]
output: {max_samples: 500, formats: [parquet, webdataset]}
"""

Epochs = Iterator[Iterable[dict[str, Any]]]


def vlmdata(root: Path, workers: int, name: str = "both", late: bool = False) -> Epochs:
    from vlmdata.torch import Collate, Loader, Pixels, VlmDataset

    pixels = Pixels(None) if late else Pixels.of("llava-1.5")
    loader = Loader(VlmDataset(root / name, window=WINDOW), BATCH, Collate(pixels), workers=workers)
    while True:
        yield loader


def webdataset(root: Path, workers: int, ours: bool = False) -> Epochs:
    import webdataset as wds
    from torch.utils.data import DataLoader

    tars = sorted(map(str, (root / "both" / "webdataset").glob("*.tar")))
    pipeline = wds.WebDataset(tars, shardshuffle=len(tars), workersplitter=wds.split_by_worker).shuffle(WINDOW)
    if ours:
        normalised = _our_decoder()
        pipeline = pipeline.to_tuple("__key__", "0.jpg").map(lambda pair: (pair[0], normalised(pair[1])))
    else:
        pipeline = (
            pipeline.decode("torchrgb8").to_tuple("__key__", "0.jpg").map(lambda pair: (pair[0], _normalised(pair[1])))
        )
    loader = DataLoader(pipeline, BATCH, num_workers=workers, persistent_workers=True)
    while True:
        yield ({"key": key, "pixel_values": values} for key, values in loader)


def datasets(root: Path, workers: int, ours: bool = False) -> Epochs:
    import numpy as np
    import torch
    from datasets import Image, List, config, load_dataset
    from torch.utils.data import DataLoader

    config.SLEEP_TIME_ON_THREADS_SHUTDOWN = 0  # five seconds at the end of each worker's epoch, which say nothing

    files = sorted(map(str, (root / "both" / "parquet").glob("*.parquet")))
    rows = load_dataset("parquet", data_files=files, split="train", streaming=True).select_columns(["key", "images"])
    if ours:
        rows = rows.cast_column("images", List(Image(decode=False)))
        normalised = _our_decoder()

        def picture(row: dict[str, Any]) -> dict[str, Any]:
            return {"key": row["key"], "pixel_values": normalised(row["images"][0]["bytes"])}
    else:

        def picture(row: dict[str, Any]) -> dict[str, Any]:
            values = torch.from_numpy(np.array(row["images"][0].convert("RGB"))).permute(2, 0, 1).contiguous()
            return {"key": row["key"], "pixel_values": _normalised(values)}

    shuffled = rows.shuffle(seed=0, buffer_size=WINDOW)

    def collate(batch: list[dict[str, Any]]) -> dict[str, Any]:
        made = [picture(row) for row in batch]
        return {"key": [one["key"] for one in made], "pixel_values": torch.stack([one["pixel_values"] for one in made])}

    loader = DataLoader(shuffled, BATCH, num_workers=workers, persistent_workers=True, collate_fn=collate)
    while True:
        yield loader


def _our_decoder() -> Callable[[bytes], Any]:
    from vlmdata.torch import decoded

    return lambda data: _normalised(decoded(data))


def _normalised(values: Any) -> Any:
    from vlmdata.torch import Pixels

    return Pixels.of("llava-1.5").normalised(values)


CONTESTANTS: dict[str, Callable[[Path, int], Epochs]] = {
    "vlmdata, Parquet": vlmdata,
    "vlmdata, uint8": lambda root, workers: vlmdata(root, workers, late=True),
    "vlmdata, tars": lambda root, workers: vlmdata(root, workers, "tars"),
    "webdataset": webdataset,
    "webdataset, our decoder": lambda root, workers: webdataset(root, workers, ours=True),
    "datasets": datasets,
    "datasets, our decoder": lambda root, workers: datasets(root, workers, ours=True),
}


def spent() -> float:
    """CPU seconds of this process and its living children."""
    here = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (here, *here.children(recursive=True)))


def measure(name: str, root: Path, workers: int, samples: int) -> None:
    """Print wall and CPU seconds of the second epoch."""
    epochs = CONTESTANTS[name](root, workers)
    for epoch, _ in zip(epochs, range(2), strict=False):
        cpu, wall = spent(), time.perf_counter()
        keys: set[str] = set()
        for batch in epoch:
            keys.update(batch["key"])
            assert batch["pixel_values"].shape[1:] == (3, 336, 336)
        cpu, wall = spent() - cpu, time.perf_counter() - wall
        if len(keys) != samples:
            raise SystemExit(f"{name} gave {len(keys)} samples of {samples}")
    sys.stdout.write(json.dumps({"wall": wall, "cpu": cpu}) + "\n")


def prepared(scratch: Path, samples: int) -> Path:
    """The shards: ``both`` has them as Parquet and as tars, ``tars`` shows the tars alone."""
    instances = make(scratch / "input", samples)
    recipe = instances.with_name("squares.yaml")
    recipe.write_text(RECIPE)
    both, tars = scratch / "shards" / "both", scratch / "shards" / "tars"
    command = [
        sys.executable,
        "-m",
        "vlmdata",
        "preprocess",
        str(recipe),
        "--workers",
        "2",
        "--quiet",
        "--out",
        str(both),
    ]
    subprocess.run(command, check=True)
    manifest = read_manifest(both)
    tars.mkdir()
    (tars / "webdataset").symlink_to(both / "webdataset")
    write_manifest(tars, replace(manifest, shards=by_format(manifest)["webdataset"]))
    return both.parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loader", description=__doc__)
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--run", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--shards", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        measure(options.run, options.shards, options.workers, options.samples)
        return
    console = Console(width=120)
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"VLMDATA_HOME": f"{scratch}/home", "HF_HOME": f"{scratch}/hf", "HF_HUB_OFFLINE": "1"}
        shards = prepared(Path(scratch), options.samples)
        for turn in range(options.rounds):
            for name in CONTESTANTS:
                command = [sys.executable, "-m", "benchmarks.loader", "--run", name, "--shards", str(shards)]
                command += ["--samples", str(options.samples), "--workers", str(options.workers)]
                done = subprocess.run(command, capture_output=True, text=True)
                if done.returncode:
                    raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
                console.print(
                    f"{turn + 1}/{options.rounds} {name}: {options.samples / found[name][-1]['wall']:.0f} samples/s"
                )
    console.print(ratios(found, options.samples))


def ratios(found: dict[str, list[dict[str, float]]], samples: int) -> Table:
    table = Table("", "samples/s", "CPU ms/sample", "vlmdata is so many times as fast", "by CPU time", title="Loading")
    middle = {name: {of: median(one[of] for one in runs) for of in ("wall", "cpu")} for name, runs in found.items()}
    own = next(iter(middle.values()))
    for name, one in middle.items():
        table.add_row(
            name,
            f"{samples / one['wall']:.0f}",
            f"{1000 * one['cpu'] / samples:.2f}",
            f"{one['wall'] / own['wall']:.2f}",
            f"{one['cpu'] / own['cpu']:.2f}",
        )
    return table


if __name__ == "__main__":
    main()
