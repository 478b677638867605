"""Captions per second that ``clean.text`` and ``filter.text`` take on one core, rule by rule and as they come.

``python -m benchmarks.text [TABLE.parquet] [--column TEXT]``

Without a table the captions are sentences of three kinds in equal parts: clean English, clean Japanese, and scraped
English with something for each rule. CPU seconds of the process; the median of several rounds; each round goes over
all captions, as samples of one picture and one message.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from vlmdata.steps.base import Context, Step
from vlmdata.steps.text import CleanText, FilterText
from vlmdata.types import Image, ImagePart, Message, Origin, Sample, Size, TextPart

ROUNDS = 7
SIZE = 3000
ENGLISH = (
    "A man in a red shirt rides a brown horse along the beach at sunset.",
    "Two dogs play with a yellow ball on the grass in front of a white house.",
    "A plate with a sandwich and some fries on a wooden table.",
    "Several people stand at a crossing and wait for the traffic light.",
)
JAPANESE = (
    "黒いユニフォームのランナーがホームに帰ってきた。",
    "白い皿の上に、サンドイッチと小さなトマトが置かれている。",
    "公園で二匹の犬が黄色いボールで遊んでいる。",
    "交差点で数人が信号を待っている。",
)
SCRAPED = (
    "<b>Summer dress</b> &amp; hat, cotton — Stock Photo #4783079",
    "The cafÃ© at the corner (Photo by John Smith/Getty Images)",
    "Best   price!!!!!! call (212) 555-0123 or see https://example.com/shop",
    "red car red car red car for sale in London.jpg",
)
ALL_RULES: Mapping[str, object] = {"form": "NFKC", "urls": "remove", "emails": "mask", "phones": "mask"}
EVERY_LIMIT: Mapping[str, object] = {
    "min_chars": 1,
    "min_words": 1,
    "min_letters": 0.1,
    "max_digits": 0.9,
    "unsuitable": ["en", "ja"],
}
CLEANING = ("unicode", "form", "html", "urls", "emails", "phones", "boilerplate", "repeats", "spaces")
FILTERING = ("placeholders", "empty_answers", "refusals", "echoes", "same_turns", "repetition")


def captions(table: Path | None, column: str) -> list[str]:
    if table is not None:
        return [str(text) for text in pq.read_table(table, columns=[column])[column].to_pylist() if text]
    texts = [text for three in zip(ENGLISH, JAPANESE, SCRAPED, strict=True) for text in three]
    return [f"{texts[number % len(texts)]} {number}" for number in range(SIZE)]


def sample(number: int, text: str) -> Sample:
    image = Image(data=b"", original=Size(640, 480))
    shown = Message("user", (ImagePart(0),))
    said = Message("assistant", (TextPart(text),))
    return Sample(key=f"k{number}", origin=Origin(dataset="d", source="f"), images=(image,), messages=(shown, said))


def steps() -> dict[str, Sequence[Step]]:
    """What is measured, by name: default sets, all rules, and each rule alone."""
    clean_off = {name: None if name == "form" else "keep" if name in ALL_RULES else False for name in CLEANING}
    filter_off = dict.fromkeys(FILTERING, False)
    found: dict[str, Sequence[Step]] = {
        "clean.text and filter.text, default": (CleanText(), FilterText()),
        "clean.text, default": (CleanText(),),
        "filter.text, default": (FilterText(),),
        "both, every rule": (CleanText.model_validate(ALL_RULES), FilterText.model_validate(EVERY_LIMIT)),
        "both, every rule and language": (
            CleanText.model_validate(ALL_RULES),
            FilterText.model_validate({**EVERY_LIMIT, "languages": ["en", "ja"]}),
        ),
    }
    for name in CLEANING:
        rule = CleanText.model_validate({**clean_off, name: ALL_RULES.get(name, True)})
        found[f"clean.text, {name} alone"] = (rule,)
    for name in FILTERING:
        found[f"filter.text, {name} alone"] = (FilterText.model_validate({**filter_off, name: True}),)
    for name, value in {**EVERY_LIMIT, "languages": ["en", "ja"]}.items():
        found[f"filter.text, {name} alone"] = (FilterText.model_validate({**filter_off, name: value}),)
    return found


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one time, the median of some."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return median(spent)


def run(chain: Sequence[Step], samples: Sequence[Sample]) -> Counter[str]:
    """What became of the samples: notes, reasons, kept."""
    seen: Counter[str] = Counter()
    ctx = Context(seed=0, step="benchmark", notes=seen)
    for one in samples:
        for step in chain:
            outcome = step.apply(one, ctx)
            if not isinstance(outcome, Sample):
                seen[f"drop:{getattr(outcome, 'reason', '')}"] += 1
                break
            one = outcome
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, nargs="?")
    parser.add_argument("--column", default="TEXT")
    options = parser.parse_args()
    texts = captions(options.table, options.column)
    samples = [sample(number, text) for number, text in enumerate(texts)]
    console = Console()
    report = Table(
        "", "captions/s", "µs", title=f"{len(texts)} captions of {sum(map(len, texts)) / len(texts):.0f} characters"
    )
    for name, chain in steps().items():
        for step in chain:
            step.setup()
        each = seconds(partial(run, chain, samples)) / len(samples)
        report.add_row(name, f"{1 / each:,.0f}", f"{each * 1e6:.1f}")
    console.print(report)
    seen = run(next(iter(steps().values())), samples)
    console.print(
        "Default set:", ", ".join(f"{name} {times}" for name, times in sorted(seen.items())) or "nothing found"
    )


if __name__ == "__main__":
    main()
