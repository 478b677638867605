"""What is known to go wrong with instruction data, trap by trap."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image as PilImage

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixture import words
from tests.catalogue.fixtures.instruct import COCO, LLAVA, MIX_ROWS, chat, coco, mix, near, padded
from tests.catalogue.fixtures.instruct_more import MIMIC, data_frame, in_base64, instructions, lavis, lrv_rows, vg
from tests.catalogue.fixtures.instruct_turns import CAULDRON, FINEVISION, cauldron_parquet, cauldron_row
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, parquet, zipped
from vlmdata.datasets.instruct.cauldron_parts import PARTS
from vlmdata.errors import InputError, RecipeError
from vlmdata.recipe import named_source
from vlmdata.types import Box, Manifest, RegionPart, Size


def dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def referring(number: int = 0) -> Mapping[str, Any]:
    """A row of RefCOCO in the mix: the picture is COCO's."""
    label, box = photo(number).boxes[0]
    return {
        "id": "x",
        "image": "coco/train2017/000000033471.jpg",
        "conversations": chat(
            f"<image>\nPlease provide the bounding box coordinate of the region this sentence describes: {label}.",
            padded(box, photo(number).size),
        ),
    }


# LLaVA-Instruct and the mixes


def test_the_padded_square_is_that_of_the_published_vector() -> None:
    assert padded(Box(13, 27, 400, 300), Size(640, 427)) == "[0.02, 0.21, 0.62, 0.63]"


def test_ids_that_repeat_do_not_make_keys_that_do(made: World, fetched: Fetch) -> None:
    mix(made)
    _, manifest, samples = fetched("llava-v1.5-mix665k")
    assert [sample.meta["id"] for sample in samples].count(7) == 2
    assert len({sample.key for sample in samples}) == len(samples) == 6
    assert dropped(manifest) == {"missing_file": 1}, "OCR-VQA was not got by hand"


def test_a_missing_picture_says_how_it_is_got(made: World, fetched: Fetch) -> None:
    mix(made, [*MIX_ROWS[:1], MIX_ROWS[5]])
    source = named_source("llava-v1.5-mix665k", None, {"limit": 2})
    (partition,) = source.partitions()
    assert "ocr_vqa/images below --files" in str(list(source.read(partition))[1])


def test_a_gif_that_is_called_jpg_is_told_by_content(made: World, fetched: Fetch) -> None:
    buffer = io.BytesIO()
    PilImage.new("P", (64, 48), 3).save(buffer, "GIF")
    mix(made, [MIX_ROWS[5]])
    made.to_hand("ocr_vqa/images/1437717772.jpg", buffer.getvalue())
    _, _, (sample,) = fetched("llava-v1.5-mix665k", files=str(made.by_hand))
    assert sample.images[0].original == Size(64, 48)
    assert sample.images[0].media_type == "image/gif"


def test_a_name_that_leads_out_of_the_folder_is_not_followed(made: World, fetched: Fetch) -> None:
    made.to_hand("../secret.jpg", photo(0).data)
    names = ("ocr_vqa/images/../../../secret.jpg", "coco/train2017/../../../secret.jpg", "/etc/hostname")
    mix(made, [*({"id": 1, "image": name, "conversations": chat("<image>", "x")} for name in names), MIX_ROWS[2]])
    _, manifest, samples = fetched("llava-v1.5-mix665k", files=str(made.by_hand))
    assert dropped(manifest) == {"missing_file": 3}
    assert len(samples) == 1


def test_boxes_of_refcoco_stay_text_until_their_frame_is_declared(made: World, fetched: Fetch) -> None:
    mix(made, [referring()])
    _, _, (sample,) = fetched("llava-v1.5-mix665k")
    assert not sample.annotations
    assert "grounding" in sample.tags
    assert sample.messages[1].text.startswith("[0.")


def test_the_two_frames_of_refcoco_give_different_boxes(made: World, fetched: Fetch) -> None:
    number = next(one for one in range(20) if photo(one).size.width != photo(one).size.height)
    mix(made, [referring(number)])
    coco(made, (1, 33471) if number == 1 else (*range(90, 90 + number), 33471))
    size, (_, box) = photo(number).size, photo(number).boxes[0]
    found = {}
    for frame in ("square", "picture"):
        _, _, (sample,) = fetched("llava-v1.5-mix665k", refcoco_boxes=frame)
        assert sample.messages[1].content == (RegionPart(("r1",)),)
        found[frame] = sample.annotations[0].box
    assert found["square"]
    assert found["picture"]
    assert near(found["square"], box, size)
    assert not near(found["picture"], box, size)


def test_boxes_of_visual_genome_can_be_left_as_text(made: World, fetched: Fetch) -> None:
    mix(made, [MIX_ROWS[1]])
    _, _, (sample,) = fetched("llava-v1.5-mix665k", vg_boxes="text")
    assert not sample.annotations
    assert "[" in sample.messages[0].text


