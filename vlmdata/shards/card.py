"""``README.md`` of a data set directory: the card that ``datasets.load_dataset`` and the Hub read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from vlmdata.io.atomic import write_text_atomic
from vlmdata.shards.formats import SUFFIXES
from vlmdata.shards.manifest_file import by_format
from vlmdata.types import Manifest, ShardInfo, StepTally
from vlmdata.types.manifest import ordered

CARD = "README.md"


def write_card(root: Path, manifest: Manifest) -> None:
    """Write the card of a data set directory."""
    write_text_atomic(root / CARD, card_text(manifest))


def card_text(manifest: Manifest) -> str:
    """The card in Markdown with its YAML head. No licence is named: the sources' terms stand in the table."""
    head = yaml.safe_dump(_head(manifest), sort_keys=False, allow_unicode=True)
    return f"---\n{head}---\n\n" + "\n".join(_body(manifest))


def _head(manifest: Manifest) -> dict[str, Any]:
    head: dict[str, Any] = {"pretty_name": manifest.name}
    files = [
        {"split": split, "path": f"{name}/{split}-*{SUFFIXES[name]}"}
        for name, infos in list(by_format(manifest).items())[:1]
        for split in _samples(infos)
    ]
    return head | {"configs": [{"config_name": "default", "data_files": files}]} if files else head


def _samples(infos: list[ShardInfo]) -> dict[str, int]:
    """Samples by split, ``train`` first."""
    splits = sorted({info.split for info in infos}, key=lambda split: (split != "train", split))
    return {split: sum(info.samples for info in infos if info.split == split) for split in splits}


def _body(manifest: Manifest) -> Iterator[str]:
    shards = by_format(manifest)
    first = next(iter(shards.values()), [])
    made = "Fetched" if manifest.kind == "fetched" else "Made"
    yield f"# {manifest.name}\n"
    yield f"{made} with vlmdata {manifest.versions.get('vlmdata', '')}:"
    yield f"{manifest.written:,} samples from {manifest.rows:,} rows."
    yield "`manifest.json` holds the recipe, the hash of every file and the full account.\n"
    if manifest.role == "eval":
        yield "**Evaluation data: it measures models and never becomes training data.**\n"
    yield from _table(("split", "samples"), _samples(first).items())
    yield "## Load it\n"
    yield "```python"
    if "parquet" in shards:
        yield "from datasets import load_dataset\n"
        yield 'samples = load_dataset("PATH", split="train")  # pictures as PIL images in "images"\n'
    if "webdataset" in shards:
        yield "import webdataset\n"
        yield f'samples = webdataset.WebDataset("PATH/{shards["webdataset"][0].path}", shardshuffle=False)'
    yield "```\n"
    yield f"Columns: {', '.join(f'`{column}`' for column in manifest.columns)}.\n"
    yield from _terms(manifest)
    yield "## What became of the rows\n"
    yield from _table(("step", "in", "created", "merged", "dropped"), map(_line, manifest.funnel))


def _terms(manifest: Manifest) -> Iterator[str]:
    """Under which licences the samples are, and whom to name."""
    if manifest.licenses:
        yield "## Licences\n"
        yield from _table(
            ("annotations", "images", "commercial use", "text written by", "samples"),
            (
                (terms.annotations, terms.images, terms.commercial, terms.generator, samples)
                for terms, samples in ordered(manifest.licenses)
            ),
        )
    yield "## Sources\n"
    yield from _table(
        ("source", "rows", "revision", "licence of annotations", "licence of images", "attribution"),
        (
            (one.name, one.rows, one.revision, one.license_annotations, one.license_images, one.credit)
            for one in manifest.origins
        ),
    )


def _line(tally: StepTally) -> tuple[object, ...]:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(tally.dropped.items()))
    return (tally.name, tally.entered, tally.created, tally.merged, reasons or 0)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        cells = ("" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', '&#124;') for cell in cells)} |"
    yield ""
