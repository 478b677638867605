"""What is known to be treacherous about task sets of natural pictures and of science."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image as PilImage

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixtures.tasks import FIXTURES as PHOTOS
from tests.catalogue.fixtures.tasks import vizwiz_row
from tests.catalogue.fixtures.tasks_coco import FIXTURES as COCO
from tests.catalogue.fixtures.tasks_coco import photos
from tests.catalogue.fixtures.tasks_gqa import FIXTURES as GQA
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, parquet, zipped
from vlmdata.errors import InputError
from vlmdata.recipe import named_source
from vlmdata.types import Manifest

_VQA = "https://s3.amazonaws.com/cvmlp/vqa/mscoco/vqa"
_OKVQA = "https://okvqa.allenai.org/static/data"
_VIZWIZ = "https://vizwiz.cs.colorado.edu/VizWiz_final"
_AOKVQA = "HuggingFaceM4/A-OKVQA"
_SCIENCE = "derek-thomas/ScienceQA"


def _dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def _shown(number: int = 0) -> dict[str, object]:
    return {"bytes": photo(number).data, "path": None}


def _okvqa(world: World, *raws: Sequence[str]) -> None:
    asked = [{"image_id": number, "question": "What?", "question_id": number} for number in range(1, len(raws) + 1)]
    said: list[dict[str, Any]] = [
        {**one, "answers": [{"raw_answer": raw, "answer": "stem", "answer_confidence": "yes"} for raw in given]}
        for one, given in zip(asked, raws, strict=True)
    ]
    files = {
        "OpenEnded_mscoco_train2014_questions.json": {"questions": asked},
        "mscoco_train2014_annotations.json": {"annotations": said},
    }
    for name, data in files.items():
        world.on_web(f"{_OKVQA}/{name}.zip", zipped({name: as_json(data)}))
    world.on_web("http://images.cocodataset.org/zips/train2014.zip", photos("train2014", range(1, len(raws) + 1)))


def _vizwiz(world: World, rows: Sequence[dict[str, Any]], pictures: dict[str, bytes], inside: str = "") -> None:
    world.on_web(f"{_VIZWIZ}/vqa_data/Annotations.zip", zipped({f"{inside}train.json": as_json(rows)}))
    world.on_web(f"{_VIZWIZ}/images/train.zip", zipped(pictures))


def _aokvqa(world: World, **fields: object) -> None:
    row = {
        "image": _shown(),
        "question": "What is it?",
        "choices": ["cab", "bus"],
        "correct_choice_idx": 1,
        "direct_answers": "['ride', 'cab', 'cab']",
        **fields,
    }
    world.on_hub(_AOKVQA, {"data/train-00000-of-00001.parquet": parquet([row])})


def test_vqav2_answers_are_joined_by_question_id_not_by_place(made: World, fetched: Fetch) -> None:
    asked = [{"image_id": 1, "question": f"{number}?", "question_id": number} for number in (7, 3, 5)]
    said: list[dict[str, Any]] = [
        {"image_id": 1, "question_id": number, "multiple_choice_answer": f"to {number}", "answers": []}
        for number in (3, 5)
    ]
    questions = zipped({"v2_OpenEnded_mscoco_train2014_questions.json": as_json({"questions": asked})})
    made.on_web(f"{_VQA}/v2_Questions_Train_mscoco.zip", questions)
    answers = zipped({"v2_mscoco_train2014_annotations.json": as_json({"annotations": said})})
    made.on_web(f"{_VQA}/v2_Annotations_Train_mscoco.zip", answers)
    made.on_web("http://images.cocodataset.org/zips/train2014.zip", photos("train2014", [1]))
    _, _, (sample,) = fetched("vqav2")
    assert [message.text for message in sample.messages] == ["7?", "3?", "to 3", "5?", "to 5"]


def test_vqav2_pictures_of_test_that_are_not_in_test2015_are_dropped(made: World, fetched: Fetch) -> None:
    COCO["vqav2"][2].publish(made)
    made.on_web("http://images.cocodataset.org/zips/test2015.zip", photos("test2015", [25, 30]))
    _, manifest, samples = fetched("vqav2", split="test")
    assert _dropped(manifest) == {"missing_file": 4}
    assert [sample.images[0].id for sample in samples] == ["coco:25", "coco:30"]


def test_vqav2_a_renamed_question_is_named_with_those_there_are(made: World, fetched: Fetch) -> None:
    asked = {"questions": [{"image_id": 9, "text": "What?", "question_id": 1}]}
    files = zipped({"v2_OpenEnded_mscoco_test2015_questions.json": as_json(asked)})
    made.on_web(f"{_VQA}/v2_Questions_Test_mscoco.zip", files)
    with pytest.raises(InputError, match=r"row 0 has no 'question'; it has image_id, text, question_id"):
        fetched("vqav2", split="test")


def test_okvqa_answers_as_they_were_written_not_stemmed(made: World, fetched: Fetch) -> None:
    _okvqa(made, ["riding", "race", "race", "riding"], ["", " "], ["a", "b"])
    _, manifest, samples = fetched("okvqa")
    assert [sample.messages[1].text for sample in samples] == ["riding", "a"]
    assert all("stem" not in text for sample in samples for text in sample.texts())
    assert _dropped(manifest) == {"missing_text": 1}


def test_aokvqa_direct_answers_are_read_as_a_literal_and_nothing_is_run(made: World, fetched: Fetch) -> None:
    _aokvqa(made)
    _, _, (sample,) = fetched("aokvqa")
    assert sample.meta["direct_answers"] == ["ride", "cab", "cab"]
    _aokvqa(made, direct_answers="[__import__('os').getcwd()]")
    _, manifest, _ = fetched("aokvqa")
    assert _dropped(manifest) == {"bad_literal": 1}


def test_aokvqa_direct_answers_may_be_a_list(made: World, fetched: Fetch) -> None:
    _aokvqa(made, direct_answers=["ride", "cab", "cab"])
    _, _, (sample,) = fetched("aokvqa", config="direct-answer")
    assert sample.messages[1].text == "cab"
    assert len(sample.alternatives) == 3


@pytest.mark.parametrize(("fields", "reason"), [
    ({"correct_choice_idx": 2}, "bad_answer"),
    ({"correct_choice_idx": None}, "bad_field"),
    ({"choices": ["cab", ""]}, "bad_field"),
    ({"direct_answers": "{'cab': 1}"}, "bad_field"),
    ({"image": None}, "missing_file"),
])  # fmt: skip
def test_aokvqa_what_cannot_be_right_costs_its_row(
    made: World, fetched: Fetch, fields: dict[str, object], reason: str
) -> None:
    _aokvqa(made, **fields)
    _, manifest, samples = fetched("aokvqa")
    assert _dropped(manifest) == {reason: 1}
    assert not samples


def test_vizwiz_empty_answers_are_left_out_and_a_question_with_none_is_dropped(made: World, fetched: Fetch) -> None:
    given = (["", "", "", "basil"], ["unanswerable", "unanswerable", "basil"], ["", " "])
    rows = [vizwiz_row(number, "train", answers) for number, answers in enumerate(given)]
    _vizwiz(made, rows, {f"train/{row['image']}": photo(0).data for row in rows})
    _, manifest, samples = fetched("vizwiz")
    assert [sample.messages[1].text for sample in samples] == ["basil", "unanswerable"]
    assert [len(sample.alternatives) for sample in samples] == [1, 3]
    assert _dropped(manifest) == {"missing_text": 1}


def test_vizwiz_files_are_found_at_the_top_of_their_archives_too(made: World, fetched: Fetch) -> None:
    row = vizwiz_row(0, "train", ["basil"])
    for inside in ("", "Annotations/", "a/b/"):
        _vizwiz(made, [row], {row["image"]: photo(0).data}, inside)
        _, _, samples = fetched("vizwiz")
        assert len(samples) == 1


def test_vizwiz_a_photo_taken_sideways_is_counted_as_shown(made: World, fetched: Fetch) -> None:
    row = vizwiz_row(0, "train", ["basil"])
    picture = PilImage.open(io.BytesIO(photo(0).data))
    turned = picture.getexif()
    turned[0x0112] = 6
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=turned)
    _vizwiz(made, [row], {f"train/{row['image']}": buffer.getvalue()})
    _, _, (sample,) = fetched("vizwiz")
    assert (sample.images[0].size.height, sample.images[0].size.width) == picture.size


def test_vizwiz_a_name_leads_out_of_no_folder(made: World, fetched: Fetch) -> None:
    made.to_hand("train.json", as_json([{**vizwiz_row(0, "train", ["basil"]), "image": "../../secret.jpg"}]))
    made.to_hand("train/VizWiz_train_00000000.jpg", photo(0).data)
    (made.by_hand.parent / "secret.jpg").write_bytes(photo(1).data)
    _, manifest, samples = fetched("vizwiz", files=str(made.by_hand))
    assert _dropped(manifest) == {"missing_file": 1}
    assert not samples


def test_textvqa_is_found_under_its_old_name(made: World, fetched: Fetch) -> None:
    row = {"image_id": "a", "question": "What?", "image": _shown(), "answers": ["x", "y", "y"]}
    made.on_hub("lmms-lab/textvqa", {"data/train-00000-of-00001.parquet": parquet([row])})
    _, manifest, (sample,) = fetched("textvqa")
    assert sample.messages[1].text == "y"
    assert manifest.sources[0].revision == made.hub.sha("lmms-lab/textvqa")


def test_textvqa_questions_of_train_without_answers_are_dropped(made: World, fetched: Fetch) -> None:
    rows = [{"image_id": "a", "question": "What?", "image": _shown(), "answers": given} for given in ([""], ["x"])]
    made.on_hub("lmms-lab-encoder/textvqa", {"data/train-00000-of-00001.parquet": parquet(rows)})
    _, manifest, samples = fetched("textvqa")
    assert _dropped(manifest) == {"missing_text": 1}
    assert len(samples) == 1


def test_scienceqa_null_pictures_are_text_alone_only_where_they_may_be(made: World, fetched: Fetch) -> None:
    row = {"question": "Which?", "choices": ["a", "b"], "answer": 0, "hint": "", "lecture": None}
    rows = [{"image": _shown(), **row}, {"image": None, **row}]
    made.on_hub(_SCIENCE, {"data/train-00000-of-00001.parquet": parquet(rows)})
    made.on_hub("lmms-lab-encoder/ScienceQA", {"ScienceQA-IMG/train-00000-of-00001.parquet": parquet(rows)})
    _, manifest, samples = fetched("scienceqa")
    assert [len(sample.images) for sample in samples] == [1, 0]
    assert not _dropped(manifest)
    _, manifest, samples = fetched("scienceqa", config="pictures")
    assert [len(sample.images) for sample in samples] == [1]
    assert _dropped(manifest) == {"missing_file": 1}


def test_scienceqa_tiny_pictures_stay_as_they_are(made: World, fetched: Fetch) -> None:
    buffer = io.BytesIO()
    PilImage.new("RGBA", (9, 7), (255, 0, 0, 128)).save(buffer, "PNG")
    row = {
        "image": {"bytes": buffer.getvalue(), "path": None}, "question": "Which?", "choices": list("abcde"),
        "answer": 4, "hint": "",
    }  # fmt: skip
    made.on_hub(_SCIENCE, {"data/train-00000-of-00001.parquet": parquet([row])})
    _, _, (sample,) = fetched("scienceqa")
    assert (sample.images[0].size.width, sample.images[0].size.height) == (9, 7)
    assert sample.messages[1].text == "E"


def test_scienceqa_is_not_for_commercial_use() -> None:
    source = named_source("scienceqa", None, {})
    assert source.license.commercial == "no"
    assert source.license.annotations == "CC-BY-NC-SA-4.0"


def test_chartqa_labels_are_lists_or_texts(made: World, fetched: Fetch) -> None:
    rows = [
        {"image": _shown(), "query": "How many?", "label": label, "human_or_machine": None} for label in ("14", " 15 ")
    ]
    made.on_hub("HuggingFaceM4/ChartQA", {"data/train-00000-of-00001.parquet": parquet(rows)})
    _, _, samples = fetched("chartqa")
    assert [sample.messages[1].text for sample in samples] == ["14", "15"]
    assert not samples[0].meta


def test_splits_and_configs_that_are_not_there_are_refused() -> None:
    for name, options in (
        ("gqa", {"split": "submission"}),
        ("gqa", {"split": "test", "config": "official"}),
        ("okvqa", {"split": "test"}),
        ("scienceqa", {"config": "IMG"}),
    ):
        with pytest.raises(Exception, match=r"there is no (split|config)"):
            named_source(name, None, options)


@pytest.mark.parametrize(
    ("name", "options"), [("gqa", {}), ("gqa", {"config": "official"}), ("vizwiz", {}), ("aokvqa", {}), ("okvqa", {})]
)
def test_what_was_planned_travels_to_workers(made: World, name: str, options: dict[str, Any]) -> None:
    fixtures = {**PHOTOS, **COCO, **GQA}[name]
    next(one for one in fixtures if one.options == options).publish(made)
    source = named_source(name, None, {**options, "limit": 3})
    (partition,) = source.partitions()
    there = pickle.loads(pickle.dumps(source))
    whole = list(source.read(type(partition)(partition.file, 0, 3)))
    assert whole[1:] == list(there.read(type(partition)(partition.file, 1, 3)))
