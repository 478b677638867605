"""Times in the text, word for word as the processors of the models write them."""

from __future__ import annotations

import pytest

from vlmdata.models.presets import MODELS
from vlmdata.models.video import BY_MODEL, SAMPLERS, WORDINGS, WordingName, complaint
from vlmdata.models.video.number_words import in_words

TIMES = (0.0, 0.5333, 61.0)
LENGTH = 125.9
SMOLVLM = (
    "You are provided the following series of three frames from a 0:02:05 [H:MM:SS] video.\n"
    "\nFrame from 00:00:@\nFrame from 00:00:@\nFrame from 01:01:@\n\n"
)
LLAVA = (
    "\nThe video lasts for 125.90 seconds, and 3 frames are uniformly sampled from it. These frames are located at "
    "0.00s,0.53s,61.00s.Please answer the following questions related to this video.\n"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qwen3-vl", "<0.3 seconds>@@<61.0 seconds>@"),
        ("internvl", "Frame1: @\nFrame2: @\nFrame3: @\n"),
        ("internvl-train", "Frame-1: @\nFrame-2: @\nFrame-3: @\n"),
        ("smolvlm", SMOLVLM),
        ("molmo2", "0.0 @ 0.5 @ 61.0 @"),
        ("llava", f"@@@{LLAVA}"),
    ],
)
def test_it_is_said_as_the_model_has_it(name: WordingName, text: str) -> None:
    before, after = WORDINGS[name].write(TIMES, LENGTH)
    assert "".join(f"{one}@" for one in before) + after == text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (8, "eight"),
        (13, "thirteen"),
        (20, "twenty"),
        (64, "sixty-four"),
        (100, "one hundred"),
        (256, "two hundred and fifty-six"),
        (768, "seven hundred and sixty-eight"),
        (1001, "one thousand and one"),
        (2340, "two thousand, three hundred and forty"),
    ],
)
def test_numbers_are_spelt_as_num2words_does(number: int, words: str) -> None:
    assert in_words(number) == words


def test_numbers_without_words_are_refused() -> None:
    for number in (-1, 1_000_000):
        with pytest.raises(ValueError, match="999,999"):
            in_words(number)


def test_ways_of_models_are_of_known_models_and_sound() -> None:
    assert set(BY_MODEL) <= set(MODELS)
    assert [complaint(way.sampling, way.options) for way in BY_MODEL.values()] == [None] * len(BY_MODEL)
    assert all(sampler.source for sampler in SAMPLERS.values())
