"""From the strings that data sets hold to the strings that training codes make of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.chat import published
from tests.models.chat.talk import as_published
from vlmdata.models.chat import CHAT_FORMATS, render

QUESTIONS = [
    "<image>\nWhat is it?",
    "これは何ですか。\n<image>",
    "<image>\n<image>\nWhich is older?",
    "Is <image> older than <image>?",
    "Look.\n<image>\nAnd here:\n<image>\nWhat changed?",
    "What is on it?",
    "Image-1: <image>\nImage-2: <image>\nWhich is older?",
]
ONE_PICTURE = ["<image>\nWhat is it?", "これは何ですか。\n<image>", "What is <image> about?", "And now?", " spaced "]
ANSWERS = ["A cup.", "赤いカップです。", "one\ntwo", "Yes"]


def turns_of(questions: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    pair = st.tuples(st.sampled_from(questions), st.sampled_from(ANSWERS))
    return st.lists(pair, min_size=1, max_size=4).map(
        lambda pairs: [turn for ask, say in pairs for turn in (("user", ask), ("assistant", say))]
    )


@pytest.mark.parametrize(
    ("name", "rule", "questions"),
    [
        ("vicuna-v1", published.llava_v1, ONE_PICTURE),
        ("llava-qwen", published.llava_next_qwen, QUESTIONS + ONE_PICTURE),
        ("internvl2.5", published.internvl2_5, QUESTIONS + ONE_PICTURE),
        ("deepseek-vl2", published.deepseek_vl2, QUESTIONS + ONE_PICTURE),
    ],
    ids=["llava", "llava-next", "internvl", "deepseek"],
)
def test_a_conversation_comes_out_as_from_the_published_code(
    name: str, rule: Callable[[published.Turns], str], questions: list[str]
) -> None:
    @settings(max_examples=60, deadline=None)
    @given(turns=turns_of(questions))
    def check(turns: list[tuple[str, str]]) -> None:
        assert render(as_published(*turns), CHAT_FORMATS[name]).text == rule(turns)

    check()


@settings(max_examples=60, deadline=None)
@given(turns=turns_of(["What is it?", "これは何ですか。", " spaced "]), pictures=st.integers(0, 3))
def test_nanovlm_puts_all_pictures_before_the_first_words(turns: list[tuple[str, str]], pictures: int) -> None:
    role, first = turns[0]
    turns = [(role, "<image>" * pictures + first), *turns[1:]]
    assert render(as_published(*turns), CHAT_FORMATS["nanovlm"]).text == published.nanovlm(turns)
