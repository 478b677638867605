"""The columns of SCHEMA.md as a ``datasets.Features`` and an Arrow schema that carries it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

BASE_COLUMNS = (
    "key", "images", "image_info", "messages", "tags",
    "dataset", "config", "split", "source", "language", "license", "role", "meta",
)  # fmt: skip
OPTIONAL_COLUMNS = ("alternatives", "choices", "annotations", "downloads")
DROPPED_COLUMNS = ("key", "step", "reason", "value", "threshold", "source", "text", "thumbnail")


def serialized_schema(columns: Collection[str]) -> bytes:
    """``sample_schema`` as bytes, which travel to workers so that they need not import ``datasets``."""
    return bytes(sample_schema(columns).serialize())


def deserialized(schema: bytes) -> pa.Schema:
    """The schema in ``serialized_schema``'s bytes."""
    import pyarrow as pa

    return pa.ipc.read_schema(pa.BufferReader(schema))


def sample_schema(columns: Collection[str]) -> pa.Schema:
    """The Arrow schema of a run's shards, Hugging Face features in its metadata, columns in SCHEMA's order.

    ``columns`` are all base columns and any optional ones. Raises ``ValueError`` for others.
    """
    from datasets import Features

    features = _features()
    unknown, missing = set(columns) - set(features), set(BASE_COLUMNS) - set(columns)
    if unknown or missing:
        raise ValueError(f"columns that SCHEMA does not know: {sorted(unknown)}; that it asks for: {sorted(missing)}")
    return Features({name: feature for name, feature in features.items() if name in columns}).arrow_schema


def dropped_schema() -> pa.Schema:
    """The Arrow schema of ``dropped/``. Its few features are written out, for workers make it."""
    import pyarrow as pa

    text = {"dtype": "string", "_type": "Value"}
    features = {name: {"_type": "Image"} if name == "thumbnail" else text for name in DROPPED_COLUMNS}
    picture = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    return pa.schema(
        [(name, picture if name == "thumbnail" else pa.string()) for name in DROPPED_COLUMNS],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )


def _features() -> dict[str, Any]:
    """Every column there is; one that a later step fills is one line here and one in ``OPTIONAL_COLUMNS``."""
    from datasets import Image, List, Value

    string = Value("string")
    return {
        "key": string,
        "images": List(Image()),
        "image_info": List(_image_info()),
        "messages": List({"role": string, "content": List(_part())}),
        "alternatives": List({"message": Value("int32"), "text": string, "weight": Value("float64")}),
        "choices": List({"message": Value("int32"), "options": List(string), "answer": Value("int32")}),
        "annotations": List(_annotation()),
        "downloads": List({"url": string, "final_url": string, "status": Value("int32"), "content_type": string}),
        "tags": List(string),
        "dataset": string,
        "config": string,
        "split": string,
        "source": string,
        "language": string,
        "license": {"annotations": string, "images": string, "commercial": string, "generator": string},
        "role": string,
        "meta": string,
    }


def _image_info() -> dict[str, Any]:
    from datasets import List, Value

    string, whole, real = Value("string"), Value("int32"), Value("float64")
    view = {"kind": string, "x": real, "y": real, "w": real, "h": real, "width": whole, "height": whole}
    return {
        "id": string,
        "first": whole,
        "count": whole,
        "width": whole,
        "height": whole,
        "original": List(whole),
        "policy": string,
        "views": List(view),
        "media_type": string,
        "sha256": string,
        "source": string,
        "license": string,
        "timestamp_s": real,
        "clip": string,
    }


def _part() -> dict[str, Any]:
    from datasets import List, Value

    string = Value("string")
    return {"type": string, "text": string, "image_index": Value("int32"), "regions": List(string)}


def _annotation() -> dict[str, Any]:
    from datasets import List, Value

    string, real = Value("string"), Value("float64")
    return {
        "id": string,
        "image_index": Value("int32"),
        "label": string,
        "text": string,
        "bbox": List(real),
        "bbox_1000": List(Value("int32")),
        "point": List(real),
        "polygon": List(List(real)),
        "mask": string,
        "score": real,
        "source": string,
    }
