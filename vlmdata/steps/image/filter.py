"""Pictures by their size and shape."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.limits import contradiction, first_exceeded
from vlmdata.types import Drop, Sample, Size


class FilterImage(Step):
    """Keep samples all of whose pictures have a fitting size and shape.

    ## Why
    Icons, banners and panoramas teach a model little. Sizes are those of the frame at this place of the recipe:
    orientation and earlier crops are counted in. A sample without pictures is kept.

    ## Drops
    - ``min_side``: the shorter side has fewer pixels
    - ``max_side``: the longer side has more pixels
    - ``min_pixels``, ``max_pixels``: width times height
    - ``max_aspect``: long side over short side

    ## Example
        - filter.image: {min_side: 64, max_aspect: 4}
    """

    name = "filter.image"
    judges = True

    min_side: Annotated[int | None, Field(gt=0, description="pixels, shorter side")] = None
    max_side: Annotated[int | None, Field(gt=0, description="pixels, longer side")] = None
    min_pixels: Annotated[int | None, Field(gt=0)] = None
    max_pixels: Annotated[int | None, Field(gt=0)] = None
    max_aspect: Annotated[float | None, Field(ge=1, description="long side over short side")] = None

    def ready(self) -> str | None:
        if all(value is None for _, value in self):
            return f"it sets no limit; give one of {', '.join(type(self).model_fields)}"
        return contradiction(self)

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        drops = (first_exceeded(self, _measured(image.size)) for image in sample.images)
        return next((drop for drop in drops if drop), sample)


def _measured(size: Size) -> tuple[tuple[str, float], ...]:
    return (
        ("min_side", min(size.width, size.height)),
        ("max_side", max(size.width, size.height)),
        ("min_pixels", size.area),
        ("max_pixels", size.area),
        ("max_aspect", size.aspect),
    )
