import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.steps.explode import Explode
from vlmdata.steps.group import Group
from vlmdata.types import Alternative, Annotation, Box, Choices, ImagePart, TextPart

QUESTIONS = Explode(by="question")
CAPTIONS = Explode(by="caption")


def shown(sample):
    return [(message.role, *(part.text if isinstance(part, TextPart) else part for part in message.content))
            for message in sample.messages]  # fmt: skip


def test_one_child_per_turn_with_the_picture_first(make, ctx):
    sample = make(
        ("system", "Be brief."), ("user", 0, "One?"), ("assistant", "1"), ("user", "Two?"), ("assistant", "2"),
        alternatives=(Alternative(4, "zwei"),), choices=(Choices(1, ("a", "b"), 1), Choices(3, ("c",), 0)),
    )  # fmt: skip
    one, two = QUESTIONS.apply(sample, ctx)
    assert (one.key, two.key) == ("k-c1", "k-c2")
    assert shown(one) == [("system", "Be brief."), ("user", ImagePart(0), "One?"), ("assistant", "1")]
    assert shown(two) == [("system", "Be brief."), ("user", ImagePart(0), "Two?"), ("assistant", "2")]
    assert one.images == two.images == sample.images
    assert (one.choices, two.choices) == ((Choices(1, ("a", "b"), 1),), (Choices(1, ("c",), 0),))
    assert (one.alternatives, two.alternatives) == ((), (Alternative(2, "zwei"),))


def test_a_child_sees_no_picture_of_a_later_turn(make, ctx):
    marks = tuple(Annotation(id=f"m{image}", image=image, box=Box(0, 0, 1, 1)) for image in (0, 1))
    sample = make(
        ("user", 1, "This?"), ("assistant", "A"), ("user", 0, "And this?"), ("assistant", "B"),
        sizes=[(10, 10), (20, 20)], annotations=marks,
    )  # fmt: skip
    one, two = QUESTIONS.apply(sample, ctx)
    assert [image.size.width for image in one.images] == [20]
    assert shown(one)[0] == ("user", ImagePart(0), "This?")
    assert [(mark.id, mark.image) for mark in one.annotations] == [("m1", 0)]
    assert shown(two)[0] == ("user", ImagePart(1), ImagePart(0), "And this?")
    assert [(mark.id, mark.image) for mark in two.annotations] == [("m0", 0), ("m1", 1)]


def test_pictures_of_the_system_message_and_unshown_ones_stay(make, ctx):
    sample = make(
        ("system", 0, "Like this."), ("user", "One?"), ("assistant", "1"), ("user", "Two?"), ("assistant", "2"),
        sizes=[(10, 10), (20, 20)],
    )  # fmt: skip
    for child in QUESTIONS.apply(sample, ctx):
        assert len(child.images) == 2
        assert shown(child)[0] == ("system", ImagePart(0), "Like this.")
        assert not any(isinstance(part, ImagePart) for part in shown(child)[1])


def test_annotations_follow_those_who_speak_of_them(make, ctx):
    marks = (Annotation(id="a"), Annotation(id="b"), Annotation(id="c"))
    sample = make(("user", 0, "A?"), ("assistant", ("a",)), ("user", "B?"), ("assistant", ("b",)), annotations=marks)
    one, two = QUESTIONS.apply(sample, ctx)
    assert [mark.id for mark in one.annotations] == ["a"]
    assert [mark.id for mark in two.annotations] == ["b"]


def test_captions_become_samples_once_each(make, ctx):
    sample = make(
        ("user", 0), ("assistant", "A cat."),
        alternatives=(Alternative(1, "A pet."), Alternative(1, "A cat."), Alternative(1, "A pet.")),
    )  # fmt: skip
    children = CAPTIONS.apply(sample, ctx)
    assert [shown(child) for child in children] == [
        [("user", ImagePart(0)), ("assistant", "A cat.")],
        [("user", ImagePart(0)), ("assistant", "A pet.")],
    ]
    assert all(child.alternatives == () for child in children)


@pytest.mark.parametrize("step", [QUESTIONS, CAPTIONS])
def test_one_of_a_kind_passes_unchanged(make, ctx, step):
    sample = make(("user", 0, "One?"), ("assistant", "1"))
    assert step.apply(sample, ctx) is sample
    document = make(("document", "a", 0, "b"), ("document", "c"))
    assert step.apply(document, ctx) is document


def test_long_keys_keep_within_the_limit_and_apart(make, ctx):
    turns = [("user", 0, "A?"), ("assistant", "a"), ("user", "B?"), ("assistant", "b")]
    keys = set()
    for key in ("x" * 120, "x" * 119 + "y"):
        children = QUESTIONS.apply(make(*turns, key=key), ctx)
        assert all(len(child.key) <= 120 and child.key.endswith(("-c1", "-c2")) for child in children)
        keys.update(child.key for child in children)
    assert len(keys) == 4


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    texts=st.lists(st.tuples(st.text("ab ?", min_size=1), st.text("xyz", min_size=1)), min_size=1, max_size=6),
    system=st.booleans(),
    images=st.integers(1, 3),
    captioned=st.booleans(),
)
def test_group_gives_back_the_turns_that_explode_took_apart(make, ctx, texts, system, images, captioned):
    turns = [("system", "S")] if system else []
    if captioned:
        turns += [("user", *range(images)), ("assistant", "A caption.")]
    for number, (question, answer) in enumerate(texts):
        pictures = range(images) if number == 0 and not captioned else ()
        turns += [("user", *pictures, question), ("assistant", answer, (f"m{number}",))]
    marks = tuple(Annotation(id=f"m{n}", image=n % images, box=Box(0, 0, n + 1, 1)) for n in range(len(texts)))
    sample = make(*turns, sizes=[(64, 64)] * images, annotations=marks)
    children = QUESTIONS.apply(sample, ctx)
    children = children if isinstance(children, list) else [children]
    (whole,) = Group().run(iter(children), ctx)
    assert whole.messages == sample.messages
    assert whole.images == sample.images
    assert whole.annotations == sample.annotations
