"""How published models write places of a picture into text.

A dialect turns annotations in float pixels of their frame into the words a model was trained on. Rounding
happens here and nowhere before. A label is written as the words of what is marked, where the dialect has room.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from vlmdata.errors import BadRecord
from vlmdata.types import Annotation, Box, Point, Size

Dialect = Literal["qwen3-vl", "internvl", "llava"]


def render_regions(dialect: str, annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
    """The text that stands for one region: one or more annotations, in order.

    ``frames`` are the sizes of the sample's pictures; ``annotation.image`` says which is meant. Raises
    ``BadRecord`` (``no_box``, ``no_place``) for an annotation the dialect cannot write.
    """
    return DIALECTS[dialect](annotations, frames)


def scaled(value: float, extent: int, scale: int = 1000) -> int:
    """``round(value / extent * scale)``, half to even, kept within 0 and ``scale``.

    Source: QwenLM/Qwen3-VL ``qwen-vl-finetune/tools/process_bbox.ipynb::convert_to_qwen2vl_format``.
    """
    return max(0, min(round(value / extent * scale), scale))


def scaled_box(box: Box, frame: Size, scale: int = 1000) -> tuple[int, int, int, int]:
    """XYXY as integers from 0 to ``scale``, relative to the frame."""
    return (
        scaled(box.x1, frame.width, scale),
        scaled(box.y1, frame.height, scale),
        scaled(box.x2, frame.width, scale),
        scaled(box.y2, frame.height, scale),
    )


def scaled_point(point: Point, frame: Size, scale: int = 1000) -> tuple[int, int]:
    """XY as integers from 0 to ``scale``, relative to the frame."""
    return scaled(point.x, frame.width, scale), scaled(point.y, frame.height, scale)


def truncated_box(box: Box, frame: Size) -> tuple[int, int, int, int]:
    """XYXY as ``int(x / width * 1000)``: cut off, not rounded, and not clamped.

    Source: the maintainers' answer in OpenGVLab/InternVL issue 285.
    """
    return (
        int(box.x1 / frame.width * 1000),
        int(box.y1 / frame.height * 1000),
        int(box.x2 / frame.width * 1000),
        int(box.y2 / frame.height * 1000),
    )


def squared_box(box: Box, frame: Size) -> tuple[float, float, float, float]:
    """XYXY as shares of the square the picture is padded to, centred, the odd pixel after it.

    Source: haotian-liu/LLaVA issues 606, 623 and 822; shikras/shikra ``box_xyxy_expand2square``.
    """
    side = max(frame.width, frame.height)
    left, top = (side - frame.width) // 2, (side - frame.height) // 2
    return ((box.x1 + left) / side, (box.y1 + top) / side, (box.x2 + left) / side, (box.y2 + top) / side)


def _qwen3_vl(annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
    """JSON with ``bbox_2d``, or ``point_2d`` where there is no box; several make a list.

    Source: QwenLM/Qwen3-VL ``cookbooks/2d_grounding.ipynb`` (0 to 1000, relative to the picture).
    """
    marks = [_qwen3_vl_mark(annotation, frames[annotation.image]) for annotation in annotations]
    return json.dumps(marks[0] if len(marks) == 1 else marks, ensure_ascii=False)


def _qwen3_vl_mark(annotation: Annotation, frame: Size) -> dict[str, object]:
    mark: dict[str, object]
    if annotation.box is not None:
        mark = {"bbox_2d": scaled_box(annotation.box, frame)}
    elif annotation.point is not None:
        mark = {"point_2d": scaled_point(annotation.point, frame)}
    else:
        raise BadRecord("no_place", f"annotation {annotation.id!r} has neither box nor point")
    return mark | ({"label": annotation.label} if annotation.label else {})


def _internvl(annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
    """``<ref>label</ref><box>[[x1, y1, x2, y2]]</box>``; neighbours of one label share a ``<box>``.

    Source: OpenGVLab/InternVL documentation, "Chat Data Format", grounding data.
    """
    written = []
    for label, group in groupby(annotations, key=lambda annotation: annotation.label):
        boxes = [list(truncated_box(_box(annotation), frames[annotation.image])) for annotation in group]
        written.append(f"<ref>{label}</ref><box>{boxes}</box>" if label else f"<box>{boxes}</box>")
    return "".join(written)


def _llava(annotations: Sequence[Annotation], frames: Sequence[Size]) -> str:
    """``[x1, y1, x2, y2]`` with two decimals in the padded square, no label, several joined by a comma.

    Source: the boxes of LLaVA-1.5's ``llava_v1_5_mix665k.json``.
    """
    boxes = (squared_box(_box(annotation), frames[annotation.image]) for annotation in annotations)
    return ", ".join(f"[{', '.join(f'{value:.2f}' for value in box)}]" for box in boxes)


def _box(annotation: Annotation) -> Box:
    if annotation.box is None:
        raise BadRecord("no_box", f"annotation {annotation.id!r} has no box, and this dialect writes only boxes")
    return annotation.box


DIALECTS: Mapping[str, Callable[[Sequence[Annotation], Sequence[Size]], str]] = MappingProxyType(
    {"qwen3-vl": _qwen3_vl, "internvl": _internvl, "llava": _llava}
)
