"""A publisher changes its files: the error names data set, file, row, what is there and what was expected."""

from __future__ import annotations

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, parquet, zipped
from vlmdata.errors import InputError

_VQA = "https://s3.amazonaws.com/cvmlp/vqa/mscoco/vqa"


def _chart(**fields: object) -> dict[str, object]:
    return {"image": {"bytes": photo(0).data, "path": None}, **fields}


def test_a_renamed_column_is_named_with_those_there_are(made: World, fetched: Fetch) -> None:
    rows = [_chart(question="How many?", label=["1"]) for _ in range(5)]
    made.on_hub("HuggingFaceM4/ChartQA", {"data/train-00000-of-00001.parquet": parquet(rows)})
    with pytest.raises(InputError, match=r"chartqa: row 0 of data/train-\S+ has no field 'query'; it has image, quest"):
        fetched("chartqa", limit=3)


def test_a_renamed_file_is_named_with_those_there_are(made: World, fetched: Fetch) -> None:
    made.on_hub("HuggingFaceM4/ChartQA", {"parquet/train.parquet": parquet([_chart(query="?", label=["1"])])})
    with pytest.raises(InputError, match=r"no file data/train-\*\.parquet; it has parquet/train\.parquet"):
        fetched("chartqa", limit=3)


def test_a_renamed_field_of_json_is_named_with_its_row(made: World, fetched: Fetch) -> None:
    asked = {"questions": [{"picture": 9, "question": "What?", "question_id": 1}]}
    made.on_web(
        f"{_VQA}/v2_Questions_Train_mscoco.zip",
        zipped({"v2_OpenEnded_mscoco_train2014_questions.json": as_json(asked)}),
    )
    made.on_web(
        f"{_VQA}/v2_Annotations_Train_mscoco.zip",
        zipped({"v2_mscoco_train2014_annotations.json": as_json({"annotations": []})}),
    )
    with pytest.raises(InputError, match=r"row 0 has no 'image_id'; it has picture, question, question_id"):
        fetched("vqav2", limit=3)


def test_a_member_that_is_not_in_the_archive_any_more_is_named(made: World, fetched: Fetch) -> None:
    made.on_web(f"{_VQA}/v2_Questions_Train_mscoco.zip", zipped({"questions.json": b"{}"}))
    with pytest.raises(InputError, match=r"has no file 'v2_OpenEnded_\S+'; it holds questions\.json"):
        fetched("vqav2", limit=3)


def test_a_value_of_another_type_costs_its_row_and_is_told(made: World, fetched: Fetch) -> None:
    good, bad = _chart(query="How many?", label=["1"], kind=None), _chart(query=None, label=["1"], kind="new")
    made.on_hub("HuggingFaceM4/ChartQA", {"data/train-00000-of-00001.parquet": parquet([good, bad])})
    _, manifest, samples = fetched("chartqa")
    assert [dict(tally.dropped) for tally in manifest.funnel if tally.dropped] == [{"missing_text": 1}]
    assert len(samples) == 1


def test_unknown_columns_go_to_meta(made: World, fetched: Fetch) -> None:
    row = _chart(query="How many?", label=["1"], difficulty=3, extra={"a": [1, 2]})
    made.on_hub("HuggingFaceM4/ChartQA", {"data/train-00000-of-00001.parquet": parquet([row])})
    _, _, (sample,) = fetched("chartqa")
    assert sample.meta["difficulty"] == 3
    assert sample.meta["extra"] == {"a": [1, 2]}