def test_a_box_that_lies_outside_of_the_picture_costs_its_row(made: World, fetched: Fetch) -> None:
    bad = {
        "id": 1,
        "image": "vg/VG_100K/2.jpg",
        "conversations": chat("<image>\nWhat is at [0.1, 0.2, 1.3, 0.4]?", "x"),
    }
    mix(made, [bad, MIX_ROWS[1]])
    _, manifest, samples = fetched("llava-v1.5-mix665k")
    assert dropped(manifest) == {"wrong_dialect": 1}
    assert len(samples) == 1


def test_the_json_is_said_to_come_whole_and_the_zip_is_read_by_ranges(made: World, fetched: Fetch) -> None:
    rows = [{"id": "1", "image": "000000000001.jpg", "conversations": chat("<image>\nWhat?", "A bus.")}] * 9
    made.on_hub(LLAVA, {"llava_instruct_150k.json": as_json(rows)})
    packed = zipped({f"train2017/{number:012d}.jpg": photo(0).data + bytes(300_000) for number in range(1, 40)})
    made.on_web(COCO, packed)
    (remark,) = named_source("llava-instruct-150k", None, {"limit": 3}).remarks()
    assert "llava_instruct_150k.json" in remark
    assert "whole" in remark
    _, _, samples = fetched("llava-instruct-150k", limit=3)
    assert len(samples) == 3
    assert made.web.served < len(packed) / 4


def test_pictures_of_other_sets_bear_their_shared_ids(made: World, fetched: Fetch) -> None:
    name = "llava/llava_pretrain/images/00453/004539375.jpg"
    rows = [{"id": "x", "image": name, "conversations": chat("<image>\nWhat?", "Furniture.")}]
    made.on_hub("Lin-Chen/ShareGPT4V", {"share-captioner_coco_lcs_sam_1246k_1107.json": as_json(rows)})
    made.to_hand(name, photo(2).data)
    coco(made)
    _, _, (sample,) = fetched("sharegpt4v", config="pt", files=str(made.by_hand))
    assert sample.images[0].id == "llava-pretrain:004539375"


# LRV-Instruction and MiniGPT-4


def test_what_is_only_on_google_drive_says_what_to_get(made: World, fetched: Fetch) -> None:
    with pytest.raises(InputError, match=r"lrv_more\.json.*1NTxkuRPlvDn7aWaJpK_yb0p5r0cxPLNZ.*--files"):
        fetched("lrv-instruction", config="more")
    with pytest.raises(InputError, match=r"1nJXhoEcy3KTExr17I7BXqY5Y9Lx_-n-9.*--files"):
        fetched("minigpt4-cc-sbu-align")


def test_a_field_of_lrv_that_is_renamed_is_named(made: World, fetched: Fetch) -> None:
    made.to_hand("lrv_instruction.json", as_json([{"image_id": "2", "q": "?", "answer": "no"}]))
    vg(made)
    with pytest.raises(InputError, match=r"'question'.*image_id, q, answer"):
        fetched("lrv-instruction", files=str(made.by_hand))


def test_negative_answers_of_lrv_are_kept_as_they_are(made: World, fetched: Fetch) -> None:
    made.to_hand("lrv_instruction.json", as_json(lrv_rows()[:1]))
    vg(made)
    _, _, (sample,) = fetched("lrv-instruction", files=str(made.by_hand))
    assert words(sample)[1] == ("assistant", "There is no mention of one.")


def test_the_folder_of_minigpt4_may_be_given_itself(made: World, fetched: Fetch) -> None:
    aligned = {"annotations": [{"image_id": "2", "caption": "A man."}]}
    made.to_hand("cc_sbu_align/filter_cap.json", as_json(aligned))
    made.to_hand("cc_sbu_align/image/2.jpg", photo(0).data)
    _, _, (sample,) = fetched("minigpt4-cc-sbu-align", files=str(made.by_hand / "cc_sbu_align"))
    _, _, (again,) = fetched("minigpt4-cc-sbu-align", files=str(made.by_hand))
    assert sample.messages == again.messages, "the prompt follows from the key"


# MIMIC-IT


def test_text_alone_and_examples_that_are_not_there(made: World, fetched: Fetch) -> None:
    found = instructions("SN", [None, ["SN_IMG_1"], ["SN_IMG_absent"], ["SN_IMG_1"]])
    found["data"]["SN_INS_00001"]["rel_ins_ids"] = None
    made.to_hand("SN_instructions.json", as_json(found))
    made.to_hand("SN.json", as_json(in_base64({"SN_IMG_1": 1})))
    _, manifest, (alone, plain, last) = fetched("mimic-it", config="SN", files=str(made.by_hand))
    assert alone.images == ()
    assert alone.meta["examples_left_out"] == ["SN_INS_-0001"]
    assert [role for role, _ in words(plain)] == ["user", "assistant"]
    assert last.meta["examples_left_out"] == ["SN_INS_00002"], "its picture is not there"
    assert dropped(manifest) == {"missing_file": 1}


