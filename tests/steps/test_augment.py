import time
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.steps.augment import NEVER_MIRRORED, HFlipAugment
from vlmdata.steps.base import Context
from vlmdata.steps.sides import obstacle
from vlmdata.types import Alternative, Annotation, Box, Choices, HFlip, Point

ALWAYS = HFlipAugment(p=1)


def flipped(sample):
    return [image.edits == (HFlip(),) for image in sample.images]


def test_everything_marked_moves_with_the_picture(make, ctx):
    ring = (Point(0, 0), Point(10, 0), Point(0, 20))
    mark = Annotation(id="a", label="a dog", box=Box(10, 20, 110, 220), point=Point(60, 30), polygon=(ring,))
    other = Annotation(id="b", image=1, box=Box(0, 0, 30, 10))
    sample = make(
        ("user", 0, 1, "What is this?"),
        ("assistant", "A dog."),
        sizes=[(640, 480), (100, 50)],
        annotations=(mark, other),
    )
    mirrored = ALWAYS.apply(sample, ctx)
    assert flipped(mirrored) == [True, True]
    assert mirrored.annotations[0].box == Box(530, 20, 630, 220)
    assert mirrored.annotations[0].point == Point(580, 30)
    assert mirrored.annotations[0].polygon == ((Point(640, 20), Point(630, 0), Point(640, 0)),)
    assert mirrored.annotations[1].box == Box(70, 0, 100, 10)
    assert mirrored.messages == sample.messages
    assert ctx.notes == {"flipped": 1}


@pytest.mark.parametrize(
    "text",
    [
        "The cup on the left", "LEFT", "Right-hand side", "the leftmost one", "rightward", "top-left corner",
        "bottomright", "upper_left", "lefthanded", "lft guy", "rt person", "lhs", "RHS", "r", "clockwise",
        "Counter-clockwise", "anticlockwise", "at 3 o'clock", "3 o’clock", "facing east", "westward", "north-west",
        "southeastern", "starboard", "the port side", "mirrored", "a mirror image", "written backwards",
        "the second person", "2nd from the end", "the last car", "ｒｉｇｈｔ", "the driver's side", "all right",
        "two are left", "左の人", "右側", "みぎて", "ヒダリ", "時計回り", "反時計回り", "東側", "西へ", "二番目",
        "第一张", "à gauche", "rechts oben", "a la izquierda",
    ],
)  # fmt: skip
def test_words_of_sides_are_found(text):
    assert obstacle(text) == "sides"


@pytest.mark.parametrize(
    "text",
    [
        "A bright bird", "copyright", "a cleft chin", "upright", "birthright", "a playwright", "frightened", "alright",
        "Easter eggs", "Westminster", "ten seconds", "a port city", "a mirror on the wall", "straight ahead",
        "They're here, I'll see", "the dog's bowl", "a plate of food", "the number of cats", "赤い円は何色ですか。",
        "青い四角形と赤い円があります。", "Ein Hund", "a café", "",
    ],
)  # fmt: skip
def test_words_that_only_look_so_are_not(text):
    assert obstacle(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("What does the sign say?", "reading"),
        ("看板に何と書いてありますか。", "reading"),
        ('It is called "Joe"', "quoted"),
        ("「犬」", "quoted"),
        ("It is 'open' today", "quoted"),
        ("at [0.1, 0.2, 0.3, 0.4]", "coordinates"),
        ("(12,40)", "coordinates"),
        ("1, 2, 3, 4", "coordinates"),
        ("<box>", "coordinates"),
        ("<|box_start|>", "coordinates"),
        ("Кот на столе", "language"),
        ("왼쪽 사람", "language"),
    ],
)
def test_other_reasons_not_to_mirror(text, reason):
    assert obstacle(text) == reason


@pytest.mark.parametrize(
    "change",
    [
        {"alternatives": (Alternative(1, "on the left"),)},
        {"choices": (Choices(0, ("left", "up"), 0),)},
        {"annotations": (Annotation(id="a", label="left hand"),)},
    ],
)
def test_every_text_of_the_sample_is_read(make, ctx, change):
    sample = replace(make(("user", 0, "What?"), ("assistant", "A dog.")), **change)
    assert ALWAYS.apply(sample, ctx) is sample
    assert ctx.notes == {"left_alone:sides": 1}


def test_what_is_left_alone_is_counted(make, picture, ctx):
    plain = make(("user", 0, "What?"), ("assistant", "A dog."))
    clip = replace(plain, images=(replace(picture(), media_type="video/mp4"),))
    cases = {
        "tag": [replace(plain, tags=("vqa", tag)) for tag in ("OCR", "document", "chart", "medical")] + [clip],
        "ocr": [replace(plain, annotations=(mark,)) for mark in
                (Annotation(id="a", source="ocr"), Annotation(id="a", text="EXIT"))],
        "eval": [replace(plain, role="eval")],
        "no_image": [make(("user", "hi"), sizes=[])],
        "language": [replace(plain, language="de")],
    }  # fmt: skip
    for reason, samples in cases.items():
        for sample in samples:
            assert ALWAYS.apply(sample, ctx) is sample
        assert ctx.notes[f"left_alone:{reason}"] == len(samples)
    assert ctx.notes["flipped"] == 0


def test_what_the_source_says_of_the_published_picture_is_not_its_text(make, ctx):
    sample = make(("user", 0, "What?"), meta={"relations": [["circle", "left of", "square"]]})
    assert flipped(ALWAYS.apply(sample, ctx)) == [True]


def test_the_coin_is_fair_and_depends_on_seed_and_key_alone(make):
    samples = [make(("user", 0, "What?"), key=f"k{number}") for number in range(400)]
    runs = []
    for seed in (1, 1, 2):
        ctx = Context(seed, "augment.hflip")
        runs.append([flipped(HFlipAugment(p=0.5).apply(sample, ctx)) for sample in samples])
        assert ctx.notes["flipped"] + ctx.notes["left_alone:coin"] == 400
        assert 150 < ctx.notes["flipped"] < 250
    assert runs[0] == runs[1] != runs[2]
    assert Counter(map(tuple, runs[0])).keys() == {(True,), (False,)}


def test_never_and_always(make, ctx):
    sample = make(("user", 0, "What?"))
    assert HFlipAugment(p=0).apply(sample, ctx) is sample
    assert flipped(ALWAYS.apply(sample, ctx)) == [True]


def test_the_gate_holds_the_tags_of_the_schema():
    assert {"ocr", "document", "chart", "table", "map", "gui", "math", "medical", "video"} <= NEVER_MIRRORED


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8"), max_size=60), word=st.sampled_from(["left", "右", "Right"]))
def test_no_surrounding_hides_a_word_that_stands_alone(text, word):
    assert obstacle(f"{text} {word} {text}") == "sides"


@pytest.mark.parametrize("text", ["1" * 20_000, "[1" + " " * 20_000, "'a " * 5_000, "[1, " * 5_000, "3, " * 20_000])
def test_no_text_takes_long(text):
    began = time.process_time()
    obstacle(text)
    assert time.process_time() - began < 1
