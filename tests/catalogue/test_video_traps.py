"""What is known to be treacherous about video data sets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.fixtures.video import (
    SCENES,
    ego4d,
    gif,
    mp4,
    msrvtt_info,
    retrieval,
    scene_clips,
    scene_frames,
    tgif_table,
    tvqa,
    webvid_table,
)
from tests.catalogue.world import World, as_json, zipped
from vlmdata.datasets.video.clips import LARGEST
from vlmdata.engine.run import Where, fetch, preprocess
from vlmdata.errors import InputError, RecipeError
from vlmdata.recipe import Output, named_dataset, parsed
from vlmdata.shards.directory import Directory
from vlmdata.shards.verify import verify
from vlmdata.types import Manifest, Sample

REAL = Path(__file__).parents[3] / "shared/data/qwen-vl-finetune-demo/videos/v_rBMQFpHspmo.mp4"


def dropped(manifest: Manifest) -> dict[str, int]:
    return {reason: count for tally in manifest.funnel for reason, count in tally.dropped.items()}


def identities(samples: list[Sample]) -> list[str | None]:
    return [sample.images[0].id for sample in samples]


def test_webvid_is_withdrawn_and_says_so(made: World, fetched: Fetch) -> None:
    with pytest.raises(InputError, match=r"results_2M_train\.csv .*withdrew WebVid on 23 February 2024"):
        fetched("webvid")
    assert made.web.asked == []
    assert made.hub.requests == []
    (said,) = named_dataset("webvid", {"files": "x"}).remarks()
    assert "withdrew" in said


def test_webvid_whose_columns_have_changed_is_refused(made: World, fetched: Fetch) -> None:
    made.to_hand("results_2M_train.csv", b"videoid,page_dir,name,content_url\n1,a,b,c\n")
    with pytest.raises(
        InputError, match=r"webvid: row 0 of results_2M_train\.csv has no field 'contentUrl'; .*content_url"
    ):
        fetched("webvid", files=str(made.by_hand))


def test_webvid_folder_that_leads_out_of_the_clips_is_no_clip(made: World, fetched: Fetch) -> None:
    webvid_table(made)
    table = made.by_hand / "results_2M_train.csv"
    table.write_text(table.read_text().replace("000001_000050", ".."))
    made.to_hand("900.mp4", mp4(0))
    made.to_hand("videos/901.mp4", mp4(1))
    _, manifest, samples = fetched("webvid", files=str(made.by_hand))
    assert dropped(manifest) == {"missing_file": 6}
    assert samples == []


def test_msrvtt_protocols_share_clips_under_one_identity_and_are_not_mixed(made: World, fetched: Fetch) -> None:
    retrieval(made)
    made.to_hand("test_videodatainfo.json", as_json(msrvtt_info(["test"] * 4)))
    files = str(made.by_hand)
    _, _, trained = fetched("msrvtt", config="1k-a", files=files)
    _, measured, tested = fetched("msrvtt", split="test", files=files)
    assert set(identities(tested)) <= set(identities(trained))
    assert measured.role == "eval"
    with pytest.raises(RecipeError, match="no split 'validation'; known are train, test"):
        named_dataset("msrvtt", {"config": "1k-a", "split": "validation"})


def test_msrvtt_test_file_beside_train_and_validation_in_one(made: World, fetched: Fetch) -> None:
    retrieval(made)
    made.to_hand("train_val_videodatainfo.json", as_json(msrvtt_info(["train", "validate", "train", "validate"])))
    _, _, samples = fetched("msrvtt", split="validation", files=str(made.by_hand))
    assert identities(samples) == ["msrvtt:video1", "msrvtt:video3"]


def test_msrvtt_asks_nobody_where_all_is_there(made: World, fetched: Fetch) -> None:
    made.to_hand("train_val_videodatainfo.json", as_json(msrvtt_info(["train"] * 2)))
    made.to_hand("MSRVTT_Videos.zip", zipped({f"video/video{number}.mp4": mp4(number) for number in range(2)}))
    _, _, samples = fetched("msrvtt", files=str(made.by_hand))
    assert [sample.images[0].data for sample in samples] == [mp4(0), mp4(1)]
    assert made.hub.requests == []


def test_msrvtt_with_a_limit_reads_ranges_of_the_zip(made: World, fetched: Fetch) -> None:
    noise = os.urandom(300_000)
    packed = zipped({f"video/video{number}.mp4": mp4(number) + noise for number in range(30)})
    info = as_json(msrvtt_info(["train"] * 30))
    made.on_hub("friedrichor/MSR-VTT", {"raw_data/MSRVTT_data.json": info, "MSRVTT_Videos.zip": packed})
    _, _, samples = fetched("msrvtt", limit=2)
    assert identities(samples) == ["msrvtt:video0", "msrvtt:video1"]
    assert made.hub.sent["MSRVTT_Videos.zip"] < len(packed) / 3


def test_msrvtt_whose_fields_have_changed_is_refused(made: World, fetched: Fetch) -> None:
    info = msrvtt_info(["train"] * 2)
    info["sentences"] = [{"text": one["caption"], "video_id": one["video_id"]} for one in info["sentences"]]
    made.on_hub("friedrichor/MSR-VTT", {"raw_data/MSRVTT_data.json": as_json(info), "MSRVTT_Videos.zip": zipped({})})
    with pytest.raises(InputError, match=r"row 0 has no 'caption'; it has text, video_id"):
        fetched("msrvtt", limit=1)


def test_tgif_says_how_to_get_the_gifs(made: World, fetched: Fetch) -> None:
    tgif_table(
        made, "Train_count_question.csv", "gif_name question answer vid_id key", [("a", "How often ?", 2, "C", 1)]
    )
    with pytest.raises(InputError, match=r"got by hand: get the GIFs of TGIF .* --files DIR"):
        fetched("tgif-qa", config="count")


def test_tgif_gif_that_is_gone_costs_its_questions(made: World, fetched: Fetch) -> None:
    rows = [(f"tumblr_{number}", "How often ?", 2, "COUNT", 1) for number in (4, 5, 6)]
    tgif_table(made, "Train_count_question.csv", "gif_name question answer vid_id key", rows)
    _, manifest, samples = fetched("tgif-qa", config="count", files=str(made.by_hand))
    assert [sample.images[0].data for sample in samples] == [gif(4), gif(5)]
    assert dropped(manifest) == {"missing_file": 1}


def test_tgif_option_that_is_empty_costs_its_row(made: World, fetched: Fetch) -> None:
    head = "gif_name question a1 a2 a3 a4 a5 answer vid_id key"
    rows = [("tumblr_1", "What ?", option, "b", "c", "d", "e", 1, "ACTION", 1) for option in ("a", "")]
    tgif_table(made, "Train_action_question.csv", head, rows)
    _, manifest, samples = fetched("tgif-qa", config="action", files=str(made.by_hand))
    assert [sample.choices[0].options for sample in samples] == [("a", "b", "c", "d", "e")]
    assert dropped(manifest) == {"missing_text": 1}


def test_tgif_answer_that_is_no_number_costs_its_row(made: World, fetched: Fetch) -> None:
    rows = [("tumblr_1", "How often ?", answer, "COUNT", 1) for answer in (2, "often")]
    tgif_table(made, "Train_count_question.csv", "gif_name question answer vid_id key", rows)
    _, manifest, samples = fetched("tgif-qa", config="count", files=str(made.by_hand))
    assert [sample.messages[1].text for sample in samples] == ["2"]
    assert dropped(manifest) == {"bad_field": 1}


def test_tvqa_frames_are_in_the_order_of_their_numbers_not_of_their_names(made: World, fetched: Fetch) -> None:
    tvqa(made)
    scene_frames(made)
    folder = made.by_hand / "frames_hq/castle_frames" / SCENES[0]
    for frame in folder.iterdir():
        frame.rename(folder / f"{int(frame.stem)}.jpg")
    _, _, samples = fetched("tvqa", files=str(made.by_hand))
    names = [Path(image.source or "").name for image in samples[0].images]
    assert names == [f"{number}.jpg" for number in range(1, 12)]


def test_tvqa_clip_of_the_big_bang_theory_bears_no_show(made: World, fetched: Fetch) -> None:
    tvqa(made)
    scene_frames(made)
    _, _, samples = fetched("tvqa", files=str(made.by_hand))
    assert {image.clip for image in samples[1].images} == {f"tvqa:{SCENES[1]}"}


def test_tvqa_subtitles_come_where_they_are_asked_for(made: World, fetched: Fetch) -> None:
    tvqa(made)
    scene_clips(made)
    _, _, samples = fetched("tvqa", files=str(made.by_hand), subtitles=True)
    assert [sample.meta["sub"] for sample in samples] == [[{"text": "Look!", "start": 0.5, "end": 1.5}]] * 3


def test_tvqa_says_how_to_get_the_clips(made: World, fetched: Fetch) -> None:
    tvqa(made)
    with pytest.raises(InputError, match=r"no folder videos or frames_hq: ask for the frames"):
        fetched("tvqa", files=str(made.by_hand))


def test_ego4d_says_which_licence_to_sign(made: World, fetched: Fetch) -> None:
    with pytest.raises(InputError, match=r"narration\.json .*sign the licence at ego4d-data\.org"):
        fetched("ego4d")


def test_ego4d_is_read_from_the_folder_of_the_version_too(made: World, fetched: Fetch) -> None:
    ego4d(made)
    _, _, below = fetched("ego4d", files=str(made.by_hand))
    _, _, there = fetched("ego4d", files=str(made.by_hand / "v2"))
    assert identities(below) == identities(there)
    assert len(below) == 4


def test_ego4d_video_that_no_row_can_hold_is_left_out(made: World, fetched: Fetch) -> None:
    ego4d(made)
    os.truncate(made.by_hand / "v2/video_540ss/uid-0.mp4", LARGEST + 1)
    _, manifest, samples = fetched("ego4d", files=str(made.by_hand), limit=2)
    assert dropped(manifest) == {"clip_too_large": 1}
    assert identities(samples) == ["ego4d:uid-1"]


def test_ego4d_second_narrator_speaks_where_the_first_is_silent(made: World, fetched: Fetch) -> None:
    note = {"timestamp_sec": 1.5, "timestamp_frame": 45, "narration_text": "#C C waits", "annotation_uid": "a"}
    narrations = {"uid-0": {"narration_pass_1": {"narrations": []}, "narration_pass_2": {"narrations": [note]}}}
    ego4d(made)
    made.to_hand("v2/annotations/narration.json", as_json(narrations))
    _, _, (sample,) = fetched("ego4d", files=str(made.by_hand))
    assert sample.messages[1].text == "C waits"
    assert sample.alternatives == ()


def test_a_real_clip_is_the_same_in_both_formats_and_after_preprocess(made: World, tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL} is not there")
    webvid_table(made)
    for number in range(900, 906):
        made.to_hand(f"videos/000001_000050/{number}.mp4", REAL.read_bytes())
    source = named_dataset("webvid", {"files": str(made.by_hand), "limit": 2})
    settings = Output(formats=("parquet", "webdataset"))
    out, _ = fetch(source, tmp_path / "out", Where(), settings=settings)
    assert verify(out) == []
    assert [path.suffix for path in (out / "webdataset").iterdir()] == [".tar"]
    recipe = parsed("version: 1\nname: clips\ninputs: [{path: out}]\nsteps: []\n", "clips.yaml", tmp_path)
    preprocess(recipe, tmp_path / "made", Where())
    directory = Directory(path=str(tmp_path / "made"))
    clips = [
        item.images[0] for part in directory.partitions() for item in directory.read(part) if isinstance(item, Sample)
    ]
    assert [(clip.data == REAL.read_bytes(), clip.media_type) for clip in clips] == [(True, "video/mp4")] * 2
    assert all(clip.original for clip in clips)
