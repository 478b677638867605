"""The YAML at the top of a card, in the fields of the Hub (huggingface/hub-docs, datasetcard.md)."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from vlmdata.shards.card.features import features
from vlmdata.shards.card.licenses import on_the_hub
from vlmdata.shards.card.markdown import in_one_line
from vlmdata.shards.card.splits import Part, parts
from vlmdata.shards.contents import Contents
from vlmdata.shards.formats import format_of
from vlmdata.types import Manifest

_TASKS = {
    "vqa": "visual-question-answering",
    "caption": "image-to-text",
    "ocr": "image-to-text",
    "document": "document-question-answering",
    "grounding": "object-detection",
    "detection": "object-detection",
    "table": "table-question-answering",
    "video": "video-text-to-text",
    "text": "text-generation",
}
"""Task categories of the Hub (huggingface.js, packages/tasks/src/pipelines.ts) by our tags."""

_WITH_QUESTIONS = ("document", "table")
_SIZES = ("K", "M", "B", "T")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def metadata(manifest: Manifest, found: Contents) -> dict[str, Any]:
    """All fields, in the order in which they are written. Fields that nothing is known for are absent."""
    named = [name for terms in found.licenses for name in (terms.annotations,)]
    head: dict[str, Any] = {"pretty_name": in_one_line(manifest.name), **on_the_hub([*named, *found.pictures])}
    head |= {"language": _languages(found.languages), "task_categories": _tasks(found.tags)}
    head["size_categories"] = [size_category(manifest.written)]
    head["tags"] = ["vision-language", *(["evaluation"] if manifest.role == "eval" else []), "vlmdata"]
    shown = parts(manifest)
    if shown:
        files = [{"split": part.name, "path": part.pattern} for part in shown]
        head["configs"] = [{"config_name": "default", "data_files": files}]
    if shown and format_of(shown[0].pattern) == "parquet":
        head["dataset_info"] = _info(manifest, shown)
    return {name: value for name, value in head.items() if value}


def size_category(samples: int) -> str:
    """The Hub's word for so many samples, such as ``10K<n<100K``."""
    if samples < 1000:
        return "n<1K"
    bounds = [f"{10**digits}{size}" for size in _SIZES for digits in range(3)]
    place = len(str(samples)) - 4
    return f"{bounds[place]}<n<{bounds[place + 1]}" if place < bounds.index("1T") else "n>1T"


def _languages(counts: Counter[str]) -> list[str]:
    """ISO 639 codes, without region or script."""
    codes = {re.split("[-_]", name.lower())[0] for name in counts}
    return sorted(code for code in codes if _LANGUAGE.fullmatch(code))


def _tasks(tags: Counter[str]) -> list[str]:
    meant = {_TASKS[tag] for tag in tags if tag in _TASKS and (tag not in _WITH_QUESTIONS or "vqa" in tags)}
    return sorted(meant | {"image-text-to-text"} if tags.keys() - {"text", "video"} else meant)


def _info(manifest: Manifest, shown: list[Part]) -> dict[str, Any]:
    """Sizes are those of the files: pictures are not compressed in them, so that Arrow's are about the same."""
    size = sum(part.bytes for part in shown)
    return {
        "features": features(manifest.columns),
        "splits": [{"name": part.name, "num_bytes": part.bytes, "num_examples": part.samples} for part in shown],
        "download_size": size,
        "dataset_size": size,
    }
