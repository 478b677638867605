import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.steps.base import Context
from vlmdata.steps.choose import SampleAnswers, SampleCaptions, normalised
from vlmdata.steps.explode import Explode
from vlmdata.types import Alternative, Choices

ALWAYS = ("first", "longest", "shortest", "majority", "random", "weighted", "all")


@pytest.fixture
def captioned(make):
    """A picture with captions: the first is said, the others are alternatives."""

    def build(said, *others, **fields):
        alternatives = tuple(Alternative(1, text) for text in others)
        return make(("user", 0), ("assistant", said), alternatives=alternatives, **fields)

    return build


@pytest.fixture
def answered(make):
    """A question with its published answer, and what people answered, as pairs of text and weight."""

    def build(said, *others, **fields):
        alternatives = tuple(Alternative(1, text, weight) for text, weight in others)
        return make(("user", 0, "What is it?"), ("assistant", said), alternatives=alternatives, **fields)

    return build


def caption(sample, ctx, choose, **fields):
    chosen = SampleCaptions(choose=choose, **fields).apply(sample, ctx)
    assert chosen.alternatives == ()
    return chosen.messages[1].text


def answer(sample, ctx, choose, **fields):
    chosen = SampleAnswers(choose=choose, **fields).apply(sample, ctx)
    assert chosen.alternatives == ()
    return chosen.messages[1].text


def test_by_order_and_by_length(captioned, ctx):
    sample = captioned("A cat sits.", "A cat.", "One cat, sitting on a mat.", "A dog.")
    assert caption(sample, ctx, "first") == "A cat sits."
    assert caption(sample, ctx, "longest") == "One cat, sitting on a mat."
    assert caption(sample, ctx, "shortest") == "A cat."


def test_white_space_makes_nothing_longer(captioned, ctx):
    assert caption(captioned("A cat.", " Dog      "), ctx, "longest") == "A cat."
    assert caption(captioned("A cat.", " Dog      "), ctx, "shortest") == " Dog      "


def test_all_says_each_once(captioned, answered, ctx):
    assert caption(captioned("A cat. ", "a cat", "A pet."), ctx, "all") == "A cat.\nA pet."
    assert caption(captioned("A cat.", "A pet."), ctx, "all", separator=" ") == "A cat. A pet."
    people = [("red", 1), ("blue", 1), ("Red", 1)]
    assert answer(answered("blue", *people), ctx, "all") == "blue; red"
    assert answer(answered("blue", *people), ctx, "all", separator="") == "bluered"


def test_majority_passes_over_capitals_blanks_and_the_final_stop(answered, ctx):
    people = [("a net", 1), ("Mesh", 0.1), ("A  net.", 1), ("mesh.", 0.1), ("mesh", 0.1)]
    assert answer(answered("a net", *people), ctx, "majority") == "Mesh"
    assert normalised("A  Net . ") == "a net"
    assert normalised("犬です。") == "犬です"


def test_the_published_answer_is_no_vote_where_people_gave_it(answered, ctx):
    tied = [("mesh", 1), ("mesh", 1), ("net", 1), ("net", 1)]
    assert answer(answered("net", *tied), ctx, "majority") == "net"
    assert answer(answered("net", *tied, ("mesh", 1)), ctx, "majority") == "mesh"
    assert answer(answered("grid", *tied), ctx, "majority") == "mesh"


def test_a_text_that_is_not_among_its_alternatives_is_one_more(answered, ctx):
    assert answer(answered("net", ("mesh", 1), ("Net", 1)), ctx, "majority") == "net"


def test_empty_texts_are_never_chosen(answered, ctx):
    people = [("", 1), ("", 1), ("basil", 1)]
    for choose in ALWAYS:
        assert answer(answered("", *people), ctx, choose) == "basil"
    sample = answered("", ("", 1), (" ", 1))
    for choose in ALWAYS:
        assert SampleAnswers(choose=choose).apply(sample, ctx) == sample
    assert ctx.notes == {"chosen": len(ALWAYS), "left_alone:empty": len(ALWAYS)}


