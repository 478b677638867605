"""Where pictures stand, and that each is shown once."""

from __future__ import annotations

import pytest

from tests.models.chat.talk import talk
from vlmdata.errors import BadRecord
from vlmdata.models.chat import CHAT_FORMATS, ChatOptions, checked, render
from vlmdata.models.chat.pictures import glued, placed


def content(*items):
    return talk(("user", *items))[0].content


@pytest.mark.parametrize(
    ("placement", "shown"),
    [
        ("as_published", (("user", "See ", 0, " and ", 1), ("assistant", "Yes."), ("user", "So? ", 2))),
        ("first", (("user", 0, 1, "See  and"), ("assistant", "Yes."), ("user", 2, "So?"))),
        ("single_first", (("user", "See ", 0, " and ", 1), ("assistant", "Yes."), ("user", 2, "So?"))),
        ("front", (("user", 0, 1, 2, "See ", " and "), ("assistant", "Yes."), ("user", "So? "))),
    ],
)
def test_placements(placement, shown):
    published = talk(("user", "See ", 0, " and ", 1), ("assistant", "Yes."), ("user", "So? ", 2))
    assert placed(published, placement) == talk(*shown)


def test_pictures_in_front_come_after_the_system():
    published = talk(("system", "Be brief."), ("user", "See", 0))
    assert placed(published, "front") == talk(("system", "Be brief."), ("user", 0, "See"))
    assert placed(talk(("system", "Be brief.")), "front") == talk(("system", "Be brief."))


def test_single_first_leaves_a_turn_that_begins_with_its_picture():
    published = talk(("user", 0, " What? "))
    assert placed(published, "single_first") == published
    assert placed(published, "first") == talk(("user", 0, "What?"))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((0, "Q"), (0, "\n", "Q")),
        ((0, " Q"), (0, " Q")),
        ((0, 1, "Q"), (0, "\n", 1, "\n", "Q")),
        ((0, 1), (0, "\n", 1)),
        ((0,), (0,)),
        ((0, ""), (0, "")),
        (("Q", 0), ("Q", "\n", 0)),
        (("Q ", 0), ("Q ", 0)),
        (("Is ", 0, " older than ", 1, "?"), ("Is ", 0, " older than ", 1, "?")),
        (("A\n", 0, "B"), ("A\n", 0, "\n", "B")),
        (("画像", 0, "の犬"), ("画像", 0, "の犬")),
        (("Image-1: ", 0, "Image-2: ", 1, "Q"), ("Image-1: ", 0, "\n", "Image-2: ", 1, "\n", "Q")),
        (("Q", "R"), ("Q", "R")),
    ],
)
def test_glue(items, expected):
    assert glued(content(*items), "\n") == content(*expected)
    assert glued(content(*items), "") == content(*items)


def test_a_picture_is_shown_once():
    checked(talk(("user", 1, 0), ("assistant", "Yes.")), 2)
    for items, reason in (((0, 0), "picture_shown_twice"), ((0, 2), "unknown_picture"), ((1,), "picture_not_shown")):
        with pytest.raises(BadRecord) as raised:
            checked(talk(("user", *items)), 2)
        assert raised.value.reason == reason


def refusal(name, *turns, clips=(), **options):
    with pytest.raises(BadRecord) as raised:
        render(talk(*turns), CHAT_FORMATS[name], ChatOptions(**options), clips)
    return raised.value.reason


def test_what_a_format_cannot_write():
    ask, say = ("user", "One?"), ("assistant", "Yes.")
    assert refusal("vicuna-v1", say, ask) == "turns_out_of_order"
    assert refusal("gemma-3", ask, ask) == "turns_out_of_order"
    assert refusal("pixtral", ("system", "Be brief.")) == "turns_out_of_order"
    assert refusal("deepseek-vl2", ask, say, ("system", "Be brief."), ask) == "turns_out_of_order"
    assert refusal("plain", ask, say, ask, say) == "several_turns"
    assert refusal("paligemma", ask) == "several_turns"
    assert refusal("molmo", ("system", "Be brief."), ask) == "system_not_taken"
    assert refusal("llama-3.2", ("system", "Be brief."), ("user", 0)) == "system_not_taken"
    assert refusal("internvl2.5", ("user", 0), say, clips={0}) == "clip_not_taken"


def test_two_questions_in_a_row_are_fine_where_turns_are_marked():
    text = render(talk(("user", "One?"), ("user", "Two?"), ("assistant", "Yes.")), CHAT_FORMATS["qwen3-vl"]).text
    assert text.count("<|im_start|>user") == 2