def test_damaged_base64_costs_its_row(made: World, fetched: Fetch) -> None:
    made.to_hand("SN_instructions.json", as_json(instructions("SN", [["a"], ["b"], ["c"], ["a"]])))
    made.to_hand("SN.json", as_json({**in_base64({"a": 1}), "b": "!!!", "c": None}))
    options = {"config": "SN", "files": str(made.by_hand), "in_context": False}
    _, manifest, samples = fetched("mimic-it", **options)
    assert dropped(manifest) == {"bad_image": 2}
    assert len(samples) == 2


def test_parquet_of_other_columns_is_refused_with_their_names(made: World, fetched: Fetch) -> None:
    made.on_hub(
        MIMIC,
        {
            "SN_instructions.json": as_json(instructions("SN", [["a"]])),
            "SN.parquet": parquet([{"id": "a", "image": "x"}]),
        },
    )
    with pytest.raises(InputError, match=r"SN\.parquet has columns id, image: expected are base64 and one of names"):
        fetched("mimic-it", config="SN")


def test_what_the_repository_does_not_have_is_to_be_got_by_hand(made: World, fetched: Fetch) -> None:
    made.on_hub(MIMIC, {"MIMICIT.py": b"raise SystemExit", "data/SN_instructions.json": b"{}"})
    with pytest.raises(InputError, match=r"pufanyi/MIMICIT has no TVC_instructions\.json: .*OneDrive"):
        fetched("mimic-it", config="TVC")


def test_what_was_read_travels_to_workers(made: World) -> None:
    made.on_hub(
        MIMIC,
        {
            "data/SD/SD_instructions.json": as_json(instructions("SD", [["a"], ["b"]])),
            "data/SD/SD.parquet": data_frame({"a": 1, "b": 2}),
        },
    )
    source = named_source("mimic-it", None, {"config": "SD"}).pinned()
    (partition,) = source.partitions()
    here = list(source.read(partition))
    assert list(pickle.loads(pickle.dumps(source)).read(partition)) == here


# The Cauldron and FineVision


def test_all_fifty_parts_of_the_cauldron_are_known() -> None:
    assert len(PARTS) == 50


def test_turns_without_an_answer_are_left_out(made: World, fetched: Fetch) -> None:
    rows = [
        cauldron_row(0, turns=[("Is it?", "Yes."), ("And now?", " "), ("Then?", "No.")]),
        cauldron_row(1, turns=[("Is it?", "")]),
    ]
    made.on_hub(CAULDRON, {"vsr/train-00000-of-00001.parquet": cauldron_parquet(rows)})
    _, manifest, (sample,) = fetched("the-cauldron", config="vsr")
    assert [text for _, text in words(sample)] == ["Is it?", "Yes.", "Then?", "No."]
    assert sample.meta["left_out_turns"] == [1]
    assert dropped(manifest) == {"missing_text": 1}


def test_pictures_that_are_only_names_are_missing(made: World, fetched: Fetch) -> None:
    rows = [cauldron_row(0), cauldron_row(1, image={"bytes": None, "path": "/fsx/okvqa/1.jpg"})]
    made.on_hub(CAULDRON, {"okvqa/train-00000-of-00001.parquet": cauldron_parquet(rows)})
    _, manifest, samples = fetched("the-cauldron", config="okvqa")
    assert dropped(manifest) == {"missing_file": 1}
    assert len(samples) == 1


def test_a_broken_file_of_one_part_is_refused_where_it_was_asked_for(made: World, fetched: Fetch) -> None:
    made.on_hub(CAULDRON, {"nlvr2/train-00000-of-00001.parquet": b"PAR1 no"})
    with pytest.raises(InputError, match=r"nlvr2/train-00000-of-00001\.parquet is not a Parquet file"):
        fetched("the-cauldron", config="nlvr2")


def test_parts_that_are_gone_are_said(made: World) -> None:
    made.on_hub(CAULDRON, {"vsr/train-00000-of-00001.parquet": cauldron_parquet([cauldron_row(0)])})
    remarks = named_source("the-cauldron", None, {}).remarks()
    assert len(remarks) == 49
    assert any("no file of ai2d" in remark for remark in remarks)


def test_an_unknown_part_of_finevision_names_those_there_are(made: World, fetched: Fetch) -> None:
    rows = [{"images": None, "texts": [{"user": "Hi", "assistant": "Ho"}], "source": "x"}]
    made.on_hub(FINEVISION, {f"{name}/train-00000-of-00001.parquet": parquet(rows) for name in ("a(b)", "c")})
    with pytest.raises(InputError, match=r"no config 'd'; HuggingFaceM4/FineVision has a\(b\), c"):
        fetched("finevision", config="d")


def test_finevision_asks_for_a_part() -> None:
    with pytest.raises(RecipeError, match="needs a config"):
        named_source("finevision", None, {})


# InstructBLIP


def test_all_parts_of_instructblip_come_one_after_another(made: World, fetched: Fetch) -> None:
    lavis(made)
    _, _, samples = fetched("instructblip")
    assert len(samples) == 36
    assert len({sample.key for sample in samples}) == 36
    assert {tag for sample in samples for tag in sample.tags} == {"caption", "vqa"}
