"""The splits that a card offers."""

from __future__ import annotations

from dataclasses import dataclass

from vlmdata.shards.formats import SUFFIXES
from vlmdata.shards.manifest_file import by_format
from vlmdata.types import Manifest


@dataclass(frozen=True, slots=True)
class Part:
    """A split by the name under which ``datasets`` loads it, and the pattern of its files."""

    name: str
    pattern: str
    samples: int
    bytes: int


def parts(manifest: Manifest) -> list[Part]:
    """The splits of the format that is read first, ``train`` before others.

    Names hold no hyphens, which ``datasets`` forbids. What measures a model is never offered as ``train``: it is
    called ``evaluation``.
    """
    kind, infos = next(iter(by_format(manifest).items()), ("parquet", []))
    splits = sorted({info.split for info in infos}, key=lambda split: (split != "train", split))
    return [
        Part(
            _name(split, manifest.role),
            f"{kind}/{split}-*{SUFFIXES[kind]}",
            sum(info.samples for info in infos if info.split == split),
            sum(info.bytes for info in infos if info.split == split),
        )
        for split in splits
    ]


def _name(split: str, role: str) -> str:
    return "evaluation" if role == "eval" and split == "train" else split.replace("-", "_")
