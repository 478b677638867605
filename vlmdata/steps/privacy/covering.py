"""Places of a picture that are covered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import Field

from vlmdata.errors import BadRecord
from vlmdata.pixels import read_header
from vlmdata.steps.base import Context, Step
from vlmdata.steps.resize import is_measured
from vlmdata.types import Box, Cover, CoverHow, CoverShape, Image, Sample


class Covering(Step):
    """The fields of a step that covers, and what it does with boxes."""

    margin: Annotated[float, Field(ge=0, le=2, description="by which a box grows at each side, as a share")] = 0.2
    shape: CoverShape = "ellipse"
    cells: Annotated[int, Field(ge=1, le=8, description="colours along a covered box that blur and pixelate leave")] = 3
    color: Annotated[tuple[int, int, int], Field(description="RGB of fill")] = (0, 0, 0)

    def covered(self, sample: Sample, number: int, boxes: Iterable[Box], how: CoverHow) -> Sample:
        """With one pending edit for all boxes that lie in the frame of picture ``number``."""
        frame = sample.images[number].size.box
        grown = (_grown(box, self.margin) for box in boxes if box.area > 0)
        seen = tuple(box for box in grown if box.intersect(frame))
        if not seen:
            return sample
        return sample.edited(Cover(seen, how, self.shape, self.cells, self.color), number)


def recalled(image: Image, ctx: Context, question: Callable[[], str], look: Callable[[], Any]) -> Any:
    """What ``look`` finds in a picture, as JSON, or what it found in an earlier run.

    ``question`` may load a model: it is not called for what is no picture. ``BadRecord`` for that.
    """
    if not is_measured(image) or image.data is None:
        raise BadRecord("clip" if image.is_clip else "no_header")
    read_header(image.data, frame=image.frame)
    return json.loads(ctx.recall(question(), image, lambda: json.dumps(look()).encode()))


def _grown(box: Box, share: float) -> Box:
    across, down = share * box.width, share * box.height
    return Box(box.x1 - across, box.y1 - down, box.x2 + across, box.y2 + down)
