"""Words read on a page, as the services that read them write them down."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from vlmdata.errors import BadRecord
from vlmdata.types import Annotation, Box, Point, Size

_SAME_SHAPE = 0.02
"""How far the sides of a page and of its picture may differ in proportion."""


def azure_words(page: Any, size: Size) -> list[Annotation]:
    """Words of Azure's Read: ``{width, height, lines: [{words: [{text, bounding_box: 8 numbers}]}]}``.

    The numbers are four corners, x before y, clockwise from where the word begins, in a page of ``width`` x ``height``;
    they are scaled to the picture, whose ``size`` may differ. No words where ``page`` is null.

    ``BadRecord`` ``bad_annotation`` where it is of another form, or not of this picture.
    """
    if page is None:
        return []
    with _of_form("Azure's Read"):
        x, y = size.width / page["width"], size.height / page["height"]
        if abs(x / y - 1) > _SAME_SHAPE:
            raise ValueError(f"a page of {page['width']} x {page['height']} for a picture of {size}")
        words = [word for line in _structs(page["lines"]) for word in _structs(line["words"])]
        return _annotations((word["text"], _corners(word["bounding_box"], x, y)) for word in words)


def textract_words(text: Any, size: Size) -> list[Annotation]:
    """Words of Amazon's Textract, JSON: ``{WORD: [{Text, Geometry: {Polygon: [{X, Y}, …]}}]}``, in shares of the page.

    The JSON may be the only text of a Python list. No words where ``text`` is null or blank.

    ``BadRecord`` ``bad_annotation`` where it is of another form.
    """
    if not text:
        return []
    with _of_form("Textract"):
        if text.startswith("["):
            (text,) = ast.literal_eval(text)
        return _annotations(
            (block["Text"], [Point(at["X"] * size.width, at["Y"] * size.height) for at in block["Geometry"]["Polygon"]])
            for block in json.loads(text)["WORD"]
        )


@contextmanager
def _of_form(service: str) -> Iterator[None]:
    """What goes wrong inside is the fault of the data."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, SyntaxError, TypeError, ValueError, RecursionError) as error:
        raise BadRecord(
            "bad_annotation", f"words of the page are not as {service} writes them: {error!r:.120}"
        ) from error


def _annotations(words: Iterable[tuple[str, list[Point]]]) -> list[Annotation]:
    return [
        Annotation(id=f"w{number}", text=text, box=Box.around(quad), polygon=(tuple(quad),), source="ocr")
        for number, (text, quad) in enumerate(words)
    ]


def _corners(numbers: Any, x: float, y: float) -> list[Point]:
    if len(numbers) != 8:
        raise ValueError(f"{len(numbers)} numbers where four corners have 8")
    return [Point(across * x, down * y) for across, down in zip(numbers[::2], numbers[1::2], strict=True)]


def _structs(value: Any) -> Iterator[Mapping[str, Any]]:
    """A list of structs, also where it is written as a struct of lists, as ``datasets`` does for a ``Sequence``."""
    if isinstance(value, Mapping):
        return (dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True))
    return iter(value or ())
