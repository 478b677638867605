"""Steps that mend and number places."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.models.dialects import scaled_box
from vlmdata.steps.base import Context, Step
from vlmdata.types import Annotation, Drop, Sample, Size


class CleanBoxes(Step):
    """Cut boxes to their frame and take out those that are no boxes.

    ## Why
    Published boxes reach over the picture, lie outside it, are empty or upside down; crops make more of these.
    Boxes are clamped to the frame; then a box smaller than ``min_side`` or ``min_area`` (pixels of the frame)
    loses its annotation, as does an inverted one: which corner is wrong cannot be known. A point outside the
    frame is taken out, and its annotation with it if it has no box. Polygons and masks are left as they are.
    Notes: ``clamped`` and ``removed``, by sample.

    ## Drops
    - ``spoken_box``: the conversation speaks of an annotation that would be taken out; the value is its id

    ## Example
        - clean.boxes: {min_side: 2}
    """

    name = "clean.boxes"

    min_side: Annotated[float, Field(ge=0, description="pixels")] = 1.0
    min_area: Annotated[float, Field(ge=0, description="square pixels")] = 1.0

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        frames = _frames(sample)
        pairs = [(mark, self._cleaned(mark, frames)) for mark in sample.annotations]
        spoken = sample.spoken_of
        for mark, cleaned in pairs:
            if cleaned is None and mark.id in spoken:
                return Drop(reason="spoken_box", value=mark.id)
        kept = [(mark, cleaned) for mark, cleaned in pairs if cleaned is not None]
        if len(kept) < len(pairs):
            ctx.note("removed")
        if any(mark.box != cleaned.box for mark, cleaned in kept):
            ctx.note("clamped")
        return replace(sample, annotations=tuple(cleaned for _, cleaned in kept))

    def _cleaned(self, mark: Annotation, frames: tuple[Size, ...]) -> Annotation | None:
        if not 0 <= mark.image < len(frames):
            return None
        frame = frames[mark.image]
        if mark.point and not (0 <= mark.point.x <= frame.width and 0 <= mark.point.y <= frame.height):
            if mark.box is None:
                return None
            mark = replace(mark, point=None)
        if mark.box is None:
            return mark
        box = mark.box.clamp(frame)
        if min(box.width, box.height) <= 0 or min(box.width, box.height) < self.min_side or box.area < self.min_area:
            return None
        return mark if box == mark.box else replace(mark, box=box, box_1000=None)


class NormalizeBoxes(Step):
    """Write boxes also as integers from 0 to 1000, relative to their frame.

    ## Why
    The ``bbox_1000`` column is what models with relative coordinates are trained on; ``bbox`` stays as it is.
    Numbers are ``round(x / width * scale)``, half to even, kept within 0 and ``scale``. A few models count to 999.

    ## Drops
    none

    ## Example
        - boxes.normalize
    """

    name = "boxes.normalize"
    fixes_geometry = True

    scale: Literal[999, 1000] = 1000

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        frames = _frames(sample)
        return replace(
            sample,
            annotations=tuple(
                replace(mark, box_1000=scaled_box(mark.box, frames[mark.image], self.scale))
                if mark.box is not None and mark.image < len(frames)
                else mark
                for mark in sample.annotations
            ),
        )


def _frames(sample: Sample) -> tuple[Size, ...]:
    return tuple(image.size for image in sample.images)