def test_chance_draws_an_answer_as_often_as_it_was_given(answered, ctx):
    people = [("yes", 1)] * 3 + [("no", 3)]
    drawn = {
        choose: Counter(answer(answered("yes", *people, key=f"k{n}"), ctx, choose) for n in range(2000))
        for choose in ("random", "weighted")
    }
    assert drawn["random"]["yes"] == pytest.approx(1500, abs=90)
    assert drawn["weighted"]["yes"] == pytest.approx(1000, abs=90)


def test_a_weight_of_nothing_is_never_drawn(answered, ctx):
    people = [("no", 0.0), ("maybe", -1.0), ("nan", math.nan), ("yes", 0.5)]
    assert {answer(answered("no", *people, key=f"k{n}"), ctx, "weighted") for n in range(50)} == {"yes"}
    for weight in (0.0, math.inf, math.nan):
        sample = answered("no", ("no", weight))
        assert SampleAnswers(choose="weighted").apply(sample, ctx) == sample
    assert ctx.notes["left_alone:weights"] == 3


def test_a_text_without_a_weight_of_its_own_counts_one(answered, ctx):
    drawn = Counter(answer(answered("own", ("other", 3), key=f"k{n}"), ctx, "weighted") for n in range(2000))
    assert drawn["own"] == pytest.approx(500, abs=90)


def test_chance_is_that_of_the_seed_and_the_key(answered, ctx):
    people = [(str(n), 1) for n in range(10)]
    samples = [answered("0", *people, key=f"k{n}") for n in range(30)]
    drawn = [answer(sample, ctx, "random") for sample in samples]
    assert drawn == [answer(sample, ctx, "random") for sample in samples]
    assert drawn != [answer(sample, Context(seed=2, step="test"), "random") for sample in samples]


def test_the_best_score_wins_and_the_first_of_equals(captioned, ctx):
    def best(*scores):
        sample = captioned("A", "B", "C", meta={"clip": [*scores]})
        return caption(sample, ctx, "best", by="clip")

    assert best(0.1, 0.3, 0.2) == "B"
    assert best(0.3, 0.3, 0.2) == "A"
    assert best(None, 0, math.nan) == "B"
    assert best(-1, -(10**400), -2.5) == "A"


def test_scores_of_a_complete_list_are_those_of_the_alternatives(answered, ctx):
    sample = answered("b", ("a", 1), ("b", 1), meta={"three": [1, 2, 3], "two": [3, 2]})
    assert answer(sample, ctx, "best", by="two") == "a"
    assert answer(sample, ctx, "best", by="three") == "b"


@pytest.mark.parametrize("scores", [None, 0.5, "12", [0.1], [1, 2, 3], [None, None], [True, False], {"a": 1, "b": 2}])
def test_scores_that_do_not_fit_choose_nothing(captioned, ctx, scores):
    sample = captioned("A", "B", meta={"clip": scores})
    assert SampleCaptions(choose="best", by="clip").apply(sample, ctx) == sample
    assert ctx.notes == {"left_alone:scores": 1}


def test_scores_of_several_messages_are_nobodys(make, ctx):
    alternatives = (Alternative(1, "a"), Alternative(3, "b"))
    turns = [("user", 0, "A?"), ("assistant", "A"), ("user", "B?"), ("assistant", "B")]
    sample = make(*turns, alternatives=alternatives, meta={"s": [1, 2]})
    step = SampleAnswers(choose="best", by="s")
    assert step.apply(sample, ctx) == sample
    assert ctx.notes == {"left_alone:scores": 2}
    children = [step.apply(child, ctx) for child in Explode(by="question").apply(sample, ctx)]
    assert [child.messages[1].text for child in children] == ["a", "b"]


