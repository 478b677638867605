"""Cutting pictures into the views a model sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Self, cast

from pydantic import Field

from vlmdata.errors import UsageError
from vlmdata.models.presets import Preset
from vlmdata.models.tiling import POLICIES, TilingOptions, TilingPolicy, complaint, layout_of
from vlmdata.steps.base import Context, Step
from vlmdata.types import Image, Sample


class TileAnyres(Step):
    """Choose for every picture the views its model reads, by the model's own published rule.

    ## Why
    Models of fixed input size see large pictures as a grid of tiles and one small whole. Cutting once beforehand
    saves the trainer a decode of the full picture. ``llava-next``: the small whole comes first, then tiles row by
    row; with several pictures in a sample each is only padded to a square. ``internvl``: tiles row by row, the small
    whole last; several pictures share ``max_tiles``. Boxes stay in the frame as it was before. Clips are left alone
    (noted as ``left_alone:clip``). ``policy`` is the recipe's ``model`` where it is left out; options left out are
    as published.

    ## Drops
    none

    ## Example
        - tile.anyres: {policy: internvl, max_tiles: 6}
    """

    name = "tile.anyres"
    fixes_geometry = True
    once = True

    policy: TilingPolicy | None = None
    tile: Annotated[int | None, Field(gt=0, description="side of a view in pixels")] = None
    pinpoints: Annotated[tuple[tuple[int, int], ...] | None, Field(description="llava-next: canvases [w, h]")] = None
    min_tiles: Annotated[int | None, Field(gt=0, description="internvl")] = None
    max_tiles: Annotated[int | None, Field(gt=0, le=1000, description="internvl")] = None
    thumbnail: Annotated[bool | None, Field(description="internvl: add the whole, small, to a cut picture")] = None

    def with_model(self, preset: Preset) -> Self:
        return self if self.policy else self.model_copy(update={"policy": preset.tiling})

    def ready(self) -> str | None:
        if self.policy is None:
            return f"no policy: give one of {', '.join(POLICIES)}, or a model of the recipe that cuts pictures"
        return complaint(self.policy, self._options())

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        count = sum(not image.is_clip for image in sample.images)
        if count < len(sample.images):
            ctx.note("left_alone:clip")
        return replace(sample, images=tuple(self._laid_out(image, count) for image in sample.images))

    def _laid_out(self, image: Image, count: int) -> Image:
        if image.is_clip:
            return image
        if self.policy is None:
            raise UsageError(f"{self.name}: {self.ready()}")
        return image.laid_out(layout_of(self.policy, image.size, images=count, **self._options()))

    def _options(self) -> TilingOptions:
        return cast(TilingOptions, self.model_dump(exclude={"policy"}, exclude_none=True))
