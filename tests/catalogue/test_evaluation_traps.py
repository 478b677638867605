"""What is known to be treacherous about benchmarks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixture import words
from tests.catalogue.fixtures.evaluation import (
    FIXTURES,
    POPE,
    VISDIAL,
    mathvista_row,
    mmmu_features,
    mmmu_row,
    pope_rows,
    rounds,
    visdial,
)
from tests.catalogue.fixtures.evaluation_tsv import MMBENCH, encoded, tsv
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, as_lines, parquet, zipped
from vlmdata.datasets.evaluation.mmbench import MmBench
from vlmdata.datasets.release.part import Web
from vlmdata.datasets.tables.vlmeval import EvalTable
from vlmdata.errors import InputError, RecipeError
from vlmdata.types import ImagePart, Manifest, Sample

_REAL = Path(__file__).parents[3] / "shared" / "data" / "annotations" / "coco_pope_random.json"
_COLUMNS = ("index", "question", "A", "B", "answer", "image")
_DEV_EN = f"{MMBENCH}/MMBench_DEV_EN.tsv"


def dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def bench(rows: int, **given: str) -> list[dict[str, object]]:
    """Rows of MMBench with pictures of 200 kB."""
    one = {"question": "Which?", "A": "a", "B": "b", "answer": "A", "image": encoded(0) + "A" * 200_000}
    return [{"index": number, **one, **given} for number in range(rows)]


def mmmu(made: World, *rows: dict[str, Any]) -> None:
    data = parquet(rows, mmmu_features())
    made.on_hub("MMMU/MMMU", {"Art/validation-00000-of-00001.parquet": data})


# VLMEvalKit's TSV files, MMBench


def test_of_a_tsv_on_the_web_only_its_beginning_is_downloaded(made: World, fetched: Fetch) -> None:
    data = tsv(bench(60), _COLUMNS)
    made.on_web(_DEV_EN, data)
    _, _, samples = fetched("mmbench", limit=5)
    assert len(samples) == 5
    assert len(data) > 12_000_000
    assert made.web.served < 3_000_000
    assert None not in made.asked(_DEV_EN)


def test_a_pointer_behind_the_limit_is_read_on_to(made: World, fetched: Fetch) -> None:
    rows = bench(20)
    rows[1]["image"] = "12"
    rows[12]["image"] = encoded(3)
    made.on_web(_DEV_EN, tsv(rows, _COLUMNS))
    _, manifest, samples = fetched("mmbench", limit=3)
    assert dropped(manifest) == {}
    assert [sample.images[0].id for sample in samples] == ["mmbench:dev-0", "mmbench:dev-12", "mmbench:dev-2"]
    assert samples[1].images[0].data == photo(3).data


def test_a_server_without_ranges_is_said_before_all_of_it_is_downloaded(made: World, fetched: Fetch) -> None:
    made.web.ranges = False
    data = tsv(bench(3), _COLUMNS)
    made.on_web(f"{MMBENCH}/MMBench_DEV_CN.tsv", data)
    source = MmBench(dataset="mmbench", config="cn", limit=1)
    assert [part.name for part in source.whole_parts()] == ["MMBench_DEV_CN.tsv"]
    with pytest.raises(InputError, match="its MD5 is"):
        fetched("mmbench", config="cn", limit=1)


def test_a_whole_file_has_the_md5_that_is_published(made: World) -> None:
    data = tsv(bench(3), _COLUMNS)
    made.on_web(_DEV_EN, data)
    right = EvalTable(Web(_DEV_EN), md5=hashlib.md5(data).hexdigest())
    assert right.rows(*right.names) == 3
    wrong = EvalTable(Web(_DEV_EN), md5="b6caf1133a01c6bb705cf753bb527ed8")
    with pytest.raises(InputError, match=r"MMBench_DEV_EN\.tsv is not the file that is meant: its MD5 is"):
        wrong.digest(*wrong.names)


def test_a_file_got_by_hand_is_taken(made: World, fetched: Fetch) -> None:
    made.to_hand("CCBench.tsv", tsv(bench(3), _COLUMNS))
    _, _, samples = fetched("mmbench", config="cc", split="test", files=str(made.by_hand))
    assert len(samples) == 3
    assert made.web.asked == []


def test_a_changed_header_is_named(made: World, fetched: Fetch) -> None:
    columns = ("index", "prompt", "A", "B", "answer", "image")
    made.on_web(_DEV_EN, tsv([{"index": 1, "prompt": "Which?", "A": "a", "image": encoded(0)}], columns))
    with pytest.raises(InputError, match=r"row 0 of MMBench_DEV_EN.tsv has no field 'question'; it has index, prompt"):
        fetched("mmbench", limit=2)


def test_ccbench_has_one_split(made: World, fetched: Fetch) -> None:
    with pytest.raises(RecipeError, match="no split 'dev'; known are test"):
        fetched("mmbench", config="cc")


# MMMU


def test_options_are_a_python_literal_and_nothing_is_run(made: World, fetched: Fetch, tmp_path: Path) -> None:
    target = tmp_path / "ran"
    mmmu(
        made,
        mmmu_row(0, options='["it\'s", "b, c", \'d\', "e"]'),
        mmmu_row(1, options=f"[open({str(target)!r}, 'w').name]"),
        mmmu_row(2, options='{"A": 1}'),
    )
    _, manifest, (sample,) = fetched("mmmu", config="Art")
    assert sample.choices[0].options == ("it's", "b, c", "d", "e")
    assert dropped(manifest) == {"bad_literal": 1, "bad_field": 1}
    assert not target.exists()


def test_null_pictures_keep_the_numbers_of_the_others(made: World, fetched: Fetch) -> None:
    mmmu(
        made,
        mmmu_row(0, question="First <image 1>, then <image 3>.", images={1: 1, 3: 3}),
        mmmu_row(1, question="Only <image 2>.", images={1: 1}),
        mmmu_row(2, question="No mark.", images={1: 1, 2: 2}),
    )
    _, manifest, (gap, unmarked) = fetched("mmmu", config="Art")
    assert [image.data for image in gap.images] == [photo(1).png, photo(3).png]
    assert [part.image for part in gap.messages[0].content if isinstance(part, ImagePart)] == [0, 1]
    assert gap.images[1].id == "mmmu:validation_Clinical_Medicine_1-3"
    assert [type(part) for part in unmarked.messages[0].content[:2]] == [ImagePart, ImagePart]
    assert dropped(manifest) == {"marker_count": 1}


def test_a_picture_may_be_shown_twice(made: World, fetched: Fetch) -> None:
    mmmu(made, mmmu_row(0, question="<image 1> is <image 1>", options="['<image 1>', 'none']", answer="A"))
    _, _, (sample,) = fetched("mmmu", config="Art")
    assert [part.image for part in sample.messages[0].content if isinstance(part, ImagePart)] == [0, 0, 0]
    assert len(sample.images) == 1


# MMStar


def test_options_that_cannot_be_told_apart_stay_text(made: World, fetched: Fetch) -> None:
    rows = [
        {"index": 1, "question": "Which?\nOptions: A: x, C: y", "image": {"bytes": photo(0).png}, "answer": "A"},
        {"index": 2, "question": "How many?", "image": {"bytes": photo(1).png}, "answer": "3"},
    ]
    made.on_hub("Lin-Chen/MMStar", {"mmstar.parquet": parquet(rows)})
    _, _, samples = fetched("mmstar")
    assert [sample.choices for sample in samples] == [(), ()]
    assert words(samples[0]) == [("user", "Which?\nOptions: A: x, C: y"), ("assistant", "A")]


# POPE


def test_ids_are_unique_over_the_three_files(made: World, fetched: Fetch) -> None:
    names = ("COCO_val2014_000000310196.jpg",)
    pictures = {f"val2014/{names[0]}": photo(0).data}
    made.on_web("http://images.cocodataset.org/zips/val2014.zip", zipped(pictures))
    found: list[Sample] = []
    for config in ("random", "popular", "adversarial"):
        made.on_web(f"{POPE}/coco_pope_{config}.json", as_lines(pope_rows(names, 3)))
        found += fetched("pope", config=config, limit=5)[2]
    assert len({sample.key for sample in found}) == 9
    assert len({(sample.meta["category"], sample.meta["question_id"]) for sample in found}) == 9
    assert {sample.images[0].id for sample in found} == {"coco:310196"}


def test_the_real_file_of_pope_is_json_lines(made: World, fetched: Fetch) -> None:
    if not _REAL.is_file():
        pytest.skip(f"the real file is not at {_REAL}")
    made.to_hand("coco_pope_random.json", _REAL.read_bytes())
    made.to_hand("val2014/COCO_val2014_000000310196.jpg", photo(0).data)
    _, manifest, samples = fetched("pope", files=str(made.by_hand))
    assert len(samples) == 6
    assert dropped(manifest) == {"missing_file": 2994}
    assert words(samples[0]) == [("user", "Is there a snowboard in the image?"), ("assistant", "yes")]
    assert [sample.messages[1].text for sample in samples] == ["yes", "no"] * 3


# MMHal-Bench


def test_no_script_and_no_dead_address_is_asked_for(made: World, fetched: Fetch) -> None:
    (fixture,) = FIXTURES["mmhal-bench"]
    fixture.publish(made)
    fetched("mmhal-bench", limit=2)
    assert made.hub.sent["MMHal-Bench.py"] == 0
    assert made.hub.sent["images/10172500455_o.jpg"] == 0
    assert made.web.asked == []


# SEED-Bench


def _seedbench(made: World, *rows: dict[str, Any]) -> None:
    one = {"choice_a": "a", "choice_b": "b", "choice_c": "c", "choice_d": "d", "answer": "A", "question": "?"}
    told = [{**one, "data_source": "cc3m", "data_id": "1_2", **row} for row in rows]
    made.on_hub(
        "AILab-CVC/SEED-Bench-2",
        {
            "SEED-Bench_v2_level1_2_3.json": as_json({"questions": told}),
            "cc3m-image.zip": zipped({"1_2": photo(0).data}),
            "SEED-Bench-2-image.zip.001": zipped({"SEED-Bench-2-image/task17/1.png": photo(1).png}),
        },
    )


def test_places_and_pictures_of_seedbench_agree_or_are_counted(made: World, fetched: Fetch) -> None:
    _seedbench(
        made,
        {"data_type": "Single Image", "question_id": 7},
        {"data_type": "Interleaved Image", "question": "<img> and <img>"},
        {"data_type": "Image Generation"},
        {"data_type": "Single Image", "data_id": []},
        {"data_type": "Single Image", "data_id": "3_4"},
        {"data_type": "Multiple Images", "data_source": "SEED-Bench v2", "data_id": ["task17/1.png"]},
    )
    _, manifest, (bare, own) = fetched("seedbench", config="v2")
    assert dropped(manifest) == {"marker_count": 2, "missing_file": 2}
    assert bare.images[0].id == "seedbench:1_2"
    assert own.images[0].data == photo(1).png


# VisDial


def _visdial(made: World, dialogs: Sequence[dict[str, Any]]) -> None:
    told = {"dialogs": dialogs, "questions": ["is it", "who?"], "answers": ["is it", "\ud83d", 5]}
    made.to_hand("visdial_1.0_val.json", json.dumps({"data": told}).encode())
    made.to_hand("VisualDialog_val2018/VisualDialog_val2018_000000000001.jpg", photo(0).data)


def test_questions_get_their_mark_and_answers_do_not(made: World, fetched: Fetch) -> None:
    _visdial(made, [{"image_id": 1, "caption": "a", "dialog": [{"question": one, "answer": 0} for one in range(2)]}])
    _, _, (sample,) = fetched("visdial", files=str(made.by_hand))
    assert [text for _, text in words(sample)] == ["is it?", "is it", "who?", "is it"]


def test_numbers_that_are_no_text_are_counted(made: World, fetched: Fetch) -> None:
    wrong = (
        {"question": -1, "answer": 0},
        {"question": 2, "answer": 0},
        {"question": "0", "answer": 0},
        {"question": 0, "answer": 1},
        {"question": 0, "answer": 2},
        {"question": 0, "answer_options": [9]},
    )
    dialogs = [{"image_id": 1, "caption": "a", "dialog": [one]} for one in wrong]
    good = {"image_id": 1, "caption": "a", "dialog": [{"question": 0, "answer": 0}]}
    unanswered = {"image_id": 1, "caption": "a", "dialog": [{"question": 0}, {"question": 0, "answer": 0}]}
    _visdial(made, [*dialogs, good, unanswered, {"image_id": 1, "caption": "a", "dialog": []}])
    _, manifest, samples = fetched("visdial", files=str(made.by_hand))
    assert len(samples) == 1
    assert dropped(manifest) == {"bad_index": 4, "not_unicode": 2, "missing_text": 1, "bad_field": 1}


def test_of_the_pictures_of_visdial_only_those_wanted_are_read(made: World, fetched: Fetch) -> None:
    dialogs = [{"image_id": one, "caption": "a", "dialog": rounds(2)} for one in range(60)]
    made.on_web(f"{VISDIAL}/ibs3a0zhw74zisc/visdial_1.0_val.zip", visdial("val", dialogs))
    folder = "VisualDialog_val2018"
    padded = photo(0).data + bytes(100_000)
    packed = zipped({f"{folder}/{folder}_{one:012d}.jpg": padded for one in range(60)})
    made.on_web(f"{VISDIAL}/twmtutniktom7tu/{folder}.zip", packed)
    _, _, samples = fetched("visdial", limit=5)
    assert len(samples) == 5
    assert made.web.served < len(packed) / 3


# MathVista


def test_an_answer_that_is_no_option_is_counted(made: World, fetched: Fetch) -> None:
    rows = [
        {**mathvista_row(1), "answer": answer, "choices": choices}
        for answer, choices in (("9 m", ["1 m", "2 m"]), ("2", ["1", "2"]), ("1.5", None), ("B", ["x", "y"]))
    ]
    made.on_hub("AI4Math/MathVista", {"data/testmini-00000-of-00001-a.parquet": parquet(rows)})
    _, manifest, samples = fetched("mathvista")
    assert dropped(manifest) == {"bad_answer": 1}
    assert [sample.messages[1].text for sample in samples] == ["B", "1.5", "B"]
    assert [image.source for sample in samples for image in sample.images] == ["images/2.jpg"] * 3
