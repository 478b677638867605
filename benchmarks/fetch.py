"""How fast pictures come from a list of URLs: vlmdata, img2dataset and a bare aiohttp loop, from one nginx.

``python -m benchmarks.fetch [--rows N] [--repeats N] [--workers N] [--https] [--repeated] [--only TEXT] [--serve]``

All get the same addresses of the same pictures with as many processes and run in turns; medians are compared. CPU
time is user and system time of all processes of a fetcher, from the start of its interpreter on, without nginx. What
of it is start-up is measured by a table of one row per worker. Needs nginx (``apt-get install nginx-light``);
img2dataset is installed into an environment of its own under ``--work``, which also keeps the pictures. Over HTTPS
much hangs on its Python: 3.12 makes one TLS context per process where 3.11 makes one per request.

To profile, ``--serve`` starts nginx, prints the commands and waits; then, for example::

    py-spy record --subprocesses --native --rate 200 -o fetch.svg -- COMMAND
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import certifi
from rich.console import Console
from rich.table import Table

from benchmarks import url_table, web_pictures
from benchmarks.fetchers import BareLoop, Fetcher, Img2dataset, all_of, img2dataset_in
from benchmarks.nginx import Nginx, served
from benchmarks.url_table import UrlTable

PICTURES = 3000
PER_SHARD = 2000
MAX_SIDE = 384
EQUAL_ROWS = 4
THREADS_TRIED = (8, 16, 32, 64)
TRIED_ON = 2000
ENVIRONMENT = {"NO_COLOR": "1", "NO_ALBUMENTATIONS_UPDATE": "1"}


@dataclass(frozen=True)
class Cost:
    cpu: float
    wall: float
    requests: int


@dataclass
class Measured:
    """The runs of one fetcher: over the table, and over one row per worker."""

    fetcher: Fetcher
    whole: list[Cost] = field(default_factory=list)
    empty: list[Cost] = field(default_factory=list)

    def cpu(self, *, start_up: bool = True) -> float:
        """Median seconds of a whole run, with or without the median of an empty one."""
        return median(one.cpu for one in self.whole) - (0 if start_up else median(one.cpu for one in self.empty))

    def wall(self, *, start_up: bool = True) -> float:
        return median(one.wall for one in self.whole) - (0 if start_up else median(one.wall for one in self.empty))


@dataclass(frozen=True)
class Field:
    """Where the runs take place: scratch space and the server, with all certificates that are trusted."""

    scratch: Path
    server: Nginx
    trusted: Path

    def run(self, fetcher: Fetcher, table: UrlTable, per_shard: int) -> Cost:
        """One run from nothing, checked."""
        out, home = self.scratch / "out", self.scratch / "home"
        for folder in (out, home):
            shutil.rmtree(folder, ignore_errors=True)
        asked = self.server.requests()
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            fetcher.command(table, out, per_shard),
            env=os.environ | ENVIRONMENT | {"VLMDATA_HOME": str(home), "SSL_CERT_FILE": str(self.trusted)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"{fetcher.name} failed:\n{done.stdout[-2000:]}")
        fetcher.check(table, out, done.stdout)
        shutil.rmtree(out, ignore_errors=True)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Cost(cpu, wall, self.server.requests() - asked - 1)


def tuned(fetcher: Fetcher, place: Field, table: UrlTable, console: Console) -> Fetcher:
    """img2dataset with the number of threads that costs it the least CPU time, others as they are."""
    if not isinstance(fetcher, Img2dataset):
        return fetcher
    costs = {
        threads: place.run(replace(fetcher, threads=threads), table, PER_SHARD // 2).cpu for threads in THREADS_TRIED
    }
    told = ", ".join(f"{threads} threads: {cpu:.1f} CPU-s" for threads, cpu in costs.items())
    console.print(f"{fetcher.name}, {table.rows} rows: {told}")
    return replace(fetcher, threads=min(costs, key=costs.__getitem__))


def speeds(measured: Sequence[Measured], rows: int) -> Table:
    table = Table("", "images/CPU-s", "start-up off", "images/s", "start-up off", "CPU-s", "of it start-up", "requests")
    for one in measured:
        rates = [rows / cost(start_up=start_up) for cost in (one.cpu, one.wall) for start_up in (True, False)]
        spent = (f"{one.cpu():.1f}", f"{one.cpu() - one.cpu(start_up=False):.1f}", str(one.whole[-1].requests))
        table.add_row(one.fetcher.name, *(f"{rate:.0f}" for rate in rates), *spent)
    return table


def ratios(measured: Sequence[Measured]) -> Table:
    """Each over img2dataset doing the same, and over the bare loops."""
    table = Table("times the rate of", "", "by CPU", "start-up off", "by wall", "start-up off")
    rivals = [one for one in measured if isinstance(one.fetcher, Img2dataset | BareLoop)]
    for rival in rivals:
        bare = isinstance(rival.fetcher, BareLoop)
        for one in measured:
            if one in rivals or not (bare or one.fetcher.max_side == rival.fetcher.max_side):
                continue
            faster = [
                f"{getattr(rival, cost)(start_up=start_up) / getattr(one, cost)(start_up=start_up):.2f}"
                for cost in ("cpu", "wall")
                for start_up in (True, False)
            ]
            table.add_row(rival.fetcher.name, one.fetcher.name, *faster)
    return table


def main() -> None:
    options = _options()
    console = Console(width=140)
    pictures = web_pictures.make(options.work / "pictures", PICTURES)
    size = sum((options.work / "pictures" / name).stat().st_size for name in pictures)
    console.print(f"{len(pictures)} pictures, {size / len(pictures) / 1000:.0f} kB on average")
    fetchers = all_of(options.workers, MAX_SIDE, img2dataset_in(options.work / "img2dataset", options.rival_python))
    fetchers = tuple(one for one in fetchers if options.only in one.name)
    passes = url_table.passes(len(pictures), options.rows)
    with (
        served(options.work / "pictures", passes, options.work / "nginx") as server,
        tempfile.TemporaryDirectory(dir=options.work) as scratch,
    ):
        address = server.https if options.https else server.http
        each = EQUAL_ROWS if options.repeated else 1
        tables = Path(scratch, "tables")
        table = url_table.write(tables, "all", address, pictures, options.rows, each)
        empty = url_table.write(tables, "empty", address, pictures, options.workers)
        some = url_table.write(tables, "some", address, pictures, min(options.rows, TRIED_ON))
        place = Field(Path(scratch), server, _trusted(server, tables))
        if options.serve:
            for one in fetchers:
                console.print(shlex.join(one.command(table, place.scratch / "out", PER_SHARD)), soft_wrap=True)
            input(f"SSL_CERT_FILE={place.trusted}. Enter ends the server. ")
            return
        measured = [Measured(tuned(one, place, some, console)) for one in fetchers]
        for turn in range(options.repeats):
            console.print(f"turn {turn + 1} of {options.repeats}")
            run_in_turn(measured, place, table, empty, console)
    console.print(speeds(measured, options.rows), ratios(measured))


def run_in_turn(measured: Sequence[Measured], place: Field, table: UrlTable, empty: UrlTable, console: Console) -> None:
    for one in measured:
        one.empty.append(place.run(one.fetcher, empty, 1))
        one.whole.append(place.run(one.fetcher, table, PER_SHARD))
        console.print(f"  {one.fetcher.name}: {one.whole[-1].wall:.1f} s, {one.whole[-1].cpu:.1f} CPU-s")


def _trusted(server: Nginx, folder: Path) -> Path:
    """The usual certificates and that of the server: what it costs to load them is part of a real download."""
    path = folder / "trusted.pem"
    path.write_bytes(Path(certifi.where()).read_bytes() + server.certificate.read_bytes())
    return path


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fetch", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir(), "vlmdata-benchmark-fetch"))
    parser.add_argument("--https", action="store_true", help="over TLS, as most pictures of the web come")
    parser.add_argument("--rival-python", default=sys.executable, metavar="PATH", help="3.11 or 3.12")
    parser.add_argument("--repeated", action="store_true", help=f"every address in {EQUAL_ROWS} rows")
    parser.add_argument("--only", default="", metavar="TEXT", help="those with TEXT in their name")
    parser.add_argument("--serve", action="store_true", help="start the server, print the commands, and wait")
    options = parser.parse_args()
    options.work = options.work.absolute()
    options.work.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
