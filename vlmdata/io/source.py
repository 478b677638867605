"""An input as a recipe names it: what a source of samples says about itself before it is read."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from vlmdata.types import License, Partition, Rejected, Sample, SampleRole, SourceInfo


def slug(text: str) -> str:
    """``text`` in the alphabet of keys, ``[a-z0-9_-]``, at most 60 characters, never empty."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:60] or "x"


class RecipeInput(BaseModel, ABC):
    """One line of ``inputs``. Subclasses are frozen pydantic models that implement ``vlmdata.types.Source``.

    Class variables:
        fills: optional columns of the schema (``annotations``, ``alternatives``, ``choices`` …) it can fill.

    Relative paths are resolved against the folder of the recipe, handed in as validation context ``base``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fills: ClassVar[frozenset[str]] = frozenset()

    limit: Annotated[int | None, Field(gt=0, description="take only the first N rows")] = None
    weight: Annotated[
        float, Field(gt=0, le=1000, description="how often each row is taken; a fraction takes a seeded part")
    ] = 1.0
    count: Annotated[
        int | None, Field(gt=0, description="take exactly N rows, spread by seed; repeated where there are fewer")
    ] = None

    _base: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    @model_validator(mode="after")
    def _one_way_to_mix(self) -> Self:
        if self.count is not None and self.weight != 1:
            raise ValueError("weight and count both say how often rows are taken: give one of them")
        return self

    def located(self, path: str) -> Path:
        """A path of this input as an absolute one."""
        return Path(self._base, path).expanduser().absolute()

    @property
    def remote(self) -> bool:
        """Whether it lies on other machines: a recipe that reads it has it fetched into the cache first."""
        return self.by_address

    @property
    def by_address(self) -> bool:
        """Whether its pictures are http(s) addresses, which the fetch line gets (column ``downloads``)."""
        return False

    @property
    def license(self) -> License:
        """Terms of all its samples, as far as they are the same; a sample may have its own."""
        return License()

    @property
    def role(self) -> SampleRole:
        """``eval`` for evaluation data, which never becomes training data."""
        return "train"

    @property
    def expected_rows(self) -> int | None:
        """How many rows it has when it is whole, where its publishers say so."""
        return None

    def remarks(self) -> Sequence[str]:
        """What a user should know before reading begins, a sentence each: downloads that cannot be cut short."""
        return ()

    def pinned(self) -> Self:
        """The same with everything fixed that may point elsewhere tomorrow, such as a branch."""
        return self

    def columns(self) -> frozenset[str]:
        """``fills``, or less where the files themselves tell."""
        return self.fills

    def made_of(self) -> Sequence[SourceInfo]:
        """What it was made of, where it knows."""
        return ()

    @property
    @abstractmethod
    def title(self) -> str:
        """Its name in ``dataset`` columns, tables and keys."""

    @abstractmethod
    def digest(self) -> str:
        """See ``vlmdata.types.Source``."""

    @abstractmethod
    def partitions(self) -> Sequence[Partition]:
        """See ``vlmdata.types.Source``. ``InputError`` where the input is missing or not what it is declared."""

    @abstractmethod
    def read(self, partition: Partition) -> Iterator[Sample | Rejected]:
        """See ``vlmdata.types.Source``."""
