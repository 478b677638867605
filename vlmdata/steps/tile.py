"""Cutting pictures into the views a model sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self, cast

from pydantic import Field

from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.presets import Preset
from vlmdata.models.tiling import TilingOptions, TilingPolicy, complaint, layout_of
from vlmdata.steps.base import Context, Step
from vlmdata.types import Drop, Image, Sample

_Count = Annotated[int, Field(gt=0, le=1000)]
_Pixels = Annotated[int, Field(gt=0, le=65_535)]
_Area = Annotated[int, Field(gt=0)]
_Level = Annotated[int, Field(ge=0, le=255)]


class TileAnyres(Step):
    """Choose for every picture the views its model reads, by the model's own published rule.

    ## Why
    Models of fixed input size see large pictures as a grid of tiles and one small whole. Cutting once beforehand
    saves the trainer a decode of the full picture. Each policy gives the sizes, the order of views, the padding and
    the kernel of the code it is named after; ``vlmdata tokens`` shows what it makes of a size.

    - ``llava-next``, ``llava-onevision``: the small whole, then tiles of a padded canvas; several pictures of a sample
      are only padded to squares. ``-hf`` is the same model as transformers has it, where that differs.
    - ``internvl``: tiles of a squashed canvas, the small whole last; several pictures share ``max_tiles``
    - ``idefics2``: quarters, then the whole. ``idefics3``, ``smolvlm`` and ``smolvlm2`` (the models of 256M and
      500M): tiles, then the whole
    - ``nanovlm``, ``phi-3.5``, ``phi-4-mm``, ``minicpm-v``, ``molmo``, ``deepseek-vl2``: the small whole, then tiles
    - ``llama-3.2-vision``: tiles only
    - ``llava-1.5``, ``qwen2-vl``, ``qwen2.5-vl``, ``qwen3-vl``, ``paligemma-2``, ``gemma-3``, ``pixtral``: one view
    - ``custom``: ``grids`` of your own

    Boxes stay in the frame as it was before. Clips are left alone (noted as ``left_alone:clip``). ``policy`` is the
    recipe's ``model`` where it is left out; options left out are as published. An option that the policy does not
    take is refused.

    ## Drops
    - ``too_thin``, ``too_small``: the model's own code fails on such a size

    ## Example
        - tile.anyres: {policy: internvl, max_tiles: 6}
    """

    name = "tile.anyres"
    fixes_geometry = True
    lays_out = True
    once = True

    policy: TilingPolicy | None = None
    tile: Annotated[_Pixels | None, Field(description="side of a view in pixels")] = None
    pinpoints: Annotated[
        tuple[tuple[_Pixels, _Pixels], ...] | None, Field(description="llava: canvases [w, h], in order of preference")
    ] = None
    grids: Annotated[
        tuple[tuple[_Count, _Count], ...] | None, Field(description="custom: [columns, rows], in order of preference")
    ] = None
    min_tiles: Annotated[_Count | None, Field(description="fewest tiles of a picture")] = None
    max_tiles: Annotated[_Count | None, Field(description="most tiles, the small whole not counted")] = None
    thumbnail: Annotated[
        bool | Literal["first", "last", "none"] | None,
        Field(description="add the whole, small, to a cut picture: true or false; custom: first, last or none"),
    ] = None
    split: Annotated[bool | None, Field(description="idefics2, gemma-3: cut pictures beside the whole")] = None
    min_pixels: Annotated[_Area | None, Field(description="qwen: least area after the resize")] = None
    max_pixels: Annotated[_Area | None, Field(description="qwen: largest area after the resize")] = None
    max_side: Annotated[_Pixels | None, Field(description="pixels, longer side after the first resize")] = None
    upscale: Annotated[bool | None, Field(description="nanovlm: enlarge every picture to max_side")] = None
    fit: Annotated[Literal["pad", "squash"] | None, Field(description="custom: keep the ratio, or not")] = None
    color: Annotated[tuple[_Level, _Level, _Level] | None, Field(description="of the padding, [r, g, b]")] = None
    view_tokens: Annotated[int | None, Field(ge=0, description="custom: image tokens of a view")] = None

    def with_model(self, preset: Preset) -> Self:
        return self if self.policy else self.model_copy(update={"policy": preset.tiling})

    def ready(self) -> str | None:
        if self.policy is None:
            return "no policy: give one (`vlmdata steps tile.anyres` names them), or a model of the recipe"
        return complaint(self.policy, self._options())

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        count = sum(not image.is_clip for image in sample.images)
        try:
            images = tuple(self._laid_out(image, count) for image in sample.images)
        except BadRecord as bad:
            return Drop(reason=bad.reason, value=bad.detail)
        if count < len(images):
            ctx.note("left_alone:clip")
        return replace(sample, images=images)

    def _laid_out(self, image: Image, count: int) -> Image:
        if image.is_clip:
            return image
        if self.policy is None:
            raise UsageError(f"{self.name}: {self.ready()}")
        return image.laid_out(layout_of(self.policy, image.size, images=count, **self._options()))

    def _options(self) -> TilingOptions:
        return cast(TilingOptions, self.model_dump(exclude={"policy"}, exclude_none=True))
