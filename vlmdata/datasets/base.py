"""Two kinds of input: a local file in a known format, and a published data set by name."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from vlmdata.io.source import RecipeInput, slug
from vlmdata.types import Commercial


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

    Subclasses add ``dataset: Literal["..."] = "..."`` and name what users must know before they fetch.
    """

    dataset: str
    split: str = "train"
    config: str | None = None

    splits: ClassVar[tuple[str, ...]] = ("train",)
    homepage: ClassVar[str]
    revision: ClassVar[str]
    phase: ClassVar[str] = "instruct"
    tasks: ClassVar[tuple[str, ...]] = ()
    commercial: ClassVar[Commercial] = "unclear"

    @property
    def remote(self) -> bool:
        return True

    @property
    def title(self) -> str:
        return slug(self.dataset)
