import re
from collections import Counter
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.steps.base import Context
from vlmdata.steps.boxes_render import RenderBoxes
from vlmdata.steps.turns import BoxesToTurns
from vlmdata.steps.turns_words import QUESTIONS, Language, TurnKind
from vlmdata.types import Annotation, Box, Drop, ImagePart, RegionPart, Sample, TextPart

DOGS = (
    Annotation(id="a", label="dog", box=Box(0, 0, 10, 10)),
    Annotation(id="b", label="dog", box=Box(20, 20, 40, 40)),
)
CAT = Annotation(id="c", label="the cat", box=Box(50, 50, 90, 90))


def spoken(message):
    """Its parts as the shorthand of ``make``."""
    return [
        part.text if isinstance(part, TextPart) else part.annotations if isinstance(part, RegionPart) else part.image
        for part in message.content
    ]


def made(make, marks, *turns, key="k", **fields):
    return BoxesToTurns(**fields).apply(make(*turns, annotations=marks, key=key), Context(1, "boxes.to_turns"))


def test_all_boxes_of_a_label_answer_for_every_one(make):
    sample = made(make, DOGS, kinds=["detect"])
    question, answer = sample.messages
    assert (question.role, answer.role) == ("user", "assistant")
    assert question.content[0] == ImagePart(0)
    assert "dog" in question.text
    assert spoken(answer) == [("a", "b")]
    assert (sample.tags, sample.language) == (("detection",), "en")
    assert sample.annotations == DOGS


def test_only_a_label_that_occurs_once_is_located(make):
    sample = made(make, (*DOGS, CAT), kinds=["locate"])
    question, answer = sample.messages
    assert "cat" in question.text
    assert "the the" not in question.text
    assert spoken(answer) == [("c",)]
    assert sample.tags == ("grounding",)
    assert made(make, DOGS, kinds=["locate"]) == Drop(reason="no_boxes")


def test_a_box_asked_about_has_no_name(make, ctx):
    sample = made(make, (CAT,), kinds=["refer"])
    question, answer = sample.messages
    assert answer.text == "the cat"
    assert ("c-unnamed",) in spoken(question)
    assert sample.annotations == (CAT, Annotation(id="c-unnamed", box=CAT.box))
    written = RenderBoxes(dialect="qwen3-vl").apply(sample, ctx)
    assert "cat" not in written.messages[0].text
    assert "bbox_2d" in written.messages[0].text


def test_everything_with_its_place_comes_last(make):
    sample = made(make, (*DOGS, CAT), kinds=["describe", "detect"], max_turns=3)
    assert spoken(sample.messages[-1]) == ["dog: ", ("a", "b"), "\nthe cat: ", ("c",)]
    assert len(sample.messages) == 6
    assert made(make, (*DOGS, CAT), kinds=["describe"], max_boxes=2) == Drop(reason="no_boxes")


def test_no_label_is_asked_about_twice_and_not_more_than_wished(make):
    marks = tuple(Annotation(id=f"m{at}", label=f"thing {at % 5}", box=Box(at, at, at + 5, at + 5)) for at in range(9))
    for number in range(30):
        sample = made(make, marks, key=f"k{number}", kinds=["detect", "locate", "refer"], max_turns=4)
        asked = Counter(re.search(r"thing \d", a.text + b.text)[0] for a, b in pairs(sample))
        assert len(sample.messages) == 8
        assert set(asked.values()) == {1}


def pairs(sample):
    return list(zip(sample.messages[::2], sample.messages[1::2], strict=True))


def test_turns_follow_those_that_are_there(make):
    turns = (("user", 0), ("assistant", "A dog."))
    sample = made(make, DOGS, *turns, max_turns=1)
    assert sample.messages[:2] == make(*turns).messages
    assert ImagePart(0) not in sample.messages[2].content
    assert len(sample.messages) == 4


def test_what_cannot_be_asked_about(make):
    empty = Annotation(id="e", label="dog", box=Box(5, 5, 5, 9))
    for marks in ((), (Annotation(id="n", box=Box(0, 0, 9, 9)),), (*DOGS, empty), (Annotation(id="n", label="dog"),)):
        assert made(make, marks) == Drop(reason="no_boxes")
    assert made(make, DOGS, max_boxes=1) == Drop(reason="no_boxes")
    assert made(make, DOGS, labels=["cat"]) == Drop(reason="no_boxes")
    step, ctx = BoxesToTurns(), Context(1, "boxes.to_turns")
    talk = (("user", 0, "Hi"), ("assistant", "Hello"))
    assert step.apply(make(*talk), ctx) == make(*talk)
    two = make(*talk, sizes=[(9, 9), (9, 9)], annotations=DOGS)
    assert step.apply(two, ctx) == two
    assert step.apply(make(sizes=[(9, 9), (9, 9)], annotations=DOGS), ctx) == Drop(reason="pictures", value="2")
    waiting = make(("user", 0, "Hi"), annotations=DOGS)
    assert step.apply(waiting, ctx) == waiting
    assert ctx.notes == {"left_alone:no_boxes": 1, "left_alone:pictures": 1, "left_alone:unanswered": 1}


def test_japanese_and_both(make):
    question = made(make, DOGS, kinds=["detect"], language="ja").messages[0].text
    assert re.search("[ぁ-ん]", question)
    assert "dog" in question
    languages = Counter(made(make, DOGS, key=f"k{at}", language="both").language for at in range(60))
    assert set(languages) == {"en", "ja"}
    assert min(languages.values()) > 15


def test_it_is_drawn_by_the_seed_alone(make):
    step = BoxesToTurns(language="both")
    samples = [make(key=f"k{at}", annotations=(*DOGS, CAT)) for at in range(20)]
    once = [step.apply(sample, Context(3, "boxes.to_turns")) for sample in samples]
    again = [step.apply(sample, Context(3, "boxes.to_turns")) for sample in reversed(samples)][::-1]
    assert once == again
    assert once != [step.apply(sample, Context(4, "boxes.to_turns")) for sample in samples]


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("kind", get_args(TurnKind))
def test_templates_are_plain(language, kind):
    templates = QUESTIONS[language, kind]
    assert len(set(templates)) == len(templates) >= 3
    for template in templates:
        held = set(re.findall(r"\{(\w+)\}", template))
        assert held == {"detect": {"label"}, "locate": {"label"}, "refer": {"region"}, "describe": set()}[kind]
        assert not re.search(
            r"[\"'“”「」0-9]|left|right|top|bottom|first|last|say|read|word|左|右|上|下|文字", template
        )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["dog", "cat", None, " ", "猫"]), st.integers(0, 30), st.booleans()), max_size=8
    ),
    st.integers(1, 6),
)
def test_what_is_said_is_marked(make, drawn, most):
    marks = tuple(
        Annotation(id=f"m{at}", label=label, box=Box(0, 0, size, size) if boxed else None)
        for at, (label, size, boxed) in enumerate(drawn)
    )
    sample = made(make, marks, max_turns=most, language="both")
    if isinstance(sample, Drop):
        return
    assert isinstance(sample, Sample)
    known = {mark.id: mark for mark in sample.annotations}
    assert len(known) == len(sample.annotations)
    assert sample.spoken_of <= known.keys()
    assert all(known[name].box.area > 0 for name in sample.spoken_of)
    assert 2 <= len(sample.messages) <= 2 * most
    assert [message.role for message in sample.messages] == ["user", "assistant"] * (len(sample.messages) // 2)
