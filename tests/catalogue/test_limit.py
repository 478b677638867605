"""``--limit N`` downloads no more than it needs, shown by what the servers sent; what comes whole is said before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, parquet, zipped
from vlmdata.datasets.release.part import ByHand, OnHub, Web
from vlmdata.datasets.release.whole import remark
from vlmdata.errors import InputError
from vlmdata.io.hub import listed, pinned

_NOISE = 60_000
_VQA = "https://s3.amazonaws.com/cvmlp/vqa/mscoco/vqa"


def _charts(rows: int) -> bytes:
    return parquet(
        [
            {
                "image": {"bytes": photo(row % 5).data + os.urandom(_NOISE), "path": None},
                "query": f"{row}?",
                "label": ["1"],
            }
            for row in range(rows)
        ],
        group=50,
    )


def test_of_parquet_only_the_first_rows_are_read(made: World, fetched: Fetch) -> None:
    data = _charts(200)
    made.on_hub("HuggingFaceM4/ChartQA", {f"data/train-0000{number}-of-00002.parquet": data for number in range(2)})
    _, _, samples = fetched("chartqa", limit=5)
    assert len(samples) == 5
    assert made.hub.sent["data/train-00000-of-00002.parquet"] < len(data) / 2
    assert made.hub.sent["data/train-00001-of-00002.parquet"] == 0


def test_a_shard_that_is_mostly_wanted_is_downloaded_once(made: World, fetched: Fetch) -> None:
    data = _charts(60)
    made.on_hub("HuggingFaceM4/ChartQA", {"data/train-00000-of-00001.parquet": data})
    fetched("chartqa")
    assert len(data) <= made.hub.sent["data/train-00000-of-00001.parquet"] < 1.2 * len(data)


def test_of_a_zip_only_the_pictures_that_are_wanted_are_read(made: World, fetched: Fetch) -> None:
    questions = [{"image_id": number, "question": "What?", "question_id": number} for number in range(1, 201)]
    answers = [{**one, "multiple_choice_answer": "net", "answers": []} for one in questions]
    made.on_web(
        f"{_VQA}/v2_Questions_Train_mscoco.zip",
        zipped({"v2_OpenEnded_mscoco_train2014_questions.json": as_json({"questions": questions})}),
    )
    made.on_web(
        f"{_VQA}/v2_Annotations_Train_mscoco.zip",
        zipped({"v2_mscoco_train2014_annotations.json": as_json({"annotations": answers})}),
    )
    noise = os.urandom(_NOISE)
    pictures = {f"train2014/COCO_train2014_{number:012d}.jpg": photo(0).data + noise for number in range(1, 201)}
    packed = zipped(pictures)
    made.on_web("http://images.cocodataset.org/zips/train2014.zip", packed)
    _, _, samples = fetched("vqav2", limit=5)
    assert len(samples) == 5
    assert made.web.served < len(packed) / 4


def test_what_comes_whole_is_said_with_its_size_and_why(made: World, tmp_path: Path) -> None:
    made.on_web("https://example.org/set.tar.gz", bytes(2_500_000))
    made.on_hub("a/b", {"chat.json": b"[]" + b" " * 1_200_000})
    repo = pinned("a/b")
    on_hub = OnHub(repo, listed(repo)["chat.json"])
    assert remark(Web("https://example.org/set.tar.gz"), None) == (
        "set.tar.gz (2.5 MB) is downloaded whole: a compressed tar cannot be read in part"
    )
    assert remark(on_hub, None) == "chat.json (1.2 MB) is downloaded whole: one JSON value cannot be read in part"
    (tmp_path / "chat.json").write_bytes(b"[]")
    assert remark(on_hub, tmp_path) is None
    assert remark(ByHand("x.zip", "ask the authors"), None) is None


@pytest.mark.parametrize("name", ["chartqa", "vqav2"])
def test_a_host_that_cannot_be_reached_is_named(made: World, fetched: Fetch, name: str) -> None:
    with pytest.raises(Exception, match=r"ChartQA|v2_Questions_Train_mscoco\.zip"):
        fetched(name, limit=5)


@pytest.mark.parametrize("name", ["vqav2", "msrvtt", "laion400m"])
def test_a_folder_of_files_that_is_not_there_is_refused_first(made: World, fetched: Fetch, name: str) -> None:
    with pytest.raises(InputError, match="files: there is no folder /nowhere"):
        fetched(name, limit=5, files="/nowhere")
    assert made.hub.requests == []
    assert made.web.asked == []
