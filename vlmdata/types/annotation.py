"""What is marked on a picture: boxes, points, polygons, masks, with their words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vlmdata.types.geometry import Box, Point, Size
from vlmdata.types.transform import Transform

Ring = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """A COCO run-length mask (column by column, as pycocotools writes it) with the edits that wait for it.

    ``counts`` is the compressed string or the list of run lengths; ``size`` is the mask's own.
    """

    counts: str | tuple[int, ...]
    size: Size
    edits: tuple[Transform, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A mark on image number ``image`` of its sample, in float pixels of that image's frame.

    ``id`` is unique in the sample and never renumbered: regions of the conversation refer to it. ``source``
    says who made it (``published``, ``ocr``, a detector's name). ``box_1000`` is filled by ``boxes.normalize``.
    """

    id: str
    image: int = 0
    label: str | None = None
    text: str | None = None
    box: Box | None = None
    box_1000: tuple[int, int, int, int] | None = None
    point: Point | None = None
    polygon: tuple[Ring, ...] = ()
    mask: Mask | None = None
    score: float | None = None
    source: str | None = None

    def transformed(self, transform: Transform, size: Size) -> Annotation:
        """Moved with its picture, whose frame was ``size``. Integer coordinates are dropped: they are stale."""
        matrix = transform.matrix(size)
        return replace(
            self,
            box=matrix.box(self.box) if self.box else None,
            box_1000=None,
            point=matrix.point(self.point) if self.point else None,
            polygon=tuple(matrix.ring(ring) for ring in self.polygon),
            mask=replace(self.mask, edits=(*self.mask.edits, transform)) if self.mask else None,
        )
