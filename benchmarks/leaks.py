"""How much of a planted leak ``decontaminate`` finds, and what it finds that is none.

    python -m benchmarks.leaks --photographs DIR --texts DIR

The pictures are cuts of the photographs that ``benchmarks.photographs`` names: of their left halves those of the
evaluation set, of their right halves, so of the same scenes, those that must stay. The questions are those of
BIG-bench (``pip download bigbench==1.0.0``; DIR is its ``bigbench/benchmark_tasks``), a half of each task for either
side. What leaks is changed by ``benchmarks.leaked``.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from benchmarks.leaked import QUALITIES, Posed, changed, resized, reworded
from benchmarks.photographs import found
from vlmdata.engine.run import Where, preprocess
from vlmdata.pixels.look import look
from vlmdata.pixels.perceptual import signature_of
from vlmdata.recipe import parsed
from vlmdata.steps.leaks.alike import alike
from vlmdata.steps.leaks.step import DISTANCE

TASKS = ("social_iqa", "strategyqa", "implicatures", "snarks", "understanding_fables", "cryptonite")
"""Whose rows are independent of each other: others ask twice about one passage, which is a leak between the halves."""
OTHERS = ("vitaminc_fact_verification", "topical_chat", "qa_wikidata", "sports_understanding", "timedial")
AT_MOST = 1_500
"""Rows of a task on either side."""
SIDE = 480
ROWS, COLUMNS = 3, 2
"""Cuts of the left half of a photograph, besides that half."""
STAY = 160
"""Cuts of its right half."""
LEVELS = (0.7, 0.75, 0.8, 0.85, 0.88, 0.92)
AGAIN = 3
"""Times a picture leaks."""
_SHORT = 13
"""Words."""


@dataclass(slots=True)
class Written:
    """LLaVA's rows of a data set, and of which kind each is."""

    folder: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def add(self, kind: str, picture: str | None, question: str, answer: str) -> None:
        marker = "<image>\n" if picture else ""
        turns = [{"from": "human", "value": marker + question}, {"from": "gpt", "value": answer}]
        self.rows.append({"id": str(len(self.rows)), **({"image": picture} if picture else {}), "conversations": turns})
        self.kinds.append(kind)

    def save(self, name: str) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(self.rows))


