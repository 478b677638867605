"""Looking for data sets of pictures on the Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vlmdata.io.hub import endpoint
from vlmdata.io.hub_errors import hub_errors

_OF_PICTURES = "modality:image"


@dataclass(frozen=True, slots=True)
class Hit:
    """What the Hub says of a data set it found."""

    id: str
    downloads: int
    gated: bool
    licenses: tuple[str, ...]


def searched(query: str, limit: int) -> Sequence[Hit]:
    """The ``limit`` data sets of pictures whose name or description fits, those most downloaded first.

    Raises ``InputError`` where the Hub cannot be reached.
    """
    from huggingface_hub import HfApi

    api = HfApi(endpoint=endpoint(), library_name="vlmdata")
    with hub_errors(api, query, None):
        found = api.list_datasets(search=query, filter=_OF_PICTURES, sort="downloads", limit=limit)
        return [
            Hit(
                info.id,
                info.downloads or 0,
                bool(info.gated),
                tuple(tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")),
            )
            for info in found
        ]