def test_each_step_minds_its_own_messages(make, ctx):
    sample = make(
        ("system", "Be brief."), ("user", 0), ("assistant", "A cat."), ("user", "Colour?"), ("assistant", "Red."),
        ("user", ("a",)), ("assistant", "Tail."), ("document", "d"),
        alternatives=tuple(Alternative(number, "Something longer.") for number in (2, 4, 6, 7, 99)),
        choices=(Choices(3, ("Red.", "Blue."), 0),),
    )  # fmt: skip
    captions = SampleCaptions(choose="longest").apply(sample, ctx)
    assert [n for n in range(8) if captions.messages[n] != sample.messages[n]] == [2]
    assert [one.message for one in captions.alternatives] == [4, 6, 7, 99]
    answers = SampleAnswers(choose="longest").apply(sample, ctx)
    assert [n for n in range(8) if answers.messages[n] != sample.messages[n]] == [4, 6]
    assert [one.message for one in answers.alternatives] == [2, 7, 99]
    assert answers.choices == sample.choices


def test_the_question_is_what_the_user_said_last(make, ctx):
    others = (Alternative(3, "longer"),)
    asked = make(("user", "Look:"), ("user", 0), ("assistant", "A"), ("assistant", "B"), alternatives=others)
    assert SampleAnswers(choose="longest").apply(asked, ctx).messages[3].text == "longer"
    shown = make(("user", "A?"), ("assistant", "A"), ("user", 0, " "), ("assistant", "B"), alternatives=others)
    assert SampleCaptions(choose="longest").apply(shown, ctx).messages[3].text == "longer"
    alone = make(("system", "S"), ("assistant", "B"), alternatives=(Alternative(1, "longer"),))
    assert SampleCaptions(choose="longest").apply(alone, ctx).messages[1].text == "longer"


@pytest.mark.parametrize(("said", "reason"), [((("a",), "!"), "regions"), (("See", 0), "pictures")])
def test_what_is_more_than_text_is_left_alone(make, ctx, said, reason):
    sample = make(("user", 0), ("assistant", *said), alternatives=(Alternative(1, "Something longer."),))
    assert SampleCaptions(choose="longest").apply(sample, ctx) == sample
    assert ctx.notes == {f"left_alone:{reason}": 1}


def test_what_is_not_to_be_chosen_is_not_touched(captioned, make, ctx):
    for sample in (captioned("A cat."), make(("user", "Hello")), make()):
        assert SampleCaptions(choose="random").apply(sample, ctx) is sample
        assert SampleAnswers(choose="random").apply(sample, ctx) is sample
    whole = make(("user", 0), ("assistant", "A ", "cat."), alternatives=(Alternative(1, "A pet."),))
    assert SampleCaptions(choose="first").apply(whole, ctx) == replace(whole, alternatives=())


@pytest.mark.parametrize("step", [SampleCaptions, SampleAnswers])
def test_parameters_that_contradict_each_other_are_refused(step):
    assert "needs by" in step(choose="best").ready()
    assert "by goes with" in step(choose="first", by="clip").ready()
    assert "separator goes with" in step(choose="first", separator=" ").ready()
    assert step(choose="best", by="clip").ready() is None
    assert step(choose="all", separator=" ").ready() is None


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    said=st.text("ab .", max_size=3),
    people=st.lists(st.tuples(st.text("ab .", max_size=3), st.floats(0, 1)), min_size=1, max_size=10),
    choose=st.sampled_from([choose for choose in ALWAYS if choose != "all"]),
)
def test_what_is_chosen_was_written_by_somebody(answered, ctx, said, people, choose):
    sample = answered(said, *people)
    chosen = SampleAnswers(choose=choose).apply(sample, ctx)
    if chosen == sample:
        assert choose == "weighted" or not any(text.strip() for text in (said, *dict(people)))
        return
    text = chosen.messages[1].text
    assert text.strip()
    assert text in (said, *dict(people))
    assert chosen == replace(sample, messages=chosen.messages, alternatives=())
    if choose == "majority":
        everyone = [one for one, _ in people] + ([] if said in dict(people) else [said])
        votes = Counter(normalised(one) for one in everyone if one.strip())
        assert votes[normalised(text)] == max(votes.values())
