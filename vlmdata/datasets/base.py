"""Two kinds of input: a local file in a known format, and a published data set by name."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from vlmdata.datasets.entry import Entry
from vlmdata.io.source import RecipeInput, slug
from vlmdata.types import License, SampleRole


class Format(RecipeInput):
    """A local file or folder of a declared format: ``{path: chat.json, format: llava}``.

    Subclasses add ``format: Literal["..."] = "..."`` and the fields their format needs.
    """

    format: str
    path: str = Field(description="file or folder, relative to the recipe")
    split: str = Field(default="train", pattern=r"^[a-z0-9_]+$", description="split its rows are written to")

    @property
    def root(self) -> Path:
        return self.located(self.path)

    @property
    def title(self) -> str:
        return slug(Path(self.path).stem)


class Dataset(RecipeInput):
    """A published data set: ``{dataset: docvqa, split: train}``.

    Subclasses add ``dataset: Literal["..."] = "..."`` and ``entry``, what users must know before they fetch.
    """

    entry: ClassVar[Entry]

    dataset: str
    split: str = "train"
    config: str | None = None

    @property
    def remote(self) -> bool:
        return True

    @property
    def homepage(self) -> str:
        return self.entry.homepage

    @property
    def license(self) -> License:
        return self.entry.license

    @property
    def role(self) -> SampleRole:
        """``eval`` for evaluation data, and for the splits of others that are kept for measuring."""
        split = self.entry.split(self.split, self.config)
        return "eval" if self.entry.phase == "eval" or (split and split.role == "eval") else "train"

    @property
    def expected_rows(self) -> int | None:
        split = self.entry.split(self.split, self.config)
        return split.rows if split else None

    @property
    def title(self) -> str:
        return slug(self.dataset)
