"""Pictures that cannot be read, and pictures that show nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PrivateAttr, field_validator

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import input_digest
from vlmdata.pixels import look_at
from vlmdata.pixels.quality import SIDE, Quality, measured
from vlmdata.steps.base import Context, Step
from vlmdata.steps.image.known import hashes_in
from vlmdata.steps.resize import is_measured
from vlmdata.types import Drop, Image, Sample

Issue = Literal[
    "blank", "low_information", "dark", "bright", "blurred", "border", "placeholder", "grayscale", "odd_aspect"
]
USUAL: tuple[Issue, ...] = ("blank", "low_information", "dark", "bright", "blurred", "border")
Share = Annotated[float, Field(ge=0, le=1)]

MEASURES: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        "blank": ("content", True),
        "placeholder": ("middle", True),
        "low_information": ("detail", True),
        "dark": ("brightest", True),
        "bright": ("darkest", False),
        "border": ("bars", False),
        "blurred": ("blur", False),
        "grayscale": ("colour", True),
    }
)
"""For each issue told by pixels, which of ``Quality`` it is about, and whether less of it is worse."""

_QUESTION = "quality 1"
"""The number rises when the same pixels give other measures."""


class CleanImage(Step):
    """Keep only samples all of whose pictures decode to the last pixel and, if asked, show something.

    ## Why
    Public data holds truncated downloads, web pages named ``.jpg`` and pictures made to exhaust memory. By itself the
    step does nothing: pictures are decoded once, at the end of the line, and whatever fails there, or already
    in its header, is counted here. Without this step such samples are dropped all the same, under ``render``.

    ``issues`` has it look at each picture before that, as pending edits make it, fitted into 1024 x 1024. ``usual``
    is ``[blank, low_information, dark, bright, blurred, border]``, chosen so that pages, charts, diagrams and
    screenshots stay. Each issue has a threshold by its name. Pictures that cannot be looked at are left alone, noted
    as ``left_alone:REASON``; the decode at the end drops them.

    - ``blank``: share of the pixels that differ from the commonest value by more than 24 levels of 255
    - ``low_information``: detail in the busiest hundredth of the picture, in levels of 255: gradients have none
    - ``dark``, ``bright``: the luma, 0 to 1, that one pixel in a thousand is above, or below: a page has ink, a night
      has lamps
    - ``blurred``: standard deviation of the blur of the sharpest edges, in pixels of the picture as it is looked at. A
      background out of focus does not count. Smooth gradients are blurred
    - ``border``: share of the area taken by one-coloured bars at the sides that end in straight edges
    - ``placeholder``: "image not available": a few words or a sign in the middle of a plain ground. The threshold is
      the share of the area that they take; so do logos and title pages, so it is not among the usual ones.
      ``placeholders`` is a file of hashes of known ones, and the only rule where the threshold is 0
    - ``grayscale``: the difference of the channels, in levels of 255, that one pixel in a thousand is above
    - ``odd_aspect``: long side over short side

    ``filter.odd_size`` finds odd sizes: it has to see the whole set. ``docs/cleaning.md`` has the curves.

    ## Drops
    - ``empty``: no bytes
    - ``not_an_image``: the bytes are something else, such as HTML
    - ``truncated``: the data ends too soon
    - ``corrupt``: the data is damaged
    - ``bomb``: far more pixels declared than any photograph has
    - ``unsupported_format``: a picture of a kind that is not read
    - ``blank``, ``low_information``, ``dark``, ``grayscale``: the value is below the threshold
    - ``bright``, ``blurred``, ``border``, ``odd_aspect``: the value is above it
    - ``placeholder``: the value is below it; or it is the hash of a known one

    ## Example
        - clean.image
        - clean.image: {issues: usual}
        - clean.image: {issues: [blank, blurred, odd_aspect], blurred: 2.0}
    """

    name = "clean.image"
    judges = True

    issues: Annotated[
        tuple[Issue, ...],
        Field(description="what to drop besides pictures that do not decode; `usual` for six of them"),
    ] = ()
    blank: Annotated[Share, Field(description="share of the pixels")] = 0.0005
    low_information: Annotated[float, Field(ge=0, le=255, description="levels of 255")] = 2.0
    dark: Annotated[Share, Field(description="luma")] = 0.3
    bright: Annotated[Share, Field(description="luma")] = 0.65
    blurred: Annotated[float, Field(gt=0, description="pixels")] = 1.0
    border: Annotated[Share, Field(description="share of the area")] = 0.5
    placeholder: Annotated[Share, Field(description="share of the area")] = 0.5
    placeholders: Annotated[
        str | None, Field(description="a file of SHA-256 of known placeholders, relative to the recipe, one a line")
    ] = None
    grayscale: Annotated[float, Field(gt=0, le=256, description="levels of 255")] = 10.0
    odd_aspect: Annotated[float, Field(ge=1, description="long side over short side")] = 3.0

    _base: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        if self.placeholders and isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    @field_validator("issues", mode="before")
    @classmethod
    def _named(cls, issues: object) -> object:
        if isinstance(issues, list | tuple) and "odd_size" in issues:
            raise ValueError("odd sizes are told by the whole set: use the step filter.odd_size")
        return USUAL if issues == "usual" else issues

    def ready(self) -> str | None:
        for issue in get_args(Issue):
            if issue not in self.issues and getattr(self, issue) != type(self).model_fields[issue].default:
                return f"{issue} has a threshold, and issues does not name it"
        if self.placeholders is None:
            return None
        if "placeholder" not in self.issues:
            return "placeholders names a file, and issues does not name placeholder"
        try:
            return None if self._known else f"{self._file} has no hashes"
        except InputError as error:
            return str(error)

    def digest(self) -> str:
        return input_digest(self._file) if self.placeholders else ""

    def setup(self) -> None:
        _ = self._known

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        drops = (self._found(image, ctx) for image in sample.images if self.issues)
        return next((drop for drop in drops if drop), sample)

    def _found(self, image: Image, ctx: Context) -> Drop | None:
        if not is_measured(image):
            ctx.note(f"left_alone:{'clip' if image.is_clip else 'no_header'}")
            return None
        if "odd_aspect" in self.issues and image.size.aspect > self.odd_aspect:
            return _drop("odd_aspect", image.size.aspect, self.odd_aspect)
        if image.sha256 in self._known:
            return Drop(reason="placeholder", value=image.sha256, threshold=self.placeholders)
        if not MEASURES.keys() & self.issues:
            return None
        try:
            quality = Quality.unpacked(ctx.recall(_QUESTION, image, lambda: measured(look_at(image, SIDE)).packed()))
        except BadRecord as bad:
            ctx.note(f"left_alone:{bad.reason}")
            return None
        return self._worst(quality)

    def _worst(self, quality: Quality) -> Drop | None:
        """What is wrong with a picture, first what says most."""
        for issue, (measure, is_least) in MEASURES.items():
            value, threshold = getattr(quality, measure), getattr(self, issue)
            if issue in self.issues and (value < threshold if is_least else value > threshold):
                return _drop(issue, value, threshold)
        return None

    @property
    def _file(self) -> Path:
        return Path(self._base, Path(self.placeholders or "").expanduser())

    @cached_property
    def _known(self) -> frozenset[str]:
        return hashes_in(self._file) if self.placeholders else frozenset()


def _drop(issue: str, value: float, threshold: float) -> Drop:
    return Drop(reason=issue, value=f"{value:.4g}", threshold=f"{threshold:g}")
