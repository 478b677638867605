"""The card's text: what is inside, under which terms, how it was made, what is known to be wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from vlmdata.shards.card.markdown import fenced, listed, plain, table
from vlmdata.shards.card.release import Release
from vlmdata.shards.card.splits import parts
from vlmdata.shards.contents import Contents
from vlmdata.shards.manifest_file import by_format
from vlmdata.types import Manifest, SourceInfo, StepTally
from vlmdata.types.manifest import ordered

_FIRST = ("version", "name", "seed", "model", "inputs", "licenses", "steps", "output")


def body(manifest: Manifest, found: Contents, release: Release | None) -> Iterator[str]:
    """The card below its YAML, line by line."""
    made = "Fetched" if manifest.kind == "fetched" else "Made"
    yield f"# {plain(manifest.name)}\n"
    yield f"{made} with vlmdata {plain(manifest.versions.get('vlmdata', ''))}:"
    yield f"{manifest.written:,} samples from {manifest.rows:,} rows."
    yield "`manifest.json` holds the recipe, the hash of every file and the full account.\n"
    if manifest.role == "eval":
        yield "**Evaluation data: it measures models and never becomes training data.**\n"
    yield from table(("split", "samples"), ((part.name, part.samples) for part in parts(manifest)))
    if release and release.sheet:
        yield f"![Some of the pictures]({release.sheet})\n"
    yield from _loading(manifest, release.repo if release else "PATH")
    yield from _terms(manifest, found, release)
    yield from _sources(manifest)
    yield "## What became of the rows\n"
    yield from table(("step", "in", "created", "merged", "dropped"), map(_line, manifest.funnel))
    yield "## Recipe\n"
    yield from fenced(yaml.safe_dump(_ordered(manifest.recipe), sort_keys=False, allow_unicode=True), "yaml")


def _ordered(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """In the order of people at the top and of the alphabet below; a manifest that is read again has lost any other."""
    plain_order: dict[str, Any] = json.loads(json.dumps(recipe, sort_keys=True))
    return {name: plain_order[name] for name in (*_FIRST, *plain_order) if name in plain_order}


def _loading(manifest: Manifest, place: str) -> Iterator[str]:
    shards = by_format(manifest)
    code = []
    if "parquet" in shards:
        split = parts(manifest)[0].name
        code.append("from datasets import load_dataset\n")
        code.append(f'samples = load_dataset("{place}", split="{split}")  # pictures as PIL images in "images"\n')
    if "webdataset" in shards:
        code.append("import webdataset\n")
        shard = shards["webdataset"][0].path
        code.append(f'samples = webdataset.WebDataset("{place}/{shard}", shardshuffle=False)')
    yield "## Load it\n"
    yield from fenced("\n".join(code), "python")
    yield f"Columns: {', '.join(f'`{column}`' for column in manifest.columns)}.\n"


def _terms(manifest: Manifest, found: Contents, release: Release | None) -> Iterator[str]:
    """Under which licences the samples are. Counted in the rows."""
    yield "## Licences\n"
    yield from table(
        ("annotations", "images", "commercial use", "text written by", "samples"),
        (
            (terms.annotations, terms.images, terms.commercial, terms.generator, samples)
            for terms, samples in ordered(found.licenses)
        ),
    )
    if len(found.pictures) > 1:
        ranked = sorted(found.pictures.items(), key=lambda counted: (-counted[1], counted[0] or ""))
        yield from table(("licence of pictures", "pictures"), ranked)
    conditions = [f"{one.name}, {condition}" for one in _once(manifest) for condition in one.conditions]
    if conditions:
        yield "What binds beyond these names:\n"
        yield from listed(conditions)
    if release and release.claims:
        yield "Who published this data set states to have the right to pass on what is not open:\n"
        yield from listed(release.claims)


def _sources(manifest: Manifest) -> Iterator[str]:
    yield "## Sources\n"
    yield from table(
        ("source", "rows", "revision", "licence of annotations", "licence of images"),
        ((one.name, one.rows, one.revision, one.license_annotations, one.license_images) for one in manifest.origins),
    )
    if named := [f"{one.name}: {one.credit}" for one in _once(manifest) if one.credit]:
        yield "Please cite:\n"
        yield from listed(named)
    if problems := [f"{one.name}: {problem}" for one in _once(manifest) for problem in one.problems]:
        yield "## Known limits\n"
        yield from listed(problems)


def _once(manifest: Manifest) -> list[SourceInfo]:
    """Each source once, however many of its splits were taken."""
    return list({one.name: one for one in manifest.origins}.values())


def _line(tally: StepTally) -> tuple[object, ...]:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(tally.dropped.items()))
    return (tally.name, tally.entered, tally.created, tally.merged, reasons or 0)
