"""The made-up data set: the same everywhere, exact shares, odd and bad pictures as labelled."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from importlib.resources import files
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from pydantic import ValidationError

from vlmdata.datasets.shapes import BAD_SHARE, ODD_SHARE, Shapes
from vlmdata.datasets.shapes.deck import DECK, ROWS, SCENES, card
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.encode import png16
from vlmdata.datasets.shapes.lettering import checked_font, font
from vlmdata.errors import InputError
from vlmdata.types import Partition, RegionPart, Sample, TextPart

ROWS_READ = 200


def read(start: int, stop: int, split: str = "train") -> list[Sample]:
    rows = list(Shapes(split=split).read(Partition(split, start, stop)))
    return [row for row in rows if isinstance(row, Sample)]


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return read(0, ROWS_READ)


def test_one_sample_per_row_with_keys_that_fit_the_schema(samples: list[Sample]) -> None:
    assert [sample.meta["row"] for sample in samples] == list(range(ROWS_READ))
    assert len({sample.key for sample in samples}) == ROWS_READ
    assert all(re.fullmatch(r"[a-z0-9_-]{1,120}", sample.key) for sample in samples)
    assert [(part.start, part.stop) for part in Shapes().partitions()] == [(0, ROWS["train"])]


def test_a_row_depends_on_its_number_alone(samples: list[Sample]) -> None:
    assert read(150, 160) == samples[150:160]
    assert read(7, 8) + read(3, 4) == [samples[7], samples[3]]
    assert read(7, 8, "validation")[0].images != samples[7].images


def test_another_process_draws_the_same(samples: list[Sample]) -> None:
    code = (
        "from vlmdata.datasets.shapes.dataset import sample; from hashlib import sha256;"
        "print(sha256(repr([sample('train', row) for row in range(12)]).encode()).hexdigest())"
    )
    ours = sha256(repr(samples[:12]).encode()).hexdigest()
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        assert ran.stdout.strip() == ours


@pytest.mark.parametrize("block", [0, 41])
def test_shares_are_exact_in_every_hundred_rows(block: int) -> None:
    cards = [card("train", 100 * block + place) for place in range(100)]
    assert Counter(dealt.scene for dealt in cards) == SCENES
    assert sorted(cards, key=repr) == sorted(DECK, key=repr)
    odd = Counter(dealt.odd for dealt in cards if dealt.odd)
    assert set(odd.values()) == {2}
    assert len(odd) == 6
    assert sum(odd.values()) == round(100 * ODD_SHARE)
    assert Counter(dealt.bad for dealt in cards if dealt.bad) == {"truncated": 1, "html": 1, "empty": 1}
    assert round(100 * BAD_SHARE) == 3


def test_blocks_are_shuffled_apart() -> None:
    assert [card("train", row) for row in range(100)] != [card("train", row) for row in range(100, 200)]
    assert [card("train", row) for row in range(100)] != [card("validation", row) for row in range(100)]


def test_labels_say_what_the_files_are(samples: list[Sample]) -> None:
    for sample in samples:
        dealt = card("train", int(str(sample.meta["row"])))
        assert (sample.meta["scene"], sample.meta["odd"], sample.meta["bad"]) == (dealt.scene, dealt.odd, dealt.bad)
        bare = dealt.scene == "text"
        assert (len(sample.images) == 0) == bare
        assert (len(sample.images) > 1) == (dealt.scene == "several") == ("multi-image" in sample.tags)


def _is_exif(image: Pillow.Image) -> bool:
    return image.getexif()[0x0112] in range(2, 9)


_CHECKS = {
    "exif": _is_exif,
    "cmyk": lambda image: image.mode == "CMYK" and image.format == "JPEG",
    "sixteen_bit": lambda image: image.format == "PNG",
    "alpha": lambda image: image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 255),
    "palette": lambda image: image.mode == "P" and image.format == "PNG",
    "animated": lambda image: image.n_frames == 2,
}


def test_odd_pictures_are_as_labelled_and_others_are_not(samples: list[Sample]) -> None:
    seen: Counter[object] = Counter()
    for sample in samples:
        if sample.meta["bad"]:
            continue
        for picture in sample.images:
            image = Pillow.open(BytesIO(picture.data or b""))
            image.load()
            odd = sample.meta["odd"]
            if odd:
                assert _CHECKS[str(odd)](image)
                seen[odd] += 1
            else:
                assert image.mode in ("RGB", "L")
                assert image.getexif().get(0x0112, 1) == 1
                assert getattr(image, "n_frames", 1) == 1
            deep = (picture.data or b"")[24] == 16 and image.format == "PNG"
            assert deep == (odd == "sixteen_bit")
            suffix = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}[str(picture.source).split(".")[-1]]
            assert suffix == image.format
    assert set(seen.values()) == {2 * ROWS_READ // 100}
    assert set(seen) == set(_CHECKS)


def test_bad_pictures_cannot_be_decoded_and_look_like_jpegs_by_name(samples: list[Sample]) -> None:
    bad = {sample.meta["bad"]: sample.images[0] for sample in samples if sample.meta["bad"]}
    assert set(bad) == {"truncated", "html", "empty"}
    assert all(str(image.source).endswith(".jpg") for image in bad.values())
    with pytest.raises(OSError, match="truncated"):
        Pillow.open(BytesIO(bad["truncated"].data or b"")).load()
    assert (bad["html"].data or b"").startswith(b"<!DOCTYPE html>")
    assert bad["empty"].data == b""


def test_conversations_are_well_formed(samples: list[Sample]) -> None:
    for sample in samples:
        assert [message.role for message in sample.messages] == ["user", "assistant"] * (len(sample.messages) // 2)
        assert all(message.content for message in sample.messages)
        shown = [part.image for part in sample.messages[0].content if not isinstance(part, TextPart | RegionPart)]
        assert shown == list(range(len(sample.images)))
        ids = [mark.id for mark in sample.annotations]
        assert len(set(ids)) == len(ids)
        assert sample.spoken_of <= set(ids)
        assert all(sample.messages[other.message].role == "assistant" for other in sample.alternatives)
        for choices in sample.choices:
            assert sample.messages[choices.message + 1].text == "ABCDEFGH"[choices.answer or 0]
            assert f"{'ABCDEFGH'[choices.answer or 0]}. {choices.options[choices.answer or 0]}" in (
                sample.messages[choices.message].text
            )
        assert json.loads(json.dumps(sample.meta)) == sample.meta


def test_both_languages_and_every_task_occur(samples: list[Sample]) -> None:
    assert Counter(sample.language for sample in samples)["ja"] in range(ROWS_READ // 5, ROWS_READ * 2 // 5)
    tags = {tag for sample in samples for tag in sample.tags}
    assert tags == {*Shapes.entry.tasks, "reasoning"}
    for sample in samples:
        japanese = any(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text) for text in sample.texts())
        assert japanese == (sample.language == "ja")


def test_enough_samples_speak_of_sides_and_enough_of_none(samples: list[Sample]) -> None:
    plain = [sample for sample in samples if sample.meta["scene"] == "plain"]
    of_sides = [sample for sample in plain if re.search("left|right|左|右", "\n".join(sample.texts()))]
    assert len(plain) // 4 < len(of_sides) < len(plain) // 2
    for sample in plain:
        relations = {relation for _, relation, _ in sample.meta["relations"]}  # type: ignore[attr-defined]
        assert (sample in of_sides) == bool(relations & {"left", "right"})


def test_the_font_is_checked_and_licensed() -> None:
    data = files("vlmdata.datasets.shapes").joinpath("font.otf").read_bytes()
    assert checked_font(data) == data
    with pytest.raises(InputError, match="reinstall"):
        checked_font(data[:-1] + b"\0\0")
    assert len(data) < 60_000
    licence = files("vlmdata.datasets.shapes").joinpath("OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert font(20).getname() == ("vlmdata Shapes", "Regular")


def test_every_drawn_character_is_in_the_font() -> None:
    from vlmdata.datasets.shapes import chart, page, words

    tables = (words._SIGNS, chart._TOPICS, page._SHOPS, page._GOODS, page._WORDS)
    drawn = set(re.findall(r"[^\s'\"\\(){},]", json.dumps(tables, ensure_ascii=False)))
    missing = bytes(font(24).getmask("\U0001f600"))
    assert [char for char in sorted(drawn) if bytes(font(24).getmask(char)) == missing] == []
    assert "駅" in drawn


def test_wrong_use_is_refused() -> None:
    with pytest.raises(ValidationError, match="split"):
        Shapes(split="test")
    with pytest.raises(ValidationError, match="config"):
        Shapes(config="large")


def test_the_digest_names_the_split_and_stays() -> None:
    assert Shapes().digest() == Shapes(split="train", limit=5).digest()
    assert Shapes().digest() != Shapes(split="validation").digest()


@given(st.sampled_from(["RGB", "L"]), st.integers(1, 9), st.integers(1, 9), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_sixteen_bit_png_holds_the_same_values(mode: str, width: int, height: int, seed: int) -> None:
    channels = len(mode)
    image = Pillow.frombytes(mode, (width, height), Dice("png", seed).noise(width * height * channels))
    back = Pillow.open(BytesIO(png16(image)))
    assert back.size == image.size
    values = np.asarray(back) // (1 if mode == "RGB" else 257)
    assert np.array_equal(values, np.asarray(image))
