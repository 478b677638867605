"""Who is compared by ``benchmarks.fetch``: the command of each, and what it must have written."""

from __future__ import annotations

import subprocess
import sys
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.url_table import UrlTable

IMG2DATASET = "img2dataset==1.47.0"
RIVAL_PYTHONS = ("3.11", "3.12")
CONNECTIONS = 64


@dataclass(frozen=True, kw_only=True)
class Fetcher(ABC):
    """A downloader with its settings. ``max_side``: shrink to that many pixels on the longer side, None to keep."""

    name: str
    workers: int
    max_side: int | None = None

    @abstractmethod
    def command(self, table: UrlTable, out: Path, per_shard: int) -> list[str]:
        """Gets ``table`` into ``out``, a folder that does not exist."""

    @abstractmethod
    def check(self, table: UrlTable, out: Path, printed: str) -> None:
        """``SystemExit`` where not every row came with the right bytes."""

    def _compare(self, table: UrlTable, hashes: Counter[str], longest: int) -> None:
        if hashes != table.hashes:
            wrong = (table.hashes - hashes).total()
            raise SystemExit(f"{self.name}: {wrong} of {table.rows} rows are missing or have other bytes")
        if self.max_side is not None and longest > self.max_side:
            raise SystemExit(f"{self.name}: a side of {longest} pixels is left, over {self.max_side}")


class Vlmdata(Fetcher):
    def command(self, table: UrlTable, out: Path, per_shard: int) -> list[str]:
        limits = ("--concurrency", str(CONNECTIONS), "--per-host", str(CONNECTIONS), "--retries", "0")
        resize = ("--resize", str(self.max_side)) if self.max_side else ()
        return [
            *(sys.executable, "-m", "vlmdata", "fetch", "urls", "--from", str(table.parquet), "--out", str(out)),
            *("--workers", str(self.workers), "--samples-per-shard", str(per_shard), *limits, *resize),
            *("--allow-private-hosts", "--quiet"),
        ]

    def check(self, table: UrlTable, out: Path, printed: str) -> None:
        paths = sorted((out / "parquet").iterdir())
        infos = [info for path in paths for (info,) in pq.read_table(path, columns=["image_info"])[0].to_pylist()]
        longest = max(max(info["width"], info["height"]) for info in infos)
        self._compare(table, Counter(info["sha256"] for info in infos), longest)


@dataclass(frozen=True, kw_only=True)
class Img2dataset(Fetcher):
    """In its best light: no EXIF extraction, no pause between shards, nothing re-encoded that may stay."""

    program: Path
    threads: int = 32

    def command(self, table: UrlTable, out: Path, per_shard: int) -> list[str]:
        options: dict[str, object] = {
            "url_list": table.parquet,
            "input_format": "parquet",
            "url_col": "url",
            "caption_col": "caption",
            "output_format": "webdataset",
            "output_folder": out,
            "processes_count": self.workers,
            "thread_count": self.threads,
            "number_sample_per_shard": per_shard,
            "extract_exif": False,
            "compute_hash": "sha256",
            "retries": 0,
            "enable_wandb": False,
        }
        if self.max_side is None:
            options["disable_all_reencoding"] = True
        else:
            options |= {"resize_mode": "keep_ratio_largest", "image_size": self.max_side}
            options |= {"resize_only_if_bigger": True, "skip_reencode": True, "encode_quality": 95}
        return [str(self.program), *(f"--{name}={value}" for name, value in options.items())]

    def check(self, table: UrlTable, out: Path, printed: str) -> None:
        columns = ["sha256", "status", "width", "height"]
        rows = [
            row for path in sorted(out.glob("*.parquet")) for row in pq.read_table(path, columns=columns).to_pylist()
        ]
        fine = [row for row in rows if row["status"] == "success"]
        longest = max(max(row["width"] or 0, row["height"] or 0) for row in fine)
        self._compare(table, Counter(row["sha256"] for row in fine), longest)


@dataclass(frozen=True, kw_only=True)
class BareLoop(Fetcher):
    """aiohttp and nothing else; with ``keeps`` it also hashes and writes the bodies."""

    keeps: bool = False

    def command(self, table: UrlTable, out: Path, per_shard: int) -> list[str]:
        kept = (str(out),) if self.keeps else ()
        module = (sys.executable, "-m", "benchmarks.bare_loop")
        return [*module, str(table.csv), str(self.workers), str(CONNECTIONS), *kept]

    def check(self, table: UrlTable, out: Path, printed: str) -> None:
        if f"{table.rows} got" not in printed:
            raise SystemExit(f"{self.name} has not got all {table.rows} rows")


def all_of(workers: int, max_side: int, program: Path) -> tuple[Fetcher, ...]:
    rival = Img2dataset(name="img2dataset, bytes kept", workers=workers, program=program)
    ours = Vlmdata(name="vlmdata, bytes kept", workers=workers)
    return (
        ours,
        rival,
        replace(ours, name=f"vlmdata, to {max_side}", max_side=max_side),
        replace(rival, name=f"img2dataset, to {max_side}", max_side=max_side),
        BareLoop(name="bare loop", workers=workers),
        BareLoop(name="bare loop, hashed and written", workers=workers, keeps=True),
    )


def img2dataset_in(folder: Path, python: str) -> Path:
    """Its console script in an environment of its own below ``folder``, made by ``python`` if it is not there."""
    asked = [python, "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
    version = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    if version not in RIVAL_PYTHONS:
        raise SystemExit(
            f"{IMG2DATASET} is not imported by Python {version}: give --rival-python one of {RIVAL_PYTHONS}"
        )
    environment = folder / version
    program = environment / "bin" / "img2dataset"
    if not program.exists():
        subprocess.run([python, "-m", "venv", "--clear", environment], check=True)
        subprocess.run([environment / "bin" / "pip", "install", "--quiet", IMG2DATASET], check=True)
    return program
