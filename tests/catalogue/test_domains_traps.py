"""What is known to be treacherous about documents, medical and industrial data sets."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixtures.documents import (
    AZURE,
    FIXTURES,
    azure_page,
    check_marks,
    document_row,
    features,
    infographic_row,
    textract,
)
from tests.catalogue.fixtures.domains import (
    MVTEC,
    REPORT,
    check_regions,
    mask,
    mimic,
    mmad,
    mmad_row,
    mvtec_files,
    slake_row,
)
from tests.catalogue.photos import photo
from tests.catalogue.world import World, as_json, parquet, tarred, zipped
from vlmdata.datasets.domains.report_sections import sections
from vlmdata.errors import InputError, RecipeError
from vlmdata.recipe import named_dataset, named_step
from vlmdata.steps.base import Context
from vlmdata.types import Manifest

_OCR = "pixparse/docvqa-single-page-questions"


def dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def test_answers_are_needed_where_they_are_public(made: World, fetched: Fetch) -> None:
    rows = [{name: value for name, value in document_row(row, ["1"]).items() if name != "answers"} for row in range(3)]
    made.on_hub("HuggingFaceM4/DocumentVQA", {f"data/{split}-0.parquet": parquet(rows) for split in ("train", "test")})
    with pytest.raises(
        InputError, match=r"docvqa: row 0 of data/train-0\.parquet has no field 'answers'; it has quest"
    ):
        fetched("docvqa", limit=3)
    _, _, samples = fetched("docvqa", split="test", limit=3)
    assert [message.role for message in samples[0].messages] == ["user"]


def test_official_files_belong_to_their_config(made: World, fetched: Fetch) -> None:
    with pytest.raises(RecipeError, match="only config official reads files got by hand"):
        named_dataset("docvqa", {"files": str(made.by_hand)})
    for options in ({}, {"files": str(made.by_hand)}):
        with pytest.raises(InputError, match=r"train_v1\.0_withQT\.json.*register at https://rrc\.cvc\.uab\.es"):
            fetched("docvqa", config="official", **options)


def test_words_of_another_page_are_not_put_on_this_one(made: World, fetched: Fetch) -> None:
    turned = azure_page(0)
    turned["height"] *= 2
    rows = [
        {
            "image": {"bytes": photo(0).png, "path": "a.png"},
            "question": "What?",
            "answers": ["1"],
            AZURE: page,
        }
        for page in (azure_page(0), turned)
    ]
    made.on_hub(_OCR, {"data/train-00000-of-00036.parquet": parquet(rows)})
    _, manifest, samples = fetched("docvqa", config="ocr")
    assert dropped(manifest) == {"bad_annotation": 1}
    check_marks(samples[0], 0)


def test_words_of_a_struct_of_lists_are_read(made: World, fetched: Fetch) -> None:
    page = azure_page(1)
    for line in page["lines"]:
        line["words"] = {name: [word[name] for word in line["words"]] for name in line["words"][0]}
    page["lines"] = {name: [line[name] for line in page["lines"]] for name in page["lines"][0]}
    row = {"image": {"bytes": photo(1).png, "path": "a.png"}, "question": "What?", "answers": ["1"], AZURE: page}
    made.on_hub(_OCR, {"data/train-00000-of-00036.parquet": parquet([row])})
    _, _, (sample,) = fetched("docvqa", config="ocr")
    check_marks(sample, 1)


def test_words_of_textract_may_be_in_a_python_list(made: World, fetched: Fetch) -> None:
    rows = [infographic_row(0, ["1"], ocr=str([textract(0)])), infographic_row(1, ["1"], ocr="")]
    rows.append(infographic_row(2, ["1"], ocr=json.dumps({"Blocks": []})))
    made.on_hub("lmms-lab/DocVQA", {"InfographicVQA/train-00000-of-00024.parquet": parquet(rows)})
    _, manifest, samples = fetched("infographicvqa", config="ocr")
    assert [len(sample.annotations) for sample in samples] == [len(photo(0).boxes), 0]
    assert dropped(manifest) == {"bad_annotation": 1}


def test_infographics_of_train_are_found_by_their_names_or_said_to_be_gone(made: World, fetched: Fetch) -> None:
    FIXTURES["infographicvqa"][1].publish(made)
    with pytest.raises(InputError, match=r"no file InfographicVQA/train-\*\.parquet; it has InfographicVQA/test-"):
        fetched("infographicvqa", limit=1)


def test_a_very_tall_infographic_is_kept(made: World, fetched: Fetch) -> None:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (300, 9_000), "white").save(buffer, "PNG")
    row = infographic_row(0, ["1"], image={"bytes": buffer.getvalue(), "path": None})
    made.on_hub("lmms-lab/DocVQA", {"InfographicVQA/train-00000-of-00024.parquet": parquet([row])})
    _, _, (sample,) = fetched("infographicvqa")
    assert str(sample.images[0].original) == "300x9000"


def test_a_question_id_may_be_a_number_or_a_text(made: World, fetched: Fetch) -> None:
    made.on_hub("HuggingFaceM4/DocumentVQA", {"data/train-0.parquet": parquet([document_row(0, ["1"])], features())})
    assert fetched("docvqa")[2][0].meta["questionId"] == 337
    made.on_hub("lmms-lab/DocVQA", {"InfographicVQA/train-0.parquet": parquet([infographic_row(0, ["1"])])})
    assert fetched("infographicvqa")[2][0].meta["questionId"] == "70000"


@pytest.mark.parametrize("answer", ["Yes", "yes", "yes ", " Yes"])
def test_blanks_around_answers_go_and_letters_stay(made: World, fetched: Fetch, answer: str) -> None:
    row = {"image": {"bytes": photo(0).data, "path": None}, "question": "Is it on the left?", "answer": answer}
    made.on_hub("flaviagiammarino/vqa-rad", {"data/train-00000-of-00001.parquet": parquet([row])})
    _, _, (sample,) = fetched("vqa-rad")
    assert sample.messages[1].text == answer.strip()


def test_medical_pictures_are_never_mirrored(made: World, fetched: Fetch) -> None:
    row = {"image": {"bytes": photo(0).data, "path": None}, "question": "Is it on the left?", "answer": "yes"}
    made.on_hub("flaviagiammarino/path-vqa", {"data/train-00000-of-00001.parquet": parquet([row])})
    _, _, (sample,) = fetched("pathvqa")
    flip = named_step("augment.hflip", {"p": 1.0})
    assert flip.apply(sample, Context(0, "augment.hflip")) == sample


def test_languages_of_slake_are_told_whatever_their_letters(made: World, fetched: Fetch) -> None:
    rows = [slake_row(0, "EN"), slake_row(0, "ZH"), slake_row(1, "Zh"), slake_row(1, "en"), slake_row(2, "zh")]
    pictures = {f"imgs/xmlab{number}/source.jpg": photo(number).data for number in range(3)}
    made.on_hub("BoKelvin/SLAKE", {"train.json": as_json(rows), "imgs.zip": zipped(pictures)})
    assert [sample.images[0].id for sample in fetched("slake", config="en")[2]] == ["slake:0", "slake:1"]
    assert [sample.images[0].id for sample in fetched("slake", config="zh")[2]] == ["slake:0", "slake:1", "slake:2"]


def test_of_the_zip_of_slake_few_pictures_are_read(made: World, fetched: Fetch) -> None:
    noise = os.urandom(60_000)
    pictures = {f"imgs/xmlab{number}/source.jpg": photo(0).data + noise for number in range(120)}
    packed = zipped(pictures)
    rows = [{**slake_row(0, "en"), "img_id": number, "img_name": f"xmlab{number}/source.jpg"} for number in range(120)]
    made.on_hub("BoKelvin/SLAKE", {"train.json": as_json(rows), "imgs.zip": packed})
    assert len(fetched("slake", limit=5)[2]) == 5
    assert made.hub.sent["imgs.zip"] < len(packed) / 4


@pytest.mark.parametrize(
    ("report", "found"),
    [
        (REPORT.replace("FINDINGS", "FINIDNGS"), {"examination", "indication", "comparison", "findings", "impression"}),
        (" CHEST, PA LATERAL:\n\n INDICATION:  Pain.\n\n CONCLUSION:  Clear.\n", {"indication", "impression"}),
        (" CHEST, TWO VIEWS:  The heart is normal.\n", {"findings"}),
        (" FINDINGS AND IMPRESSION:  Clear. Ratio 1:2 as before.\n", {"impression"}),
        (" REASON FOR EXAM:  Fever.\n \n Lungs are clear.\n", {"indication", "last_paragraph"}),
        (" FINAL REPORT\n\n Lungs are clear.\n", {"last_paragraph"}),
        ("No words of use", set()),
        ("", set()),
    ],
)
def test_headings_of_reports_are_found_however_they_are_written(report: str, found: set[str]) -> None:
    assert set(sections(report)) == found


def test_a_report_without_findings_and_impression_says_its_last_paragraph(made: World, fetched: Fetch) -> None:
    short = " FINAL REPORT\n INDICATION:  ___ year old man.\n \n AP chest: lungs are\n clear.\n"
    mimic(made, {0: short, 1: " FINAL REPORT\n"})
    _, manifest, samples = fetched("mimic-cxr", files=str(made.by_hand), limit=3)
    assert samples[0].messages[1].text == "AP chest: lungs are clear."
    assert samples[0].meta["sections"] == {
        "indication": "___ year old man.",
        "last_paragraph": "AP chest: lungs are clear.",
    }
    assert dropped(manifest) == {"missing_text": 1}


def test_dicom_is_named_as_what_is_not_read(made: World, fetched: Fetch) -> None:
    mimic(made)
    (jpg,) = made.by_hand.rglob("02aa804e-0-0.jpg")
    jpg.rename(jpg.with_suffix(".dcm"))
    _, manifest, _ = fetched("mimic-cxr", files=str(made.by_hand), limit=1)
    assert dropped(manifest) == {"unsupported_format": 1}


def test_mimic_without_files_says_what_to_sign_and_where_they_go(fetched: Fetch, made: World) -> None:
    for options in ({}, {"files": str(made.by_hand)}):
        with pytest.raises(InputError, match=r"split\.csv\.gz.*take the training and sign.*--files DIR"):
            fetched("mimic-cxr", limit=1, **options)


def test_tables_beside_the_split_are_not_needed(made: World, fetched: Fetch) -> None:
    mimic(made)
    for name in ("metadata", "chexpert"):
        (made.by_hand / f"mimic-cxr-2.0.0-{name}.csv.gz").unlink()
    _, _, (sample,) = fetched("mimic-cxr", files=str(made.by_hand), limit=1)
    assert set(sample.meta) == {"subject_id", "study_id", "sections"}


def test_an_archive_of_mvtec_and_its_folder_give_the_same(made: World, fetched: Fetch) -> None:
    files = mvtec_files()
    made.on_web(MVTEC, tarred(files, "w:xz"))
    for name, data in files.items():
        made.to_hand(f"mvtec_anomaly_detection/{name}", data)
    packed = fetched("mvtec-ad", split="test")[2]
    unpacked = fetched("mvtec-ad", split="test", files=str(made.by_hand))[2]
    assert [sample.key for sample in packed] == [sample.key for sample in unpacked]
    assert [sample.annotations for sample in packed] == [sample.annotations for sample in unpacked]
    assert len(packed) == 6


def test_the_archive_of_mvtec_is_said_to_come_whole(made: World) -> None:
    made.on_web(MVTEC, tarred(mvtec_files(), "w:xz"))
    (said,) = named_dataset("mvtec-ad", {}).remarks()
    assert "mvtec_anomaly_detection.tar.xz (" in said
    assert "downloaded whole: a compressed tar" in said
    for name, data in mvtec_files().items():
        made.to_hand(name, data)
    assert not named_dataset("mvtec-ad", {"files": str(made.by_hand)}).remarks()


def test_a_defect_needs_its_mask_and_the_mask_its_size(made: World, fetched: Fetch) -> None:
    files = mvtec_files()
    del files["metal_nut/ground_truth/bent_wire/000_mask.png"]
    files["metal_nut/ground_truth/bent_wire/001_mask.png"] = mask(2)
    for name, data in files.items():
        made.to_hand(name, data)
    _, manifest, samples = fetched("mvtec-ad", split="test", files=str(made.by_hand))
    assert dropped(manifest) == {"missing_file": 1, "bad_mask": 1}
    check_regions(samples[0], 2, "bent wire")


def _only(row: dict[str, Any]) -> dict[str, Any]:
    return {"DS-MVTec/bottle/image/broken_large/000.png": row}


def test_the_key_of_the_questions_may_go_on_after_conversation(made: World, fetched: Fetch) -> None:
    row = mmad_row(0)
    mmad(made, _only({"conversation_v2": row["conversation"], "similar_templates": []}))
    _, _, (sample,) = fetched("mmad")
    assert len(sample.messages) == 4
    assert "conversation_v2" not in sample.meta


def test_both_readings_of_mask_path_are_tried(made: World, fetched: Fetch) -> None:
    here = {"DS-MVTec/bottle/image/marks/000.png": mask(0)}
    mmad(made, _only(mmad_row(0, mask_path="marks/000.png")), here)
    _, _, (sample,) = fetched("mmad")
    check_regions(sample, 0, "defect")


def test_a_mask_that_is_nowhere_leaves_questions_without_marks(made: World, fetched: Fetch) -> None:
    mmad(made, _only(mmad_row(0, mask_path="../../../etc/passwd")))
    _, _, (sample,) = fetched("mmad")
    assert sample.annotations == ()
    assert sample.meta["mask_path"] == "../../../etc/passwd"


def test_an_answer_that_is_no_option_costs_its_row(made: World, fetched: Fetch) -> None:
    row = mmad_row(0)
    row["conversation"][0]["Answer"] = "E"
    mmad(made, _only(row))
    _, manifest, samples = fetched("mmad")
    assert not samples
    assert dropped(manifest) == {"bad_field": 1}


def test_of_the_zip_of_mmad_few_pictures_are_read(made: World, fetched: Fetch) -> None:
    noise = {f"VisA/candle/{number}.JPG": os.urandom(1_000_000) for number in range(6)}
    mmad(made, more=noise)
    fetched("mmad", limit=2)
    assert 0 < made.hub.sent["ALL_DATA.zip"] < 3_000_000


def test_names_of_pictures_lead_nowhere_else(made: World, fetched: Fetch, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(photo(0).png)
    for number in range(7):
        made.to_hand(f"DS-MVTec/bottle/image/{number}.png", photo(0).png)
    outside = os.path.relpath(tmp_path / "secret.png", made.by_hand)
    mmad(made, {outside: mmad_row(0), "DS-MVTec/bottle/image/1.png": mmad_row(1)})
    _, manifest, samples = fetched("mmad", files=str(made.by_hand))
    assert [sample.images[0].id for sample in samples] == ["mmad:DS-MVTec/bottle/image/1"]
    assert dropped(manifest) == {"missing_file": 1}


def test_names_lead_out_of_no_unpacked_archive(made: World, fetched: Fetch, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(photo(0).png)
    outside = os.path.relpath(tmp_path / "secret.png", made.by_hand / "imgs")
    rows = [slake_row(0, "en", img_name=outside), slake_row(1, "en")]
    made.on_hub("BoKelvin/SLAKE", {"train.json": as_json(rows), "imgs.zip": zipped({"imgs/x": b""})})
    made.to_hand("imgs/xmlab1/source.jpg", photo(1).data)
    _, manifest, samples = fetched("slake", files=str(made.by_hand))
    assert [sample.images[0].id for sample in samples] == ["slake:1"]
    assert dropped(manifest) == {"missing_file": 1}


def test_a_changed_mmad_is_named_with_what_it_has(made: World, fetched: Fetch) -> None:
    mmad(made, _only({"conversation": [], "templates": []}))
    with pytest.raises(InputError, match=r"mmad: row 0 of mmad\.json has no field 'similar_templates'; it has __key__"):
        fetched("mmad")
