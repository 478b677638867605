"""What is known to be treacherous about COCO and the data sets made of its pictures."""

from __future__ import annotations

import json
import os
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixtures.coco import (
    IDS,
    caption,
    captions,
    expressions,
    file_name,
    instances,
    karpathy,
    marks,
    on_web,
    pictures,
    pictures_on_web,
    publish_captions,
    published_json,
    refer_row,
    referring,
    shown,
)
from tests.catalogue.world import World, as_json, parquet, zipped
from vlmdata.datasets.coco.referring import PROMPTS
from vlmdata.datasets.hub.known import role_of
from vlmdata.errors import InputError, RecipeError
from vlmdata.recipe import named_source
from vlmdata.steps.base import Context
from vlmdata.steps.explode import Explode
from vlmdata.steps.flip.gates import text_obstacle
from vlmdata.types import Box, Manifest, RegionPart, Sample, Size

_SETS = ["refcoco", "refcoco+", "refcocog"]
_PICTURES = "http://images.cocodataset.org/zips/train2014.zip"


def dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def values(out: Path) -> list[str]:
    """What was found in each dropped row, in order."""
    import pyarrow.parquet as pq

    rows = [row for path in sorted((out / "dropped").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return [row["value"] for row in rows]


def numbers(samples: list[Sample]) -> list[str | None]:
    return [sample.images[0].id for sample in samples]


def train(world: World, rows: list[dict[str, Any]]) -> None:
    referring(world, "jxu124/refcoco", {"train": rows})
    pictures_on_web(world, "train2014")


def test_a_row_in_which_bbox_is_not_the_box_of_coco_is_dropped(made: World, fetched: Fetch) -> None:
    box = shown(9).boxes[0][1]
    as_xywh = refer_row(9, 0, "train", bbox=list(box.xywh))
    rounded = refer_row(25, 0, "train", bbox=[value + 0.01 for value in shown(25).boxes[0][1].xyxy])
    train(made, [as_xywh, rounded, refer_row(30, 0, "train")])
    out, manifest, samples = fetched("refcoco")
    assert dropped(manifest) == {"box_disagrees": 1}
    as_floats = tuple(map(float, box.xywh)), tuple(map(float, box.xyxy))
    assert values(out) == ["bbox is {}, raw_anns has {}".format(*as_floats)]
    assert [sample.annotations[0].box for sample in samples] == [shown(25).boxes[0][1], shown(30).boxes[0][1]]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"bbox": [1.0, 2.0, 3.0]}, "bad_annotation"),
        ({"raw_anns": "{'bbox': [1, 2, 3, 4]}"}, "bad_json"),
        ({"raw_anns": None}, "missing_text"),
        ({"sentences": []}, "missing_text"),
        ({"image_id": 777_777}, "missing_file"),
    ],
)
def test_bad_rows_cost_themselves(made: World, fetched: Fetch, changed: dict[str, object], reason: str) -> None:
    train(made, [refer_row(9, 0, "train"), refer_row(25, 0, "train", **changed)])
    _, manifest, samples = fetched("refcoco")
    assert dropped(manifest) == {reason: 1}
    assert numbers(samples) == ["coco:9"]


def test_sentences_of_another_form_cost_their_rows(made: World, fetched: Fetch) -> None:
    referring(made, "jxu124/refcoco", {"validation": [refer_row(9, 0, "val", sentences=["left man"])]})
    pictures_on_web(made, "train2014")
    _, manifest, samples = fetched("refcoco", split="validation")
    assert (dropped(manifest), samples) == ({"bad_field": 1}, [])


def test_a_box_that_reaches_over_the_edge_by_less_than_a_pixel_ends_there(made: World, fetched: Fetch) -> None:
    size = shown(9).size
    rows = []
    for turn, over in enumerate((0.4, 3.0)):
        drawn = {"bbox": [5, 6, size.width - 5 + over, size.height - 6 + over], "iscrowd": 0}
        box = Box.from_xywh(*drawn["bbox"])  # type: ignore[misc]
        rows.append(refer_row(9, turn, "train", raw_anns=json.dumps(drawn), bbox=list(box.xyxy)))
    train(made, rows)
    _, _, (near, far) = fetched("refcoco")
    assert near.annotations[0].box == Box(5, 6, size.width, size.height)
    assert far.annotations[0].box == Box(5, 6, size.width + 3, size.height + 3)


