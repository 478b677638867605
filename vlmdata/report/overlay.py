"""Pictures of a record with what is marked on them, as numbers for an SVG whose units are the frame's pixels."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vlmdata.pixels import thumbnail
from vlmdata.report.brief import cut
from vlmdata.report.labels import Label, Labels
from vlmdata.types import Box, Size

SIDE = 320
"""Longest side of a picture on the page, in CSS pixels."""

_SEVERAL_SIDE = 150
_MARKS = 200
_NAME = 80
_RINGS = 20
_VERTICES = 120

Colours = dict[str, int]
"""Number of the colour by label, in order of appearance in a sample."""


class Rect(NamedTuple):
    """Top-left corner, width and height, in pixels of the frame, as written in the SVG."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An annotation: what of it lies in the frame. ``rings`` are values of SVG's ``points``."""

    title: str
    colour: int
    box: Rect | None
    rings: tuple[str, ...]
    point: tuple[float, float] | None
    label: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One image of a sample. Without ``layers`` nothing can be shown, and the caption says what is stored.

    Attributes:
        frame: None where the bytes are no picture.
        shown: width on the page, in CSS pixels.
        unit: pixels of the frame per CSS pixel.
        layers: data URIs and the part of the frame each shows; it may reach over the frame.
        tiles: the layout's tiles, cut to the frame.
        unseen: marks not drawn: outside the frame, empty, or too many.
    """

    frame: Size | None
    shown: int = 0
    unit: float = 1.0
    layers: tuple[tuple[str, Rect], ...] = ()
    tiles: tuple[Rect, ...] = ()
    marks: tuple[Mark, ...] = ()
    unseen: int = 0
    caption: str = ""


def picture(info: Any, stored: Sequence[Any], marks: Iterable[Any], colours: Colours, several: bool) -> Picture:
    """The picture of one row of ``image_info``; ``stored`` are the record's ``images``, ``marks`` those on it."""
    if not info["width"]:
        return Picture(frame=None, caption=info["media_type"] or "not a picture")
    frame = Size(info["width"], info["height"])
    side = _SEVERAL_SIDE if several else SIDE
    shown = max(1, round(side * frame.width / max(frame.width, frame.height)))
    unit = frame.width / shown
    found = list(marks)
    drawn = tuple(_drawn(found[:_MARKS], frame, unit, colours))
    return Picture(
        frame=frame,
        shown=shown,
        unit=_short(unit),
        layers=tuple(_layers(info, stored, frame, side)),
        tiles=tuple(_tiles(info, frame)),
        marks=drawn,
        unseen=len(found) - len(drawn),
        caption=_caption(info, frame),
    )


def data_uri(jpeg: bytes) -> str:
    """A JPEG as the page holds it."""
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode('ascii')}"


def name_of(mark: Any) -> str:
    """What a person calls a mark: its label, its words, or both."""
    return cut(": ".join(filter(None, (mark["label"], mark["text"]))) or mark["id"], _NAME)


def colour_of(mark: Any, colours: Colours) -> int:
    """The number of its label's colour; marks of one label share it."""
    return colours.setdefault(mark["label"] or "", len(colours)) % 8


def _layers(info: Any, stored: Sequence[Any], frame: Size, side: int) -> Iterator[tuple[str, Rect]]:
    """The first stored view that shows the whole frame, else all views at their places."""
    views = list(zip(info["views"], stored[info["first"] : info["first"] + info["count"]], strict=False))
    whole = next((pair for pair in views if _covers(pair[0], frame)), None)
    for view, file in [whole] if whole else views:
        share = max(view["w"] / frame.width, view["h"] / frame.height)
        small = thumbnail(file["bytes"], max(16, min(side, round(side * share))))
        if small is not None:
            yield data_uri(small), Rect(*(_short(view[name]) for name in ("x", "y", "w", "h")))


def _covers(view: Any, frame: Size) -> bool:
    slack = 0.5
    right, bottom = view["x"] + view["w"], view["y"] + view["h"]
    return bool(
        view["x"] <= slack and view["y"] <= slack and right >= frame.width - slack and bottom >= frame.height - slack
    )


def _tiles(info: Any, frame: Size) -> Iterator[Rect]:
    for view in info["views"]:
        cut = Box.from_xywh(view["x"], view["y"], view["w"], view["h"]).intersect(frame.box)
        if view["kind"] == "tile" and cut:
            yield _rect(cut)


def _drawn(marks: Iterable[Any], frame: Size, unit: float, colours: Colours) -> Iterator[Mark]:
    labels = Labels(frame, unit)
    for mark in marks:
        upright = Box.around(Box(*mark["bbox"]).corners) if mark["bbox"] else None
        box = upright.intersect(frame.box) if upright else None
        rings = tuple(_points(ring) for ring in (mark["polygon"] or ())[:_RINGS])
        point = _inside(mark["point"], frame) if mark["point"] else None
        if box or rings or point:
            yield Mark(
                title=name_of(mark),
                colour=colour_of(mark, colours),
                box=_rect(box) if box else None,
                rings=rings,
                point=point,
                label=labels.place(mark["label"] or name_of(mark), box) if box else None,
            )


def _inside(point: Sequence[float], frame: Size) -> tuple[float, float] | None:
    x, y = point
    return (_short(x), _short(y)) if 0 <= x <= frame.width and 0 <= y <= frame.height else None


def _points(ring: Sequence[float]) -> str:
    """Only some vertices of a long ring: the page is to be looked at, not measured."""
    vertices = list(zip(ring[::2], ring[1::2], strict=False))
    step = -(-len(vertices) // _VERTICES) or 1
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in vertices[::step])


def _caption(info: Any, frame: Size) -> str:
    was = Size(*info["original"]) if info["original"] else frame
    grown = f" (was {was})" if was != frame else ""
    views = len(info["views"])
    layout = f", {info['policy']}: {views} view{'s' if views > 1 else ''}" if info["policy"] != "none" else ""
    return f"{frame}{grown}{layout}"


def _rect(box: Box) -> Rect:
    return Rect(*(_short(value) for value in box.xywh))


def _short(value: float) -> float:
    return round(value, 3)
