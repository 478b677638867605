"""What a recipe is: plain data, frozen, checked field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationInfo,
    field_validator,
)

from vlmdata.io.source import RecipeInput
from vlmdata.pixels.policy import Fidelity, Format, PixelPolicy, Subsampling
from vlmdata.recipe.licenses import Licenses
from vlmdata.recipe.restore import keys_in
from vlmdata.steps.base import AnyStep

FormatName = Literal["parquet", "webdataset"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_text(value: object) -> object:
    """YAML reads 444 as a number."""
    return str(value) if type(value) is int else value


class ImageOutput(_Part):
    """How pictures are stored. ``exact`` is pixel-equal to Pillow and the model's own code.

    ``max_side`` is a step, ``image.resize``, that a recipe gets before its boxes are written as text and pictures cut.
    """

    format: Format = "jpeg"
    quality: Annotated[int, Field(ge=1, le=100)] = 95
    subsampling: Annotated[Subsampling, BeforeValidator(_as_text)] = "auto"
    fidelity: Fidelity = "fast"
    background: tuple[int, int, int] = (255, 255, 255)
    max_side: Annotated[int | None, Field(gt=0, le=65_535)] = None


class Output(_Part):
    """What is written. A shard holds at most ``max_samples`` samples and about ``max_bytes``."""

    formats: Annotated[tuple[FormatName, ...], Field(min_length=1)] = ("parquet",)
    max_samples: Annotated[int, Field(gt=0)] = 5000
    max_bytes: Annotated[ByteSize, Field(gt=0)] = ByteSize(512_000_000)
    shuffle: bool = False
    split: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], Annotated[float, Field(gt=0, lt=1)]] = {}
    views: Literal["stored", "planned"] = "stored"
    image: ImageOutput = ImageOutput()

    @field_validator("split")
    @classmethod
    def _within_the_whole(cls, split: dict[str, float]) -> dict[str, float]:
        if sum(split.values()) > 1 + 1e-9:
            raise ValueError(f"the shares add up to {sum(split.values()):g}, more than the whole")
        return split

    @property
    def pixels(self) -> PixelPolicy:
        return PixelPolicy(**self.image.model_dump(exclude={"max_side"}), views=self.views)


class Errors(_Part):
    """How many bugs (unexpected exceptions in steps) a run forgives. Bad input is not among them."""

    max_unexpected: Annotated[int, Field(ge=0)] = 20


class Recipe(_Part):
    """A checked recipe. ``inputs`` and ``steps`` are frozen models themselves.

    ``restore`` names samples by the keys that ``dropped/`` has: steps that judge let them pass. It may be a file of
    keys, a line each; the resolved recipe has the keys themselves.
    """

    version: Literal[1]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
    seed: int = 0
    model: str | None = None
    inputs: Annotated[tuple[SerializeAsAny[RecipeInput], ...], Field(min_length=1)]
    licenses: Licenses = Licenses()
    steps: tuple[SerializeAsAny[AnyStep], ...] = ()
    output: Output = Output()
    restore: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,120}$")], ...] = ()
    errors: Errors = Errors()

    @field_validator("restore", mode="before")
    @classmethod
    def _read_keys(cls, value: object, info: ValidationInfo) -> object:
        return keys_in(Path((info.context or {}).get("base", ""), value)) if isinstance(value, str) else value

    def resolved(self) -> dict[str, Any]:
        """The recipe as plain data with every default written out; loading it gives an equal recipe."""
        data = self.model_dump(mode="json", exclude={"steps"})
        data["steps"] = [{step.name: step.model_dump(mode="json")} for step in self.steps]
        return data

    def with_files(self, folder: Path) -> Recipe:
        """The same with a folder of files got by hand for inputs that may need one and name none."""
        inputs = tuple(
            one.model_copy(update={"files": str(folder)}) if _lacks_files(one) else one for one in self.inputs
        )
        return self.model_copy(update={"inputs": inputs})

    def with_limit(self, limit: int) -> Recipe:
        """The same with at most ``limit`` rows of each input."""
        inputs = tuple(
            one.model_copy(
                update={"limit": min(limit, one.limit or limit), "count": one.count and min(limit, one.count)}
            )
            for one in self.inputs
        )
        return self.model_copy(update={"inputs": inputs})


def _lacks_files(one: RecipeInput) -> bool:
    return "files" in type(one).model_fields and getattr(one, "files", None) is None