def test_pictures_are_found_by_image_id_not_by_file_name(made: World, fetched: Fetch) -> None:
    train(made, [refer_row(9, 0, "train", file_name="COCO_train2014_000000000025_7.jpg", image_path="coco/x.jpg")])
    _, _, (sample,) = fetched("refcoco")
    assert sample.images[0].source == "train2014/COCO_train2014_000000000009.jpg"
    assert sample.images[0].original == shown(9).size


def test_each_expression_becomes_a_sample_with_its_own_mark(made: World, fetched: Fetch) -> None:
    train(made, [refer_row(9, 0, "train")])
    _, _, (sample,) = fetched("refcoco")
    children = Explode(by="question").apply(sample, Context(0, "explode", 0, Counter()))
    assert isinstance(children, list)
    label, box = shown(9).boxes[0]
    assert [[(mark.label, mark.box) for mark in child.annotations] for child in children] == [
        [(text, box)] for text in expressions(label)
    ]
    for child in children:
        assert child.messages[1].content == (RegionPart((child.annotations[0].id,)),)


def test_blank_expressions_are_passed_over_and_blanks_go(made: World, fetched: Fetch) -> None:
    said = [
        {"raw": text, "sent": text, "sent_id": number, "tokens": ["x"]}
        for number, text in enumerate([" left man ", "", "  "])
    ]
    train(made, [refer_row(9, 0, "train", sentences=said)])
    _, _, (sample,) = fetched("refcoco")
    assert [mark.label for mark in sample.annotations] == ["left man"]
    assert sample.messages[0].text.endswith(" left man")


def test_questions_leave_pictures_free_to_be_mirrored() -> None:
    assert {text_obstacle(prompt.replace("{expression}", "left man").lower()) for prompt in PROMPTS} == {None}


def test_unknown_columns_go_to_meta(made: World, fetched: Fetch) -> None:
    train(made, [refer_row(9, 0, "train", difficulty={"level": 3})])
    _, _, (sample,) = fetched("refcoco")
    assert sample.meta["difficulty"] == {"level": 3}
    assert sample.meta["flickr_url"] == "http://farm3.staticflickr.com/9_z.jpg"
    assert "raw_anns" not in sample.meta


class Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_pickled_refs_are_never_opened(made: World, fetched: Fetch, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    made.to_hand("refs(unc).p", pickle.dumps([Trap(sprung)]))
    made.to_hand("train2014.zip", pictures("train2014"))
    referring(made, "jxu124/refcoco", {"train": [refer_row(9, 0, "train")]})
    (remark,) = named_source("refcoco", None, {"files": str(made.by_hand)}).remarks()
    assert "refs(unc).p is not opened: it is a Python pickle" in remark
    assert "read from jxu124/refcoco on the Hub" in remark
    _, _, samples = fetched("refcoco", files=str(made.by_hand))
    assert numbers(samples) == ["coco:9"]
    assert not sprung.exists()
    with (made.by_hand / "refs(unc).p").open("rb") as file:
        pickle.load(file)
    assert sprung.exists()  # it would have been seen


@pytest.mark.parametrize("given", ["", "refcoco+", "refs(google).p"])
def test_who_gives_pickled_refs_is_told_what_to_take_instead(made: World, fetched: Fetch, given: str) -> None:
    folder = "" if given.endswith(".p") else given
    made.to_hand(f"{folder}/refs(google).p".lstrip("/"), b"")
    made.to_hand(f"{folder}/instances.json".lstrip("/"), b"{}")
    with pytest.raises(InputError, match=r"refs\(google\)\.p is not opened: .*pickle.*jxu124/refcocoplus.*--files out"):
        fetched("refcoco+", files=str(made.by_hand / given))


def test_pictures_of_validation_and_test_are_held_out(made: World, fetched: Fetch) -> None:
    on_web(made, "2014", {"instances_train2014": instances("train2014", marks())})
    pictures_on_web(made, "train2014")
    tests = {"validation": [refer_row(9, 0, "val")], "test": [refer_row(25, 0, "testA")]}
    referring(made, "jxu124/refcoco", {"train": [refer_row(30, 0, "train"), refer_row(36, 0, "train")], **tests})
    referring(made, "jxu124/refcocoplus", {"test": [refer_row(25, 1, "testA")], "testB": [refer_row(36, 1, "testB")]})
    referring(made, "jxu124/refcocog", {"train": [refer_row(49, 0, "train")], "test": [refer_row(42, 0, "test")]})
    out, manifest, samples = fetched("coco-instances", config="2014", without=_SETS)
    assert numbers(samples) == ["coco:30", "coco:34", "coco:49", "coco:61"]
    assert dropped(manifest) == {"held_out": 4}
    assert values(out) == ["refcoco val", "refcoco testA", "refcoco+ testB", "refcocog test"]
    _, _, fewer = fetched("coco-instances", config="2014", without=["refcocog"])
    assert numbers(fewer) == [f"coco:{number}" for number in IDS if number != 42]


def test_training_on_refcoco_leaves_out_what_refcocog_measures_on(made: World, fetched: Fetch) -> None:
    train(made, [refer_row(number, 0, "train") for number in IDS[:4]])
    referring(made, "jxu124/refcocog", {"validation": [refer_row(25, 0, "val")], "test": [refer_row(30, 0, "test")]})
    out, _, samples = fetched("refcoco", without=["refcocog"])
    assert numbers(samples) == ["coco:9", "coco:34"]
    assert values(out) == ["refcocog val", "refcocog test"]


def test_what_karpathy_measures_on_is_held_out_of_other_configs(made: World, fetched: Fetch) -> None:
    karpathy(made)
    pictures_on_web(made, "train2017")
    on_web(made, "2017", {"captions_train2017": published_json("train2017", captions())})
    out, _, samples = fetched("coco-captions", without=["karpathy"])
    assert numbers(samples) == [f"coco:{number}" for number in IDS if number not in (30, 34)]
    assert values(out) == ["karpathy val", "karpathy test"]


def test_of_what_is_held_out_two_columns_are_read_and_no_picture(made: World, fetched: Fetch) -> None:
    noise = [refer_row(number, 0, "val", raw_sentences=os.urandom(40_000).hex()) for number in IDS[:7]]
    table = parquet(noise)
    made.on_hub("jxu124/refcocog", {"data/validation-00000-of-00001.parquet": table})
    referring(made, "jxu124/refcoco", {"train": [refer_row(number, 0, "train") for number in IDS]})
    named = {f"train2014/{file_name(number, 'train2014')}": shown(number).data for number in IDS}
    packed = zipped({name: data + os.urandom(100_000) for name, data in named.items()})
    made.on_web(_PICTURES, packed)
    _, _, samples = fetched("refcoco", without=["refcocog"], limit=8)
    assert numbers(samples) == ["coco:61"]
    assert made.hub.sent["data/validation-00000-of-00001.parquet"] < len(table) / 5
    assert made.web.served < len(packed) / 3
    made.hub.forget()
    fetched("refcoco", without=["refcocog"], limit=8)
    assert made.hub.sent["data/validation-00000-of-00001.parquet"] == 0


def test_without_is_for_training_data() -> None:
    with pytest.raises(RecipeError, match=r"split 'testa' is kept for measuring"):
        named_source("refcoco", None, {"split": "testA", "without": ["refcoco"]})
    with pytest.raises(RecipeError, match=r"'refcoco', 'refcoco\+', 'refcocog' or 'karpathy'"):
        named_source("coco-captions", None, {"without": ["flickr30k"]})


def test_held_out_tables_that_have_changed_are_refused(made: World, fetched: Fetch) -> None:
    train(made, [refer_row(9, 0, "train")])
    made.on_hub("jxu124/refcocog", {"data/test-00000-of-00001.parquet": parquet([{"picture": 9, "split": "test"}])})
    with pytest.raises(InputError, match=r"refcocog\S+ has no column 'image_id'; it has picture, split"):
        fetched("refcoco", without=["refcocog"])


def test_a_changed_schema_is_named(made: World, fetched: Fetch) -> None:
    renamed = [{"image_id": number, "id": number, "text": caption(number, 0)} for number in IDS]
    on_web(made, "2017", {"captions_train2017": published_json("train2017", renamed)})
    with pytest.raises(InputError, match=r"captions_train2017\.json: .* 'caption'; they have image_id, id, text"):
        fetched("coco-captions", limit=3)
    row = refer_row(9, 0, "train")
    row["box"] = row.pop("bbox")
    referring(made, "jxu124/refcoco", {"train": [row]})
    with pytest.raises(InputError, match=r"refcoco: row 0 of data/train-\S+ has no field 'bbox'; it has sent_ids, "):
        fetched("refcoco", limit=3)


def test_a_changed_file_of_karpathy_is_named(made: World, fetched: Fetch) -> None:
    karpathy(made)
    listed = {"images": [{"cocoid": 9, "filename": "x.jpg", "captions": [], "split": "test"}]}
    made.on_web(
        "https://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip",
        zipped({"dataset_coco.json": as_json(listed)}),
    )
    with pytest.raises(InputError, match=r"row 0 has no 'filepath'; it has cocoid, filename, captions, split"):
        fetched("coco-captions", config="karpathy", split="test")


def test_one_bad_caption_or_image_costs_its_picture(made: World, fetched: Fetch) -> None:
    said: list[dict[str, Any]] = [one for one in captions() if one["image_id"] not in (25, 30)]
    said += [{"image_id": 25, "id": 1, "caption": "  \n"}, {"image_id": 30, "id": 2, "caption": None}]
    on_web(made, "2017", {"captions_train2017": published_json("train2017", said)})
    pictures_on_web(made, "train2017", IDS[:5])
    _, manifest, samples = fetched("coco-captions")
    assert dropped(manifest) == {"missing_text": 1, "bad_field": 1, "missing_file": 3}
    assert numbers(samples) == ["coco:9", "coco:34", "coco:36"]


def test_few_rows_cost_few_bytes(made: World, fetched: Fetch) -> None:
    publish_captions(made, "train2017")
    noise = {f"train2017/{file_name(number, 'train2017')}": os.urandom(50_000) for number in range(1000, 1100)}
    shots = {f"train2017/{file_name(number, 'train2017')}": shown(number).data for number in IDS}
    packed = zipped({**noise, **shots})
    made.on_web("http://images.cocodataset.org/zips/train2017.zip", packed)
    _, _, samples = fetched("coco-captions", limit=2)
    assert len(samples) == 2
    assert made.web.served < len(packed) / 4


def test_what_comes_whole_is_said(made: World) -> None:
    karpathy(made)
    publish_captions(made, "train2017")
    said = named_source("coco-instances", None, {"without": ["karpathy"]}).remarks()
    assert [one.partition(" (")[0] for one in said] == [
        "instances_train2017.json in annotations_trainval2017.zip",
        "dataset_coco.json in caption_datasets.zip",
    ]
    assert all(one.endswith("in all) is downloaded whole: one JSON value cannot be read in part") for one in said)


def test_captions_do_not_cost_an_image_of_instances_its_place(made: World, fetched: Fetch) -> None:
    publish_captions(made, "train2017")
    _, _, samples = fetched("coco-instances", captions=True)
    last = samples[-1]
    assert last.images[0].id == f"coco:{IDS[-1]}"
    assert (last.annotations, last.messages[1].text) == ((), caption(IDS[-1], 0))
    _, _, alone = fetched("coco-instances")
    assert (alone[-1].annotations, alone[-1].messages) == ((), ())


def test_files_got_by_hand_are_taken(made: World, fetched: Fetch) -> None:
    made.to_hand("annotations/captions_val2017.json", published_json("val2017", captions(IDS[:2]), IDS[:2]))
    for number in IDS[:2]:
        made.to_hand(f"val2017/{file_name(number, 'val2017')}", shown(number).data)
    _, _, samples = fetched("coco-captions", split="validation", files=str(made.by_hand))
    assert numbers(samples) == ["coco:9", "coco:25"]
    assert made.web.asked == []


def test_a_year_may_be_a_number_and_a_split_as_in_papers() -> None:
    captioned = named_source("coco-captions", None, {"config": 2014, "split": "validation"})
    assert (captioned.title, captioned.expected_rows) == ("coco-captions-2014", 40_504)
    referred = named_source("refcoco", None, {"split": "testA"})
    assert (referred.title, referred.role, referred.expected_rows) == ("refcoco-unc", "eval", 1_975)
    assert named_source("coco-instances", None, {"split": "validation"}).role == "eval"
    with pytest.raises(RecipeError, match=r"there is no split 'testb'; known are train, validation, test"):
        named_source("refcocog", None, {"split": "testB"})


def test_a_mask_of_a_crowd_has_the_size_of_its_picture(made: World, fetched: Fetch) -> None:
    publish_captions(made, "train2017")
    _, _, samples = fetched("coco-instances", limit=2)
    crowd = samples[1].annotations[0]
    assert crowd.mask
    assert samples[1].images[0].original == crowd.mask.size == Size(236, 315)


@pytest.mark.parametrize("repo", ["jxu124/refcocoplus", "lmms-lab/RefCOCOplus", "lmms-lab-encoder/RefCOCOplus"])
def test_copies_on_the_hub_are_known_as_evaluation_data(repo: str) -> None:
    assert [role_of(repo, split) for split in ("train", "test", "testA", "testB")] == ["train", "eval", "eval", "eval"]
