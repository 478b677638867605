"""Who is compared by ``benchmarks.preprocess``: the command of each, and what it has written."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.rivals.user_code import MAX_ASPECT, MIN_SIDE, QUALITY

PILLOW = f"pillow=={version('pillow')}"
REQUIREMENTS: Mapping[str, tuple[str, ...]] = {
    "ray": ("ray[data]==2.60.0", PILLOW),
    # Daft needs numpy and does not say so.
    "daft": ("daft==0.7.26", "numpy", "pyarrow", PILLOW),
    # Data-Juicer needs aiohttp and torch and does not say so: the one fails at import, the other it installs itself.
    "data-juicer": ("py-data-juicer==1.6.1", "aiohttp", "torch==2.13.0", PILLOW),
}

STEPS = (
    {"filter.image": {"min_side": MIN_SIDE, "max_aspect": MAX_ASPECT}},
    "boxes.normalize",
    {"tile.anyres": {"policy": "llava-next"}},
)

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """What a contestant is to do: read ``instances``, write ``out``, by ``workers`` processes."""

    instances: Path
    out: Path
    workers: int
    per_shard: int


@dataclass(frozen=True, slots=True)
class Tiled:
    """A sample as it was written. ``number`` is that of its picture's file, ``boxes`` are integers of 0 to 1000."""

    number: int
    boxes: list[list[int]]
    tiles: list[bytes]


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A program under ``benchmarks.rivals``, with the environment that it needs and the Python of it."""

    name: str
    module: str = ""
    how: str = ""
    needs: str = ""
    python: str = sys.executable

    def command(self, work: Work) -> list[str]:
        places = (str(work.instances), str(work.out), str(work.workers), str(work.per_shard))
        return [self.python, "-m", f"benchmarks.rivals.{self.module}", *filter(None, [self.how]), *places]

    def written(self, out: Path) -> Iterator[Tiled]:
        """The samples in ``out``, as Parquet or WebDataset."""
        for path in sorted(out.rglob("*.parquet")):
            for batch in pq.ParquetFile(path).iter_batches(100, columns=["key", "bbox_1000", "tiles"]):
                for row in batch.to_pylist():
                    yield Tiled(int(row["key"]), row["bbox_1000"], row["tiles"])
        for path in sorted(out.rglob("*.tar")):
            for record, tiles in _tar_samples(path):
                yield Tiled(int(record["__key__"]), record["bbox_1000"], tiles)


class Vlmdata(Contestant):
    """``how`` is a fidelity, with ``+clean`` for a recipe that also begins with ``clean.image``."""

    def command(self, work: Work) -> list[str]:
        fidelity, _, clean = self.how.partition("+")
        recipe = work.instances.with_name(f"{work.instances.stem}-{self.how}.yaml")
        image = {"format": "jpeg", "quality": QUALITY, "fidelity": fidelity}
        parts = {
            "version": 1,
            "name": "reference",
            "inputs": [{"path": work.instances.name, "format": "coco", "images": "images"}],
            "steps": ["clean.image", *STEPS] if clean else STEPS,
            "output": {"formats": ["webdataset"], "max_samples": work.per_shard, "image": image},
        }
        recipe.write_text(json.dumps(parts))  # JSON is YAML too
        places = ("--out", str(work.out), "--workers", str(work.workers))
        return [self.python, "-m", "vlmdata", "preprocess", str(recipe), *places, "--no-cache", "--quiet"]

    def written(self, out: Path) -> Iterator[Tiled]:
        for path in sorted(out.rglob("*.tar")):
            for record, tiles in _tar_samples(path):
                (info,) = record["image_info"]
                boxes = [mark["bbox_1000"] for mark in record["annotations"]]
                yield Tiled(int(Path(info["source"]).stem), boxes, tiles)


class Kernel(Contestant):
    """The bare loop, which writes nothing."""

    def command(self, work: Work) -> list[str]:
        return [self.python, "-m", "benchmarks.kernel_loop", self.how, str(work.instances), str(work.workers)]


def all_of(environments: Path, only: str) -> list[Contestant]:
    """Those with a part of ``only`` in their name, each with an environment below ``environments`` if it needs one."""
    known = (
        Vlmdata(name="vlmdata, fast", how="fast"),
        Vlmdata(name="vlmdata, fast, clean.image", how="fast+clean"),
        Vlmdata(name="vlmdata, exact", how="exact"),
        Kernel(name="bare kernel, fast", how="fast"),
        Kernel(name="bare kernel, exact", how="exact"),
        Contestant(name="datasets, filter and map", module="datasets_map", how="steps"),
        Contestant(name="datasets, one map", module="datasets_map", how="one-pass"),
        Contestant(name="Ray Data", module="ray_data", needs="ray"),
        Contestant(name="Daft, threads", module="daft_func", how="threads", needs="daft"),
        Contestant(name="Daft, processes", module="daft_func", how="processes", needs="daft"),
        Contestant(name="Data-Juicer", module="data_juicer", needs="data-juicer"),
    )
    chosen = [one for one in known if any(part in one.name for part in only.split("|"))]
    return [replace(one, python=_environment(environments, one.needs)) if one.needs else one for one in chosen]


def _environment(environments: Path, name: str) -> str:
    """The Python of an environment of its own, made if it is not there with just what is required."""
    folder, requirements = environments / name, REQUIREMENTS[name]
    python, record = folder / "bin" / "python", folder / "requirements.json"
    if not record.exists() or json.loads(record.read_bytes()) != list(requirements):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], check=True)
        record.write_text(json.dumps(requirements))
    return str(python)


def _tar_samples(path: Path) -> Iterator[tuple[Record, list[bytes]]]:
    """The JSON of each sample, with its key as ``__key__``, and its pictures in their order."""
    with tarfile.open(path) as tar:
        key, members = "", dict[str, bytes]()
        for info in tar:
            name, _, suffix = info.name.partition(".")
            if name != key and members:
                yield _sample(key, members)
                members = {}
            key = name
            content = tar.extractfile(info)
            assert content
            members[suffix] = content.read()
        if members:
            yield _sample(key, members)


def _sample(key: str, members: dict[str, bytes]) -> tuple[Record, list[bytes]]:
    record = json.loads(members.pop("json"))
    return record | {"__key__": key}, [members[name] for name in sorted(members)]
