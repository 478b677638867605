"""The columns of SCHEMA.md as Hugging Face features, and the Arrow schema that carries them.

Features are written out as ``datasets.Features.to_dict`` has them, and Arrow's types follow from them as in
``datasets``. Not by ``datasets`` itself: importing it takes longer than a small run (0.9 s of CPU).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

BASE_COLUMNS = (
    "key", "images", "image_info", "messages", "tags",
    "dataset", "config", "split", "source", "language", "license", "role", "meta",
)  # fmt: skip
OPTIONAL_COLUMNS = (
    "alternatives", "choices", "annotations", "downloads", "text", "spans",
    "input_ids", "attention_mask", "labels", "position_ids", "sequence_lengths",
)  # fmt: skip
TOLD_COLUMNS = ("tags", "language", "license", "role", "image_info")
"""In these a row tells what it is and under which terms."""
DROPPED_COLUMNS = ("key", "step", "reason", "value", "threshold", "source", "text", "thumbnail")

Feature = Mapping[str, Any]

_PICTURE: Feature = {"_type": "Image"}
_STRING: Feature = {"dtype": "string", "_type": "Value"}
_WHOLE: Feature = {"dtype": "int32", "_type": "Value"}
_REAL: Feature = {"dtype": "float64", "_type": "Value"}


def sample_schema(columns: Collection[str]) -> pa.Schema:
    """The Arrow schema of a run's shards, Hugging Face features in its metadata, columns in SCHEMA's order.

    ``columns`` are all base columns and any optional ones. Raises ``ValueError`` for others.
    """
    unknown, missing = set(columns) - set(_SAMPLE), set(BASE_COLUMNS) - set(columns)
    if unknown or missing:
        raise ValueError(f"columns that SCHEMA does not know: {sorted(unknown)}; that it asks for: {sorted(missing)}")
    return _schema({name: feature for name, feature in _SAMPLE.items() if name in columns})


def dropped_schema() -> pa.Schema:
    """The Arrow schema of ``dropped/``."""
    return _schema({name: _PICTURE if name == "thumbnail" else _STRING for name in DROPPED_COLUMNS})


def _schema(features: Mapping[str, Feature]) -> pa.Schema:
    import pyarrow as pa

    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.schema([(name, _arrow_type(feature)) for name, feature in features.items()], metadata=metadata)


def _arrow_type(feature: Feature) -> pa.DataType:
    import pyarrow as pa

    match feature.get("_type"):
        case "Image":
            return pa.struct({"bytes": pa.binary(), "path": pa.string()})
        case "List":
            return pa.list_(_arrow_type(feature["feature"]))
        case "Value":
            return {"string": pa.string(), "int32": pa.int32(), "float64": pa.float64()}[feature["dtype"]]
    return pa.struct({name: _arrow_type(inner) for name, inner in feature.items()})


def _list(feature: Feature) -> Feature:
    return {"feature": feature, "_type": "List"}


_VIEW: Feature = {
    "kind": _STRING,
    **dict.fromkeys(("x", "y", "w", "h"), _REAL),
    "width": _WHOLE,
    "height": _WHOLE,
}
_IMAGE_INFO: Feature = {
    "id": _STRING,
    **dict.fromkeys(("first", "count", "width", "height"), _WHOLE),
    "original": _list(_WHOLE),
    "policy": _STRING,
    "views": _list(_VIEW),
    **dict.fromkeys(("media_type", "sha256", "source", "license"), _STRING),
    "timestamp_s": _REAL,
    "clip": _STRING,
}
_PART: Feature = {"type": _STRING, "text": _STRING, "image_index": _WHOLE, "regions": _list(_STRING)}
_ANNOTATION: Feature = {
    "id": _STRING,
    "image_index": _WHOLE,
    "label": _STRING,
    "text": _STRING,
    "bbox": _list(_REAL),
    "bbox_1000": _list(_WHOLE),
    "point": _list(_REAL),
    "polygon": _list(_list(_REAL)),
    "mask": _STRING,
    "score": _REAL,
    "source": _STRING,
}
# Every column there is; one that a later step fills is one line here and one in ``OPTIONAL_COLUMNS``.
_SAMPLE: Mapping[str, Feature] = {
    "key": _STRING,
    "images": _list(_PICTURE),
    "image_info": _list(_IMAGE_INFO),
    "messages": _list({"role": _STRING, "content": _list(_PART)}),
    "alternatives": _list({"message": _WHOLE, "text": _STRING, "weight": _REAL}),
    "choices": _list({"message": _WHOLE, "options": _list(_STRING), "answer": _WHOLE}),
    "annotations": _list(_ANNOTATION),
    "downloads": _list({"url": _STRING, "final_url": _STRING, "status": _WHOLE, "content_type": _STRING}),
    "tags": _list(_STRING),
    **dict.fromkeys(("dataset", "config", "split", "source", "language"), _STRING),
    "license": dict.fromkeys(("annotations", "images", "commercial", "generator"), _STRING),
    "role": _STRING,
    "meta": _STRING,
    "text": _STRING,
    "spans": _list({"start": _WHOLE, "end": _WHOLE, "kind": _STRING}),
    **dict.fromkeys(("input_ids", "attention_mask", "labels", "position_ids", "sequence_lengths"), _list(_WHOLE)),
}
