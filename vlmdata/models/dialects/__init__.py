"""How published models write places of a picture into text, and how such text is read.

A dialect turns annotations in float pixels of their frame into the words a model was trained on, and back.
Rounding happens here and nowhere before. A dialect is declared, never guessed. One file for each form:
``tagged``, ``marks`` (JSON), ``lists``, ``tokens``, ``kosmos``, ``molmo``, ``lrv``; formulas are in ``grid``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypedDict, Unpack

from vlmdata.models.dialects.base import Dialect, Piece, Place
from vlmdata.models.dialects.grid import Order, Rounding, scaled_box
from vlmdata.models.dialects.kosmos import KOSMOS_2
from vlmdata.models.dialects.lists import BOX, FERRET, GLM_V, LLAVA, SHIKRA, Brackets, Scale, generic
from vlmdata.models.dialects.lrv import LRV
from vlmdata.models.dialects.marks import QWEN3_VL, point_label, qwen2_5_vl
from vlmdata.models.dialects.molmo import MOLMO
from vlmdata.models.dialects.tagged import INTERNVL, QWEN2_VL, QWEN_VL, all_seeing
from vlmdata.models.dialects.tokens import FLORENCE_2, OFA, PALIGEMMA
from vlmdata.types import Annotation, Size

__all__ = [
    "DIALECTS",
    "Dialect",
    "DialectName",
    "DialectOptions",
    "Order",
    "Piece",
    "Place",
    "Rounding",
    "Scale",
    "complaint",
    "dialect_of",
    "may_hold",
    "parse_regions",
    "read",
    "recognised",
    "render_regions",
    "scaled_box",
]

DialectName = Literal[
    "qwen-vl",
    "qwen2-vl",
    "qwen2.5-vl",
    "qwen3-vl",
    "internvl",
    "all-seeing",
    "glm-v",
    "shikra",
    "llava",
    "ferret",
    "kosmos-2",
    "paligemma",
    "florence-2",
    "ofa",
    "molmo",
    "point-label",
    "lrv",
    "generic",
]


class DialectOptions(TypedDict, total=False):
    """What dialects let be chosen; most take none of these.

    Keys:
        scale: ``generic``: the number at the far edge of the frame.
        order: ``generic``: of the four numbers; ``point-label``: ``yxyx`` for y first.
        rounding: ``generic``.
        square: ``all-seeing``: relative to the padded square.
        min_pixels, max_pixels: ``qwen2.5-vl``: bounds of the processor.
    """

    scale: Scale
    order: Order
    rounding: Rounding
    square: bool
    min_pixels: int
    max_pixels: int


_BY_OPTIONS: Mapping[str, Callable[..., Dialect]] = MappingProxyType(
    {"qwen2.5-vl": qwen2_5_vl, "all-seeing": all_seeing, "point-label": point_label, "generic": generic}
)

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        dialect.name: dialect
        for dialect in (
            QWEN_VL,
            QWEN2_VL,
            qwen2_5_vl(),
            QWEN3_VL,
            INTERNVL,
            all_seeing(),
            GLM_V,
            SHIKRA,
            LLAVA,
            FERRET,
            KOSMOS_2,
            PALIGEMMA,
            FLORENCE_2,
            OFA,
            MOLMO,
            point_label(),
            LRV,
            generic(),
        )
    }
)
"""All dialects by name, with their options as published."""


def dialect_of(name: str, **options: Unpack[DialectOptions]) -> Dialect:
    """A dialect with its options. ``ValueError`` for an unknown name or options it does not take."""
    if wrong := complaint(name, options):
        raise ValueError(wrong)
    return _BY_OPTIONS[name](**options) if options else DIALECTS[name]


def complaint(name: str, options: DialectOptions) -> str | None:
    """Why these options do not go with the dialect, as a sentence, or None."""
    if name not in DIALECTS:
        return f"unknown dialect {name!r}; known: {', '.join(DIALECTS)}"
    taken = inspect.signature(_BY_OPTIONS[name]).parameters if name in _BY_OPTIONS else {}
    if foreign := [option for option in options if option not in taken]:
        return f"{name} takes {', '.join(taken) or 'no options'}, not {', '.join(foreign)}"
    if name == "point-label" and options.get("order") not in (None, "xyxy", "yxyx"):
        return "point-label has x first (order: xyxy) or y first (yxyx)"
    low, high = options.get("min_pixels", 1), options.get("max_pixels", 1 << 62)
    return None if 1 <= low <= high else "min_pixels is at least 1 and at most max_pixels"


def render_regions(
    dialect: str, annotations: Sequence[Annotation], frames: Sequence[Size], **options: Unpack[DialectOptions]
) -> str:
    """The text that stands for one region: one or more annotations, in order.

    ``frames`` are the sizes of the sample's pictures; ``annotation.image`` says which is meant. Raises ``BadRecord``
    (``no_box``, ``no_point``, ``no_place``, ``no_label``, ``unwritable_label``, ``unwritable_box``, ``too_thin``) for
    an annotation the dialect cannot write.
    """
    return dialect_of(dialect, **options).render(annotations, frames)


def parse_regions(dialect: str, text: str, frame: Size, **options: Unpack[DialectOptions]) -> tuple[Piece, ...]:
    """A text cut at the regions it holds: strings, and tuples of the places that a region shows.

    All lie in one picture of size ``frame``: no dialect says which of several is meant. Raises ``BadRecord``
    ``wrong_dialect`` where a number is out of range, a box is inverted or leaves the picture, and where the text holds
    damaged marks, or those of another dialect.
    """
    return read(dialect_of(dialect, **options), text, frame)


def read(dialect: Dialect, text: str, frame: Size) -> tuple[Piece, ...]:
    """As ``parse_regions``, of a dialect at hand."""
    pieces = dialect.parse(text, frame)
    for piece in pieces:
        if isinstance(piece, str) and (left := re.search(dialect.trace, piece)):
            raise dialect.wrong(piece[left.start() :], "it is damaged")
    for other in _FOREIGN[dialect.name].finditer(text):
        if not any(start <= other.start() and other.end() <= stop for start, stop, _ in dialect.found(text, frame)):
            raise dialect.wrong(text[other.start() :], f"it is of {' or '.join(recognised(other[0]))}")
    return pieces


def may_hold(dialect: Dialect, text: str) -> bool:
    """Whether ``read`` has anything to do, or to refuse, in a text."""
    return bool(re.search(dialect.trace, text) or _FOREIGN[dialect.name].search(text))


def recognised(text: str) -> tuple[str, ...]:
    """Names of the dialects whose marks a text holds: for advice, not for reading."""
    return tuple(
        name
        for name, dialect in DIALECTS.items()
        if re.search(BOX if isinstance(dialect, Brackets) else dialect.trace, text)
    )


def _foreign(own: Dialect) -> re.Pattern[str]:
    """Marks of other dialects that no ordinary text has. Numbers in brackets may be just that."""
    others = {dialect.trace for dialect in DIALECTS.values() if not isinstance(dialect, Brackets)} - {own.trace}
    return re.compile("|".join(sorted(others)))


_FOREIGN: Mapping[str, re.Pattern[str]] = MappingProxyType({name: _foreign(one) for name, one in DIALECTS.items()})
