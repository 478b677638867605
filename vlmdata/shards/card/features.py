"""Columns as ``dataset_info.features`` of a card writes them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from vlmdata.shards.schema import sample_schema


def features(columns: Collection[str]) -> list[dict[str, Any]]:
    """The features of these columns; those of ``datasets.Features._to_yaml_list`` (datasets 5, features.py)."""
    told: Mapping[str, Any] = json.loads(sample_schema(columns).metadata[b"huggingface"])["info"]["features"]
    return _named(told)


def _named(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, **_written(feature)} for name, feature in columns.items()]


def _written(feature: Mapping[str, Any]) -> dict[str, Any]:
    match feature.get("_type"):
        case "Image":
            return {"dtype": "image"}
        case "Value":
            return {"dtype": feature["dtype"]}
        case "List":
            inner = _written(feature["feature"])
            return {
                "list": next(iter(inner.values())) if set(inner) <= {"dtype"} or set(inner) <= {"struct"} else inner
            }
    return {"struct": _named(feature)}
