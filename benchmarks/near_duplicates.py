"""How well ``dedup.near`` tells copies from look-alikes: ``python -m benchmarks.near_duplicates --photographs DIR``.

Pictures are made from one half of the photographs (``near_pictures``); thresholds were chosen on the other half. With
``--peer PYTHON``, an interpreter that has imagededup 0.3.3, its pHash is asked about the same files. Two counts: files
to remove, where removing is right while a copy is kept; and pairs, by clusters here, as found by the peer.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from benchmarks.near_chart import Curve, drawn
from benchmarks.near_pictures import Half, make
from vlmdata.pixels import read_header
from vlmdata.steps.base import Context
from vlmdata.steps.near import DedupNear
from vlmdata.types import Image, Origin, Sample

SIMILARITIES = {"connected": (0.8, 0.84, 0.87, 0.89, 0.91, 0.93, 0.96), "star": (0.8, 0.84, 0.87, 0.89, 0.91)}
PROCESSES = 2
COUNT = {"development": 9000, "test": 23800}
"""As asked of ``near_pictures.make``; it makes 10,544 and 20,437."""


@dataclass(frozen=True, slots=True)
class Score:
    """Removed files, how many of them rightly, how many there are to remove; and the same of pairs."""

    removed: int
    right: int
    copies: int
    pairs: int
    right_pairs: int
    all_pairs: int

    @property
    def shown(self) -> str:
        removal = f"{self.right / max(self.removed, 1):.4f} | {self.right / self.copies:.4f}"
        return f"{removal} | {self.right_pairs / max(self.pairs, 1):.4f} | {self.right_pairs / self.all_pairs:.4f}"

    @property
    def point(self) -> tuple[float, float]:
        return self.right / self.copies, self.right / max(self.removed, 1)


def pairs_in(labels: Any) -> int:
    _, sizes = np.unique(labels, return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


def scored(groups: Any, removed: Any, clusters: Any) -> Score:
    """Of numbered groups, a flag for what is removed, and clusters by number."""
    sizes, kept = np.bincount(groups), np.bincount(groups[~removed], minlength=int(groups.max()) + 1)
    both = clusters.astype(np.int64) * len(sizes) + groups
    return Score(
        removed=int(removed.sum()),
        right=int(removed.sum() - (kept == 0).sum()),
        copies=int((sizes - 1).sum()),
        pairs=pairs_in(clusters),
        right_pairs=pairs_in(both),
        all_pairs=pairs_in(groups),
    )


def signatures(home: Path, names: Sequence[str], step: DedupNear) -> pa.Table:
    """As the engine gathers them, in one task."""
    with Pool(PROCESSES) as pool:
        rows = pool.starmap(_signature, [(home / name, step) for name in names], chunksize=64)
    identity = [pa.field("task", pa.int32()), pa.field("row", pa.int64()), pa.field("key", pa.string())]
    schema = pa.schema([*identity, *step.signature_schema()])
    found = [{"task": 0, "row": number, "key": str(number), **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(found, schema)


def _signature(path: Path, step: DedupNear) -> Any:
    data = path.read_bytes()
    header = read_header(data)
    image = Image(data=data, original=header.size, media_type=header.media_type)
    sample = Sample(key="k", origin=Origin(dataset="near", source=path.name), images=(image,))
    return step.signature(sample, Context(seed=0, step=step.name))


def asked(step: DedupNear, table: pa.Table, groups: Any, kinds: Sequence[str]) -> tuple[Score, Counter[str]]:
    """The score, and between which kinds of pictures it is mistaken."""
    with tempfile.TemporaryDirectory() as scratch:
        decision = step.decide(ds.dataset(table), Path(scratch))
    gone, stays = (np.array(decision[name].to_pylist(), int) for name in ("key", "survivor"))
    clusters, removed = np.arange(len(groups)), np.zeros(len(groups), bool)
    clusters[gone], removed[gone] = stays, True
    wrong = groups[gone] != groups[stays]
    mistakes = Counter(
        " and ".join(sorted((kinds[one], kinds[other]))) for one, other in zip(gone[wrong], stays[wrong], strict=True)
    )
    return scored(groups, removed, clusters), mistakes


def cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def ours(home: Path, rows: Sequence[dict[str, str]], groups: Any) -> list[Curve]:
    names, kinds = [row["name"] for row in rows], [row["kind"] for row in rows]
    began, used = time.perf_counter(), cpu()
    table = signatures(home, names, DedupNear())
    looked = time.perf_counter() - began, cpu() - used
    asked(DedupNear(), table, groups, kinds)
    decided = time.perf_counter() - began - looked[0], cpu() - used - looked[1]
    print(f"looks: {looked[0]:.0f} s, {looked[1]:.0f} CPU s; decision: {decided[0]:.0f} s, {decided[1]:.0f} CPU s")
    print(f"left alone as blank: {Counter(kinds[n] for n in np.flatnonzero(table['hash'].is_null().to_numpy()))}\n")
    print(
        "| clusters | similarity | removed: precision | recall | pairs: precision | recall |\n|---|---|---|---|---|---|"
    )
    curves = []
    for clusters, similarities in SIMILARITIES.items():
        points = []
        for similarity in similarities:
            step = DedupNear(clusters=clusters, similarity=similarity)
            score, mistakes = asked(step, table, groups, kinds)
            points.append((score.point, f"{similarity}"))
            print(f"| {clusters} | {similarity} | {score.shown} |", flush=True)
            if similarity == DedupNear().similarity:
                print(f"mistakes: {dict(mistakes.most_common())}")
        curves.append(Curve(f"dedup.near, {clusters}, by similarity", points))
    print("\n| distance | removed: precision | recall | pairs: precision | recall |\n|---|---|---|---|---|")
    for distance in (4, 6, 8, 10, 12):
        print(f"| {distance} | {asked(DedupNear(distance=distance), table, groups, kinds)[0].shown} |", flush=True)
    return curves


def peers(python: str, home: Path, rows: Sequence[dict[str, str]], groups: Any) -> Curve:
    script = Path(__file__).with_name("near_imagededup.py")
    found = json.loads(subprocess.check_output([python, script, home], text=True, stderr=subprocess.DEVNULL))
    print(f"\nimagededup pHash: hashes {found['encoding'][0]:.0f} s, {found['encoding'][1]:.0f} CPU s")
    print(
        "\n| bits | removed: precision | recall | pairs: precision | recall | s | CPU s |"
        "\n|---|---|---|---|---|---|---|"
    )
    number = {row["name"]: place for place, row in enumerate(rows)}
    points = []
    for search in found["searches"]:
        removed = np.zeros(len(groups), bool)
        removed[[number[name] for name in search["remove"]]] = True
        base = scored(groups, removed, np.arange(len(groups)))
        score = Score(base.removed, base.right, base.copies, search["pairs"], search["right_pairs"], base.all_pairs)
        points.append((score.point, f"{search['bits']}"))
        print(f"| {search['bits']} | {score.shown} | {search['seconds'][0]:.0f} | {search['seconds'][1]:.0f} |")
    return Curve("imagededup pHash, by bits", points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--photographs", type=Path, required=True, help="packages unpacked, as near_photographs.txt says"
    )
    parser.add_argument("--folder", type=Path, default=Path("near-pictures"), help="for the pictures made")
    parser.add_argument("--half", choices=("development", "test"), default="test")
    parser.add_argument("--peer", help="a Python that has imagededup")
    parser.add_argument("--chart", type=Path)
    options = parser.parse_args()
    half: Half = options.half
    truth = make(options.folder, options.photographs, half, COUNT[half])
    rows = json.loads(truth.read_text())
    _, groups = np.unique([row["group"] for row in rows], return_inverse=True)
    print(f"{len(rows):,} pictures, {len(np.unique(groups)):,} groups: {Counter(row['kind'] for row in rows)}\n")
    curves = ours(truth.parent, rows, groups)
    if options.peer:
        curves.append(peers(options.peer, truth.parent, rows, groups))
    if options.chart:
        drawn(curves, options.chart)


if __name__ == "__main__":
    main()
