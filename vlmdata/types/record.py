"""Sample and row of the schema, each made from the other. Standard library only; the formats hold such rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import chain
from typing import Any

from vlmdata.errors import BadRecord
from vlmdata.types.annotation import Annotation, Mask
from vlmdata.types.consistency import inconsistencies
from vlmdata.types.conversation import ImagePart, Part, RegionPart, TextPart
from vlmdata.types.download import Download
from vlmdata.types.geometry import Size
from vlmdata.types.image import Image
from vlmdata.types.layout import WHOLE, View
from vlmdata.types.media import extension_of
from vlmdata.types.sample import Sample
from vlmdata.types.written import StoredView, Written

Record = dict[str, Any]

TOKEN_COLUMNS = ("input_ids", "attention_mask", "labels", "position_ids", "sequence_lengths")
_DOWNLOAD_FIELDS = tuple(field.name for field in fields(Download))


def to_record(written: Written) -> Record:
    """A row with every column of SCHEMA that a sample can fill, as plain lists, dicts, strings and numbers.

    The first ``count`` of an image's ``views`` are stored; further ones are only recorded. Raises
    ``BadRecord``: ``bad_number`` (too large for a float), ``meta_not_json``, ``inconsistent`` (an index or id
    that leads nowhere); ``ValueError`` for views that are neither the layout nor the frame, and for a mask with
    edits left to do.
    """
    sample = written.sample
    try:
        record = {
            "key": sample.key,
            "images": _pictures(sample.key, written.views),
            "image_info": _image_infos(sample.images, written.views),
            **_conversation(sample),
            "annotations": [_annotation(mark) for mark in sample.annotations],
            "downloads": _downloads(sample.images),
            **_provenance(sample),
            **_sequence(sample),
        }
    except OverflowError as error:
        raise BadRecord("bad_number", str(error)) from error
    for fault in inconsistencies(record):
        raise BadRecord("inconsistent", fault)
    return record


def record_json(record: Mapping[str, Any], columns: Iterable[str]) -> bytes:
    """Those columns without the pictures, as one line of UTF-8 JSON with sorted keys.

    Raises ``BadRecord``: ``bad_number`` for NaN and infinity, ``not_unicode`` for half a surrogate pair.
    """
    row = {column: record[column] for column in columns if column != "images"}
    try:
        return json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise BadRecord("not_unicode", f"{error.object[max(0, error.start - 20) : error.end]!r}") from error
    except ValueError as error:
        raise BadRecord("bad_number", str(error)) from error


def record_size(record: Record, encoded: bytes) -> int:
    """What a record with this ``record_json`` adds to a shard, near enough."""
    return len(encoded) + sum(len(picture["bytes"]) for picture in record["images"])


def _pictures(key: str, views: Iterable[Sequence[StoredView]]) -> list[Record]:
    return [
        {"bytes": view.data, "path": f"{key}.{number}.{extension_of(view.media_type)}"}
        for number, view in enumerate(chain.from_iterable(views))
    ]


def _image_infos(images: Sequence[Image], stored: Sequence[Sequence[StoredView]]) -> list[Record]:
    first = 0
    infos = []
    for image, views in zip(images, stored, strict=True):
        frame = image.size if image.original else None
        infos.append(
            {
                "id": image.id,
                "first": first,
                "count": len(views),
                "width": frame.width if frame else None,
                "height": frame.height if frame else None,
                "original": [image.original.width, image.original.height] if image.original else None,
                "policy": image.layout.policy,
                "views": [_view(_named(view, image), frame) for view in _described(image, frame, views)],
                "media_type": image.media_type,
                "sha256": image.sha256,
                "source": image.source,
                "license": image.license,
                "timestamp_s": _float(image.timestamp_s),
                "clip": image.clip,
            }
        )
        first += len(views)
    return infos


def _described(image: Image, frame: Size | None, stored: Sequence[StoredView]) -> tuple[View, ...]:
    """The views to describe, stored ones first."""
    sizes = [view.size for view in stored]
    planned = image.layout.views
    if frame is None or sizes == [view.size(frame) for view in planned]:
        return planned
    if sizes == [frame]:
        return (*WHOLE.views, *planned)
    raise ValueError(f"views of {sizes} are neither the layout {image.layout.policy!r} nor the frame of {frame}")


def _named(view: View, image: Image) -> View:
    """A ``whole`` of a clip is called ``frame``, unless it is the clip itself."""
    return replace(view, kind="frame") if view.kind == "whole" and image.clip and not image.is_clip else view


def _view(view: View, frame: Size | None) -> Record:
    if frame is None:
        return {"kind": view.kind, **dict.fromkeys(("x", "y", "w", "h", "width", "height"))}
    source, size = view.shown(frame)
    x, y, w, h = source.xywh
    return {"kind": view.kind, "x": x, "y": y, "w": w, "h": h, "width": size.width, "height": size.height}


def _downloads(images: Sequence[Image]) -> list[Record]:
    """One for each image or, where none was got over HTTP, nothing at all."""
    if not any(image.download for image in images):
        return []
    nothing = dict.fromkeys(_DOWNLOAD_FIELDS)
    return [
        {name: getattr(image.download, name) for name in _DOWNLOAD_FIELDS} if image.download else nothing
        for image in images
    ]


def _conversation(sample: Sample) -> Record:
    return {
        "messages": [
            {"role": message.role, "content": [_part(part) for part in message.content]} for message in sample.messages
        ],
        "alternatives": [
            {"message": other.message, "text": other.text, "weight": float(other.weight)}
            for other in sample.alternatives
        ],
        "choices": [
            {"message": choices.message, "options": list(choices.options), "answer": choices.answer}
            for choices in sample.choices
        ],
    }


def _part(part: Part) -> Record:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text, "image_index": None, "regions": None}
        case ImagePart(image):
            return {"type": "image", "text": None, "image_index": image, "regions": None}
        case RegionPart(annotations):
            return {"type": "region", "text": None, "image_index": None, "regions": list(annotations)}


def _annotation(mark: Annotation) -> Record:
    return {
        "id": mark.id,
        "image_index": mark.image,
        "label": mark.label,
        "text": mark.text,
        "bbox": [float(value) for value in mark.box.xyxy] if mark.box else None,
        "bbox_1000": list(mark.box_1000) if mark.box_1000 else None,
        "point": [float(mark.point.x), float(mark.point.y)] if mark.point else None,
        "polygon": [[float(value) for point in ring for value in (point.x, point.y)] for ring in mark.polygon] or None,
        "mask": _mask(mark.mask) if mark.mask else None,
        "score": _float(mark.score),
        "source": mark.source,
    }


def _mask(mask: Mask) -> str:
    """COCO RLE as JSON; its ``size`` is height first."""
    if mask.edits:
        raise ValueError("a mask is stored after its edits are done, and this one has some left")
    counts = mask.counts if isinstance(mask.counts, str) else list(mask.counts)
    return json.dumps({"counts": counts, "size": [mask.size.height, mask.size.width]}, ensure_ascii=False)


def _provenance(sample: Sample) -> Record:
    terms = sample.license
    return {
        "tags": list(sample.tags),
        "dataset": sample.origin.dataset,
        "config": sample.origin.config,
        "split": sample.origin.split,
        "source": sample.origin.source,
        "language": sample.language,
        "license": {
            "annotations": terms.annotations,
            "images": terms.images,
            "commercial": terms.commercial,
            "generator": terms.generator,
        },
        "role": sample.role,
        "meta": _meta(sample.meta),
    }


def _sequence(sample: Sample) -> Record:
    rendered, tokens = sample.rendered, sample.tokens
    ids = {name: getattr(tokens, name) if tokens else None for name in TOKEN_COLUMNS}
    return {
        "text": rendered.text if rendered else None,
        "spans": [{"start": span.start, "end": span.end, "kind": span.kind} for span in rendered.spans]
        if rendered
        else [],
        **{name: [] if values is None else values.tolist() for name, values in ids.items()},
    }


def _meta(meta: Mapping[str, object]) -> str:
    try:
        return json.dumps(dict(meta), ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRecord("meta_not_json", str(error)) from error


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)