def main() -> None:
    """Print what is found of each kind of sample, by reason."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--photographs", type=Path, required=True)
    options.add_argument("--texts", type=Path, required=True)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--keep", type=Path, help="folder for what is made, to look at it")
    options.add_argument("--pairs", action="store_true", help="only count pairs of other photographs that look alike")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.keep or Path(folder)
        (home / "pictures").mkdir(parents=True, exist_ok=True)
        if asked.pairs:
            print_pairs(
                home / "pictures", [name for names in cuts(home / "pictures", asked.photographs) for name in names]
            )
            return
        kinds = make(home, *cuts(home / "pictures", asked.photographs), *posed(asked.texts))
        found, seconds = run(home, kinds, asked.workers)
    counts = Counter(kinds)
    for kind, count in counts.items():
        hits = {reason: some for (of, reason), some in sorted(found.items()) if of == kind}
        print(f"{kind:20} {count:7,}  found {sum(hits.values()) / count:8.3%}  {hits}")
    print(f"{seconds:.1f} s for {len(kinds):,} samples, {asked.workers} workers")


def cuts(folder: Path, photographs: Path) -> tuple[list[str], list[str]]:
    """Names of the pictures of the evaluation set, and of those that must stay."""
    measured: list[str] = []
    stay: list[str] = []
    for number, photo in enumerate(found(photographs)):
        with Image.open(photo) as im:
            whole = im.convert("RGB")
        middle, down = whole.width / 2, whole.height
        boxes = [(0.0, 0.0, middle, float(down))]
        boxes += [
            (middle * column / COLUMNS, down * row / ROWS, middle * (column + 1) / COLUMNS, down * (row + 1) / ROWS)
            for row in range(ROWS)
            for column in range(COLUMNS)
        ]
        measured += _cut(folder, whole, boxes, f"{number:02d}-left")
        rng = random.Random(number)
        boxes = []
        for _ in range(STAY):
            wide, high = middle * rng.uniform(0.3, 1), down * rng.uniform(0.3, 1)
            left, top = middle + rng.random() * (middle - wide), rng.random() * (down - high)
            boxes.append((left, top, left + wide, top + high))
        stay += _cut(folder, whole, boxes, f"{number:02d}-right")
    random.Random(2).shuffle(measured)
    return measured, stay


def _cut(folder: Path, whole: Image.Image, boxes: list[tuple[float, float, float, float]], name: str) -> list[str]:
    names = [f"{name}-{number:03d}.jpg" for number in range(len(boxes))]
    for box, one in zip(boxes, names, strict=True):
        wide, high = box[2] - box[0], box[3] - box[1]
        scale = min(1, SIDE / max(wide, high))
        size = (round(wide * scale), round(high * scale))
        whole.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=3.0).save(folder / one, quality=92)
    return names


def posed(folder: Path) -> tuple[list[Posed], list[Posed]]:
    """Questions of the evaluation set, and others."""
    measured: list[Posed] = []
    others: list[Posed] = []
    for task in TASKS:
        rows = _rows(folder, task)
        random.Random(task).shuffle(rows)
        middle = min(len(rows) // 2, AT_MOST)
        measured += rows[:middle]
        others += rows[middle : 2 * middle]
    for task in OTHERS:
        others += _rows(folder, task)[:AT_MOST]
    random.Random(0).shuffle(measured)
    random.Random(1).shuffle(others)
    return measured, others


def make(home: Path, pictures: list[str], stay: list[str], questions: list[Posed], others: list[Posed]) -> list[str]:
    """Write the evaluation set and the training data; the kind of each row of these."""
    rng = random.Random(1)
    evaluation, training = Written(home), Written(home)
    for number, question in enumerate(questions):
        picture = pictures[number] if number < len(pictures) else None
        evaluation.add("", picture, question.asked(), question.answer)
        for time_ in range(AGAIN if picture else 0):
            for kind in ("resized", "changed"):
                name = _saved(home / "pictures", str(picture), f"{kind}-{time_}", rng)
                training.add(f"leak, {kind}", name, reworded(question, rng), question.answer)
                training.add(f"picture, {kind}", name, others[number].asked(), others[number].answer)
        length = "short" if len(question.question.split()) < _SHORT else "long"
        training.add(f"text, {length}", None, reworded(question, rng), question.answer)
    for number in range(max(len(others), len(stay))):
        other = others[number % len(others)]
        training.add("rest", stay[number] if number < len(stay) else None, other.asked(), other.answer)
    evaluation.save("evaluation")
    training.save("training")
    return training.kinds


def run(home: Path, kinds: list[str], workers: int) -> tuple[Counter[tuple[str, str]], float]:
    """How many samples of each kind were dropped, by reason; how long it took, fingerprints apart."""
    preprocess(parsed(_EVALUATION, "evaluation.yaml", home), home / "evaluation", Where(workers=workers))
    recipe = parsed(_RECIPE, "leaks.yaml", home)
    started = time.perf_counter()
    preprocess(recipe, home / "clean", Where(workers=workers, overwrite=True))
    found: Counter[tuple[str, str]] = Counter()
    for path in sorted((home / "clean/dropped").glob("*.parquet")):
        for row in pq.read_table(path, columns=["source", "reason"]).to_pylist():
            found[kinds[int(row["source"].rpartition("#")[2])], row["reason"]] += 1
    return found, time.perf_counter() - started


def print_pairs(folder: Path, names: list[str]) -> None:
    """How many pairs of cuts of different photographs are as alike as each of ``LEVELS``."""
    looks = [signature_of(look((folder / name).read_bytes(), SIDE)) for name in names]
    hashes = np.array([one.hash for one in looks], np.uint64)
    thumbnails = np.array([np.frombuffer(one.thumbnail, np.uint8) for one in looks])
    photos = np.array([int(name.partition("-")[0]) for name in names])
    pairs, counts = 0, Counter[float]()
    for number, one in enumerate(looks):
        other = (photos != photos[number]) & (np.arange(len(looks)) > number)
        near = other & (np.bitwise_count(hashes ^ hashes[number]) <= DISTANCE)
        pairs += int(other.sum())
        counts.update(level for how in alike(one, thumbnails[near]) for level in LEVELS if how >= level)
    print(f"{pairs:,} pairs", {level: counts[level] for level in LEVELS})


_EVALUATION = """\
version: 1
name: evaluation
inputs: [{path: evaluation.json, format: llava, images: pictures}]
"""
_RECIPE = """\
version: 1
name: clean
inputs: [{path: training.json, format: llava, images: pictures}]
steps: [{decontaminate: {against: ./evaluation}}]
output: {max_samples: 1000}
"""


def _saved(folder: Path, name: str, kind: str, rng: random.Random) -> str:
    again = f"{kind}-{name}"
    with Image.open(folder / name) as im:
        found = changed(im, rng) if kind.startswith("changed") else resized(im, rng)
    found.save(folder / again, quality=rng.randint(*QUALITIES))
    return again


def _rows(folder: Path, task: str) -> list[Posed]:
    """The rows of a task of BIG-bench (google/BIG-bench, ``docs/doc.md``), each question once."""
    rows: dict[tuple[str, tuple[str, ...]], Posed] = {}
    for example in json.loads((folder / task / "task.json").read_text())["examples"]:
        options: dict[str, float] = example.get("target_scores") or {}
        answer = max(options, key=lambda option: options[option]) if options else example["target"]
        said = answer if isinstance(answer, str) else answer[0]
        question = example["input"].strip()
        rows.setdefault((question.lower(), tuple(sorted(options))), Posed(question, tuple(options), said))
    return list(rows.values())


if __name__ == "__main__":
    main()
