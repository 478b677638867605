"""Scores that ``safety.nsfw`` gives to pictures which are all safe: ``python -m benchmarks.safety FOLDER ...``.

Every picture below each folder is scored once, whatever its copies are called. What stands above a threshold is a false
positive. There is no set of unsafe pictures here: how many of those are found is not measured.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vlmdata.errors import BadRecord, MissingExtraError
from vlmdata.models.safety import PACKAGED, loaded
from vlmdata.pixels import look_at, read_header
from vlmdata.types import Image

THRESHOLDS = (0.1, 0.2, 0.3, 0.5, 0.8)
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_LEAST = 64
"""Pixels of the shorter side. What is smaller is an icon, and no picture to train on."""


@dataclass
class Tally:
    """Scores with the files they are of. ``seconds`` is CPU time: all of it, and that of decoding alone."""

    scores: list[tuple[float, Path]] = field(default_factory=list)
    seconds: float = 0.0
    decoding: float = 0.0


def pictures(folder: Path) -> Iterator[tuple[Path, Image]]:
    """Those that can be read, in the order of their paths, each once."""
    seen = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            continue
        data = path.read_bytes()
        mark = hashlib.sha256(data).digest()
        if mark in seen:
            continue
        seen.add(mark)
        try:
            header = read_header(data)
        except BadRecord:
            continue
        if min(header.size.width, header.size.height) >= _LEAST:
            yield path, Image(data=data, original=header.size, media_type=header.media_type)


def tally(model: str, folder: Path) -> Tally:
    """Of all pictures below a folder."""
    found = Tally()
    classifier = loaded(model)
    for path, image in pictures(folder):
        started = time.process_time()
        try:
            pixels = look_at(image, classifier.side(image.size))
        except BadRecord:
            continue
        found.decoding += time.process_time() - started
        found.scores.append((classifier.score(pixels), path))
        found.seconds += time.process_time() - started
    return found


def _row(model: str, folder: Path, found: Tally) -> str:
    scores = np.array([score for score, _ in found.scores])
    above = " | ".join(f"{(scores > threshold).sum()}" for threshold in THRESHOLDS)
    middle, high = np.quantile(scores, (0.5, 0.99))
    pace, alone = len(scores) / found.seconds, len(scores) / (found.seconds - found.decoding)
    name = f"{model} | {folder.name} | {len(scores)}"
    return f"| {name} | {middle:.4f} | {high:.3f} | {scores.max():.3f} | {above} | {pace:.1f} ({alone:.1f}) |"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--model", choices=list(PACKAGED), action="append")
    parser.add_argument("--highest", type=int, default=0, help="also list so many of the highest scores")
    asked = parser.parse_args(arguments)
    heads = ["model", "folder", "pictures", "median", "99 %", "highest", *(f"> {one}" for one in THRESHOLDS)]
    heads.append("pictures a CPU second (without decoding)")
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for model in asked.model or PACKAGED:
        for folder in asked.folders:
            try:
                found = tally(model, folder)
            except MissingExtraError as error:
                print(f"| {model} | {error} |")
                break
            if found.scores:
                print(_row(model, folder, found))
            for score, path in sorted(found.scores, reverse=True)[: asked.highest]:
                print(f"  {score:.3f} {path}")


if __name__ == "__main__":
    main()
