"""The columns of shards, against ``datasets`` itself."""

from __future__ import annotations

import json
from itertools import combinations

import pyarrow as pa
import pytest
from datasets import Features

from vlmdata.shards.schema import BASE_COLUMNS, OPTIONAL_COLUMNS, dropped_schema, sample_schema

SOME = [columns for count in range(len(OPTIONAL_COLUMNS) + 1) for columns in combinations(OPTIONAL_COLUMNS, count)]


def as_datasets_has_it(schema: pa.Schema) -> pa.Schema:
    """What ``datasets`` makes of the features in the metadata."""
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    return Features.from_dict(features).arrow_schema


@pytest.mark.parametrize("optional", SOME, ids="-".join)
def test_samples_have_the_schema_of_their_features(optional: tuple[str, ...]) -> None:
    schema = sample_schema((*BASE_COLUMNS, *optional))
    assert schema.equals(as_datasets_has_it(schema), check_metadata=True)
    assert set(schema.names) == {*BASE_COLUMNS, *optional}


def test_dropped_has_the_schema_of_its_features() -> None:
    assert dropped_schema().equals(as_datasets_has_it(dropped_schema()), check_metadata=True)


@pytest.mark.parametrize("columns", [BASE_COLUMNS[1:], (*BASE_COLUMNS, "colour")], ids=["one lacks", "one is unknown"])
def test_other_columns_are_refused(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"key|colour"):
        sample_schema(columns)
