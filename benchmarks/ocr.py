"""How well and how fast the engines of ``ocr`` read signs and invoices of ``shapes``: ``python -m benchmarks.ocr``.

A word counts as read if its letters stand, in their order, in the annotations that overlap its published box. English
words are divided by spaces; a Japanese label is one word. Spaces and width of letters (NFKC) are not compared.
"""

from __future__ import annotations

import argparse
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from vlmdata.datasets.shapes.dataset import sample as row
from vlmdata.datasets.shapes.deck import card
from vlmdata.errors import MissingExtraError
from vlmdata.models.ocr import ENGINES, EngineName
from vlmdata.pixels import read_header
from vlmdata.steps.base import Context
from vlmdata.steps.ocr import Ocr
from vlmdata.types import Annotation, Sample

SCENES = ("words", "page")


@dataclass
class Tally:
    pictures: int = 0
    words: int = 0
    seconds: float = 0.0
    unread: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return 1 - len(self.unread) / self.words


def tallies(step: Ocr, rows: int) -> Mapping[tuple[str, str], Tally]:
    """By language and scene, of the first ``rows`` rows of ``shapes``. CPU seconds of this process and its children."""
    found: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
    step.setup()
    for sample in samples(rows):
        tally = found[str(sample.language), str(sample.meta["scene"])]
        started = _cpu_seconds()
        done = step.apply(sample, Context(seed=0, step=step.name))
        tally.seconds += _cpu_seconds() - started
        tally.pictures += 1
        read = [mark for mark in done.annotations if mark.source == "ocr"]
        for label in sample.annotations:
            for word in _words(label, str(sample.language)):
                tally.words += 1
                if _letters(word) not in _over(label, read):
                    tally.unread.append(f"{sample.key}: {word!r}, and there stands {_over(label, read)!r}")
    return dict(sorted(found.items()))


def samples(rows: int) -> Iterator[Sample]:
    """Rows with signs or an invoice whose picture is whole."""
    for number in range(rows):
        dealt = card("train", number)
        if dealt.scene in SCENES and not dealt.bad:
            drawn = row("train", number)
            image = drawn.images[0]
            assert image.data
            header = read_header(image.data)
            yield replace(drawn, images=(replace(image, original=header.size, media_type=header.media_type),))


def _words(label: Annotation, language: str) -> list[str]:
    if label.label != "words" or not label.text:
        return []
    return label.text.split() if language == "en" else [label.text]


def _over(label: Annotation, read: list[Annotation]) -> str:
    assert label.box
    return "".join(_letters(mark.text or "") for mark in read if mark.box and mark.box.intersect(label.box))


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--engine", choices=list(ENGINES), action="append")
    parser.add_argument("--unread", action="store_true", help="also list what was not read")
    asked = parser.parse_args()
    print("| engine | language | scene | pictures | words | read | CPU s a picture |\n|---|---|---|---|---|---|---|")
    for name in asked.engine or ENGINES:
        _print(name, asked.rows, asked.unread)


def _print(name: EngineName, rows: int, unread: bool) -> None:
    try:
        found = tallies(Ocr(engine=name), rows)
    except MissingExtraError as error:
        print(f"| {name} | {error} | | | | | |")
        return
    for (language, scene), tally in found.items():
        pace = tally.seconds / tally.pictures
        print(f"| {name} | {language} | {scene} | {tally.pictures} | {tally.words} | {tally.share:.1%} | {pace:.2f} |")
        for line in tally.unread if unread else ():
            print(f"  {line}")


if __name__ == "__main__":
    main()
