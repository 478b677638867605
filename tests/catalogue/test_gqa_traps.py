"""What is known to be treacherous about GQA: pictures apart from questions, keyed files, scene graphs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixtures.tasks_gqa import FIXTURES, graph, instructions, question
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, parquet, zipped
from vlmdata.errors import InputError
from vlmdata.recipe import named_source
from vlmdata.types import Manifest

_GQA = "https://downloads.cs.stanford.edu/nlp/data/gqa"
_OFFICIAL = FIXTURES["gqa"][3]


def dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def _shown() -> dict[str, object]:
    return {"bytes": photo(0).data, "path": None}


def _gqa(
    world: World, rows: Sequence[dict[str, Any]], pictures: Sequence[dict[str, Any]], *more: dict[str, Any]
) -> None:
    files = {"train_balanced_instructions/train-00000-of-00001.parquet": parquet(rows)}
    for number, shard in enumerate((pictures, more)):
        if shard:
            files[f"train_balanced_images/train-{number:05d}-of-00002.parquet"] = parquet(shard)
    world.on_hub("lmms-lab-encoder/GQA", files)


def _asked(number: int, image: str) -> dict[str, Any]:
    return {"id": str(number), **question(number, image), "entailed": None, "equivalent": None, "annotations": None}


def test_a_picture_without_questions_is_dropped_and_a_question_without_picture_passed_over(
    made: World, fetched: Fetch
) -> None:
    _gqa(made, [_asked(1, "5"), _asked(2, "404")], [{"id": "5", "image": _shown()}, {"id": "6", "image": _shown()}])
    _, manifest, (sample,) = fetched("gqa")
    assert sample.images[0].id == "vg:5"
    assert dropped(manifest) == {"no_messages": 1}


def test_renamed_columns_are_named_with_those_there_are(made: World, fetched: Fetch) -> None:
    picture = {"id": "5", "image": _shown()}
    row = _asked(1, "5")
    _gqa(made, [{("image_id" if name == "imageId" else name): value for name, value in row.items()}], [picture])
    with pytest.raises(InputError, match=r"instructions/train-\S+ has no field 'imageId'; it has id, image_id, quest"):
        fetched("gqa")
    _gqa(made, [row], [{"imageId": "5", "image": _shown()}])
    with pytest.raises(InputError, match=r"gqa: row 0 of train_balanced_images/\S+ has no field 'id'; it has imageId"):
        fetched("gqa")


def test_with_a_limit_leaves_later_pictures_and_says_that_questions_come_whole(made: World, fetched: Fetch) -> None:
    heavy = [{"id": str(number), "image": {"bytes": photo(0).data + os.urandom(60_000)}} for number in range(8)]
    _gqa(made, [_asked(number, str(number)) for number in range(8)], heavy[:4], *heavy[4:])
    (remark,) = named_source("gqa", None, {"limit": 2}).remarks()
    assert "train-00000-of-00001.parquet" in remark
    assert "downloaded whole" in remark
    _, _, samples = fetched("gqa", limit=2)
    assert [sample.meta["id"] for sample in samples] == [["0"], ["1"]]
    assert made.hub.sent["train_balanced_images/train-00001-of-00002.parquet"] == 0


def test_of_the_official_zips_only_what_is_wanted_is_read(made: World, fetched: Fetch) -> None:
    _OFFICIAL.publish(made)
    noise = os.urandom(400_000)
    pictures = {f"images/{one['imageId']}.jpg": photo(0).data + noise for one in instructions().values()}
    packed = zipped({**pictures, **{f"images/{number}.jpg": noise for number in range(10_000, 10_020)}})
    made.on_web(f"{_GQA}/images.zip", packed)
    _, _, samples = fetched("gqa", config="official", limit=1)
    assert len(samples) == 1
    assert made.asked(f"{_GQA}/images.zip")
    assert made.web.served < len(packed) / 4


@pytest.mark.parametrize(("change", "reason"), [
    ({"objects": {"o": {"name": "apple", "x": 1, "y": 2, "w": 3}}}, "bad_box"),
    ({"objects": [1]}, "bad_field"),
])  # fmt: skip
def test_a_scene_graph_that_is_none_costs_its_row(
    made: World, fetched: Fetch, change: dict[str, Any], reason: str
) -> None:
    _OFFICIAL.publish(made)
    made.on_web(
        f"{_GQA}/sceneGraphs.zip", zipped({"train_sceneGraphs.json": as_json({"2407890": {**graph(0), **change}})})
    )
    _, manifest, samples = fetched("gqa", config="official", limit=2)
    assert dropped(manifest) == {reason: 1}
    assert not samples[0].annotations
