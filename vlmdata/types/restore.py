"""A row of the schema made a sample again. Standard library only."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from vlmdata.errors import BadRecord
from vlmdata.types.annotation import Annotation, Mask
from vlmdata.types.conversation import Alternative, Choices, ImagePart, Message, Part, RegionPart, TextPart
from vlmdata.types.download import Download
from vlmdata.types.geometry import Box, Point, Size
from vlmdata.types.image import Image
from vlmdata.types.record import TOKEN_COLUMNS, Record
from vlmdata.types.sample import License, Origin, Sample
from vlmdata.types.sequence import Rendered, Span, Tokens


def from_record(record: Mapping[str, Any]) -> Sample:
    """The sample of a row; its images carry the stored bytes and wait for nothing.

    A recorded but not stored layout is left out: it is chosen again. Raises ``BadRecord``: ``already_tiled``
    where only parts of a frame are stored, ``bad_record`` for a row that is not of the schema.
    """
    try:
        infos = record["image_info"]
        downloads = record.get("downloads") or [None] * len(infos)
        return Sample(
            key=record["key"],
            origin=Origin(
                dataset=record["dataset"], source=record["source"], config=record["config"], split=record["split"]
            ),
            images=tuple(
                _image(info, record["images"], download) for info, download in zip(infos, downloads, strict=True)
            ),
            messages=tuple(
                Message(message["role"], tuple(_to_part(part) for part in message["content"]))
                for message in record["messages"]
            ),
            annotations=tuple(_to_annotation(mark) for mark in record.get("annotations") or ()),
            alternatives=tuple(Alternative(**other) for other in record.get("alternatives") or ()),
            choices=tuple(
                Choices(choices["message"], tuple(choices["options"]), choices["answer"])
                for choices in record.get("choices") or ()
            ),
            tags=tuple(record["tags"]),
            language=record["language"],
            license=License(**record["license"]),
            role=record["role"],
            meta=json.loads(record["meta"] or "{}"),
            rendered=_to_rendered(record),
            tokens=_to_tokens(record),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BadRecord("bad_record", f"{type(error).__name__}: {error}") from error


def _to_rendered(record: Mapping[str, Any]) -> Rendered | None:
    if record.get("text") is None:
        return None
    return Rendered(record["text"], tuple(Span(**span) for span in record.get("spans") or ()))


def _to_tokens(record: Mapping[str, Any]) -> Tokens | None:
    if not record.get("input_ids"):
        return None
    ids, mask, labels, *further = (array("i", record.get(name) or ()) for name in TOKEN_COLUMNS)
    positions, lengths = (values or None for values in further)
    return Tokens(input_ids=ids, attention_mask=mask, labels=labels, position_ids=positions, sequence_lengths=lengths)


def _image(info: Record, stored: Sequence[Record], download: Record | None) -> Image:
    described = info["views"][: info["count"]]
    number = next((number for number, view in enumerate(described) if _shows_frame(view, info)), None)
    if number is None:
        raise BadRecord(
            "already_tiled",
            f"only the views of layout {info['policy']!r} are stored, and a frame cannot be put together from them: "
            "start from the data set they were made of",
        )
    return Image(
        data=stored[info["first"] + number]["bytes"],
        original=Size(info["width"], info["height"]) if info["width"] else None,
        id=info["id"],
        media_type=info["media_type"],
        sha256=info["sha256"],
        source=info["source"],
        license=info["license"],
        timestamp_s=info["timestamp_s"],
        clip=info["clip"],
        download=Download(**download) if download and download["url"] else None,
    )


def _shows_frame(view: Record, info: Record) -> bool:
    """Whether it is all of the frame, pixel for pixel."""
    width, height = info["width"], info["height"]
    shown = [view[name] for name in ("x", "y", "w", "h", "width", "height")]
    return view["kind"] == "whole" or shown == [0, 0, width, height, width, height]


def _to_part(part: Record) -> Part:
    match part["type"]:
        case "text":
            return TextPart(part["text"])
        case "image":
            return ImagePart(part["image_index"])
        case "region":
            return RegionPart(tuple(part["regions"]))
        case other:
            raise ValueError(f"a part of type {other!r}")


def _to_annotation(mark: Record) -> Annotation:
    box_1000 = mark["bbox_1000"]
    return Annotation(
        id=mark["id"],
        image=mark["image_index"],
        label=mark["label"],
        text=mark["text"],
        box=Box(*mark["bbox"]) if mark["bbox"] else None,
        box_1000=(box_1000[0], box_1000[1], box_1000[2], box_1000[3]) if box_1000 else None,
        point=Point(*mark["point"]) if mark["point"] else None,
        polygon=tuple(
            tuple(Point(x, y) for x, y in zip(ring[::2], ring[1::2], strict=True)) for ring in mark["polygon"] or ()
        ),
        mask=_to_mask(json.loads(mark["mask"])) if mark["mask"] else None,
        score=mark["score"],
        source=mark["source"],
    )


def _to_mask(rle: Record) -> Mask:
    counts, (height, width) = rle["counts"], rle["size"]
    return Mask(counts if isinstance(counts, str) else tuple(counts), Size(width, height))
