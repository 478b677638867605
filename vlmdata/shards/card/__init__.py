"""``README.md`` of a data set directory: the card that ``datasets.load_dataset`` and the Hub read.

It depends on manifest and shards alone, so equal data sets have equal cards.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from vlmdata.io.atomic import write_text_atomic
from vlmdata.shards.card.body import body
from vlmdata.shards.card.metadata import metadata
from vlmdata.shards.card.release import Release
from vlmdata.shards.contents import Contents, contents
from vlmdata.types import Manifest

__all__ = ["CARD", "Release", "card_text", "write_card"]

CARD = "README.md"


def write_card(root: Path, manifest: Manifest) -> None:
    """Write the card of a data set directory whose shards are whole. Raises as ``contents`` does."""
    write_text_atomic(root / CARD, card_text(manifest, contents(root, manifest)))


def card_text(manifest: Manifest, found: Contents, release: Release | None = None) -> str:
    """The card in Markdown with its YAML head; as it stands on the Hub where it is told of a ``release``."""
    head = yaml.safe_dump(metadata(manifest, found), sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{head}---\n\n" + "\n".join(body(manifest, found, release))
