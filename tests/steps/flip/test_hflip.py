"""Samples in a mirror of left and right."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.steps.flip.conftest import Mirror
from vlmdata.steps.base import Context
from vlmdata.steps.flip import HFlipAugment
from vlmdata.steps.flip.gates import AERIAL, NEVER
from vlmdata.types import Alternative, Annotation, Box, Choices, HFlip, Message, Point, RegionPart, TextPart

ALWAYS = HFlipAugment(p=1)


def flipped(sample):
    return [image.edits == (HFlip(),) for image in sample.images]


def test_everything_marked_moves_with_the_picture(make, ctx):
    ring = (Point(0, 0), Point(10, 0), Point(0, 20))
    mark = Annotation(id="a", label="a dog", box=Box(10, 20, 110, 220), point=Point(60, 30), polygon=(ring,))
    other = Annotation(id="b", image=1, box=Box(0, 0, 30, 10))
    turns = [("user", 0, 1, "What is this?"), ("assistant", "A dog.")]
    sample = make(*turns, sizes=[(640, 480), (100, 50)], annotations=(mark, other))
    mirrored = ALWAYS.apply(sample, ctx)
    assert flipped(mirrored) == [True, True]
    assert mirrored.annotations[0].box == Box(530, 20, 630, 220)
    assert mirrored.annotations[0].point == Point(580, 30)
    assert mirrored.annotations[0].polygon == ((Point(640, 20), Point(630, 0), Point(640, 0)),)
    assert mirrored.annotations[1].box == Box(70, 0, 100, 10)
    assert mirrored.messages == sample.messages
    assert ctx.notes == {"flipped:no_words": 1}


def test_question_answer_options_alternatives_and_labels_are_swapped_together(make, ctx):
    question = "Which dog is to the left of the cat?\nA. the dog on the left\nB. the dog on the right"
    sample = make(
        ("user", 0, question),
        ("assistant", "A"),
        annotations=(Annotation(id="a", label="left ear", box=Box(0, 0, 10, 10)),),
        alternatives=(Alternative(1, "The leftmost dog."),),
        choices=(Choices(0, ("the dog on the left", "the dog on the right"), 0),),
    )
    mirrored = ALWAYS.apply(sample, ctx)
    assert mirrored.messages[0].text == (
        "Which dog is to the right of the cat?\nA. the dog on the right\nB. the dog on the left"
    )
    assert mirrored.messages[1].text == "A"
    assert mirrored.choices == (Choices(0, ("the dog on the right", "the dog on the left"), 0),)
    assert mirrored.alternatives == (Alternative(1, "The rightmost dog."),)
    assert mirrored.annotations[0].label == "right ear"
    assert mirrored.annotations[0].box == Box(630, 0, 640, 10)
    assert ctx.notes == {"flipped:swap": 1, "swapped:side": 1, "swapped:compound": 1, "swapped:body": 1}


def test_a_mirror_of_the_mirror_is_the_sample(make, ctx):
    mark = Annotation(id="a", label="left hand", box=Box(10.25, 20, 110.5, 220))
    sample = make(
        ("user", 0, "Who is on the far left?"), ("assistant", "The man to the right of me."), annotations=(mark,)
    )
    twice = ALWAYS.apply(ALWAYS.apply(sample, ctx), ctx)
    assert twice.messages == sample.messages
    assert twice.annotations == sample.annotations
    assert twice.images[0].edits == (HFlip(), HFlip())


def test_words_beside_regions_and_pictures_keep_their_parts(make, ctx):
    mark = Annotation(id="a", label="dog", box=Box(0, 0, 9, 9))
    sample = make(
        ("user", 0, "Is ", ("a",), " to the left of ", ("a",), "?"), ("assistant", "Yes"), annotations=(mark,)
    )
    mirrored = ALWAYS.apply(sample, ctx)
    assert mirrored.messages[0].content[1:] == (
        TextPart("Is "), RegionPart(("a",)), TextPart(" to the right of "), RegionPart(("a",)), TextPart("?"),
    )  # fmt: skip
    torn = replace(sample, messages=(Message("user", (TextPart("on the le"), TextPart("ft side"))),))
    assert ALWAYS.apply(torn, ctx) is torn
    assert ctx.notes["left_alone:spelling"] == 1


def test_one_word_that_nobody_can_place_keeps_the_whole_sample(make, ctx):
    sample = make(("user", 0, "Is the cup on the left?"), ("assistant", "Yes, it looks right."))
    assert ALWAYS.apply(sample, ctx) is sample
    assert ctx.notes == {"left_alone:sides": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"alternatives": (Alternative(1, "He looks right."),)}, "sides"),
        ({"choices": (Choices(0, ("right", "up"), 0),)}, "sides"),
        ({"annotations": (Annotation(id="a", label="right one"),)}, "sides"),
        ({"alternatives": (Alternative(1, "the third man"),)}, "order"),
        ({"alternatives": (Alternative(1, "an anticlockwise turn"),)}, "twin"),
        ({"alternatives": (Alternative(1, "the man at left idea"),)}, "twin"),
        ({"alternatives": (Alternative(1, "the west wall"),)}, "compass"),
        ({"alternatives": (Alternative(1, "links ist ein Hund"),)}, "language"),
        ({"alternatives": (Alternative(1, "a ｒｉｇｈｔ hand"),)}, "spelling"),
        ({"alternatives": (Alternative(1, "on the le\u00adft"),)}, "spelling"),
    ],
)
def test_every_text_of_the_sample_is_read(make, ctx, change, reason):
    sample = replace(make(("user", 0, "What?"), ("assistant", "A dog.")), **change)
    assert ALWAYS.apply(sample, ctx) is sample
    assert ctx.notes == {f"left_alone:{reason}": 1}


def test_what_is_left_alone_is_counted(make, picture, ctx):
    plain = make(("user", 0, "What?"), ("assistant", "A dog."))
    clip = replace(plain, images=(replace(picture(), media_type="video/mp4"),))
    tags = ("OCR", "document", "chart", "medical")
    marks = (Annotation(id="a", source="ocr"), Annotation(id="a", text="EXIT"))
    cases = {
        "tag": [replace(plain, tags=("vqa", tag)) for tag in tags] + [clip],
        "ocr": [replace(plain, annotations=(mark,)) for mark in marks],
        "eval": [replace(plain, role="eval")],
        "no_image": [make(("user", "hi"), sizes=[])],
        "language": [replace(plain, language="de")],
    }
    for reason, samples in cases.items():
        for sample in samples:
            assert ALWAYS.apply(sample, ctx) is sample
        assert ctx.notes[f"left_alone:{reason}"] == len(samples)
    assert not any(note.startswith("flipped") for note in ctx.notes)


@pytest.mark.parametrize("tag", sorted(AERIAL))
def test_compass_points_move_in_pictures_from_above(mirror: Mirror, tag: str) -> None:
    assert mirror("An eastern road, north-west of the lake.", tags=(tag,)) == [
        "A western road, north-east of the lake."
    ]
    assert mirror("池の北東に森、西側に道がある。", tags=(tag,)) == ["池の北西に森、東側に道がある。"]
    assert mirror("東京駅の上空です。", tags=(tag,)) == ["東京駅の上空です。"]
    assert mirror("West Virginia from above, east of it.", tags=(tag,)) is not None
    assert mirror("Flying over West Virginia.", tags=(tag,)) is None
    assert mirror("A western road.") is None
    assert mirror("A road.", tags=(tag,), step=HFlipAugment(p=1, policy="refuse")) is None


@pytest.mark.parametrize(
    ("phrase", "twin"),
    [
        ("left guy", "right guy"), ("guy left", "guy right"), ("left", "right"), ("second from l", "second from r"),
        ("r guy", "l guy"), ("lft person", "rgt person"), ("right most cow", "left most cow"), ("L shaped couch", None),
        ("right behind the bus", None), ("two left", None), ("man in red right", "man in red left"),
    ],
)  # fmt: skip
def test_referring_expressions_are_short(mirror: Mirror, phrase: str, twin: str | None) -> None:
    assert mirror(phrase, tags=("grounding",)) == (None if twin is None else [twin])


def test_a_bare_side_needs_a_question_for_sides(mirror: Mirror) -> None:
    assert mirror("Which side is it on?", "Left") == ["Which side is it on?", "Right"]
    assert mirror("Is he wrong or right?", "right") is None
    assert mirror("Is it correct?", "Right.", tags=("grounding",)) is None
    assert mirror("Right") is None


def test_the_left_one_of_several_pictures_stays_the_left_one(mirror: Mirror) -> None:
    text = "The left image shows more dogs than the right image."
    assert mirror(text) == ["The right image shows more dogs than the left image."]
    two = [(64, 48), (64, 48)]
    assert mirror(text, sizes=two) is None
    assert mirror("右の画像に犬がいます。", sizes=two) is None
    assert mirror("A dog lies on the left of the sofa.", sizes=two) == ["A dog lies on the right of the sofa."]
    assert mirror("The first image shows a dog.", sizes=two) == ["The first image shows a dog."]


def test_chinese_is_not_taken_for_japanese(mirror: Mirror) -> None:
    assert mirror("左边有一只狗", language="zh") is None
    assert mirror("左側の犬", language="zh-TW") is None
    assert mirror("左側") is None
    assert mirror("左側", language="ja") == ["右側"]
    assert mirror("左側にいる犬") == ["右側にいる犬"]
    assert mirror("一只狗", language="zh") == ["一只狗"]


def test_what_the_source_says_of_the_published_picture_is_not_its_text(make, ctx):
    sample = make(("user", 0, "What?"), meta={"relations": [["circle", "left of", "square"]]})
    mirrored = ALWAYS.apply(sample, ctx)
    assert flipped(mirrored) == [True]
    assert mirrored.meta == sample.meta


def test_the_coin_is_fair_and_depends_on_seed_and_key_alone(make):
    samples = [make(("user", 0, "Is it on the left side?"), key=f"k{number}") for number in range(400)]
    runs = []
    for seed in (1, 1, 2):
        ctx = Context(seed, "augment.hflip")
        runs.append([flipped(HFlipAugment(p=0.5).apply(sample, ctx)) for sample in samples])
        assert ctx.notes["flipped:swap"] + ctx.notes["left_alone:coin"] == 400
        assert 150 < ctx.notes["flipped:swap"] == ctx.notes["swapped:side"] < 250
    assert runs[0] == runs[1] != runs[2]
    assert Counter(map(tuple, runs[0])).keys() == {(True,), (False,)}


def test_never_and_always(make, ctx):
    sample = make(("user", 0, "What?"))
    assert HFlipAugment(p=0).apply(sample, ctx) is sample
    assert flipped(ALWAYS.apply(sample, ctx)) == [True]


def test_the_gate_holds_the_tags_of_the_schema():
    assert {"ocr", "document", "chart", "table", "map", "gui", "math", "medical", "video"} <= NEVER


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from(" .,\n左右上側のleftrighthandofthe'’\"-ＬＥ"), max_size=40))
def test_any_text_is_judged_and_never_raises(mirror, text):
    said = mirror(text)
    assert said is None or len(said) == 1
