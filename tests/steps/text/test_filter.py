"""``filter.text``: limits, languages, what is on by default, and which messages are looked at."""

import pytest

from vlmdata.steps.text import FilterText
from vlmdata.types import Drop


def reason(outcome):
    return outcome.reason if isinstance(outcome, Drop) else None


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"min_chars": 10, "max_chars": 10}, None),
        ({"min_chars": 11}, "min_chars"),
        ({"max_chars": 9}, "max_chars"),
        ({"min_words": 3, "max_words": 3}, None),
        ({"min_words": 4}, "min_words"),
        ({"max_words": 2}, "max_words"),
        ({"max_chars": 5, "roles": ["assistant"]}, None),
        ({"min_words": 2, "roles": ["assistant"]}, "min_words"),
        ({"max_chars": 100}, None),
        ({"max_chars": 100, "roles": ["system", "user"]}, "max_chars"),
        ({"min_letters": 0.88}, None),
        ({"min_letters": 0.9}, "min_letters"),
        ({"max_digits": 0.0}, None),
        ({"languages": ["ja", "en"]}, None),
        ({"languages": ["de"]}, "language"),
        ({"require_assistant": True}, None),
    ],
)
def test_limits(make, ctx, limits, expected):
    sample = make(("system", "x" * 100), ("user", 0, " Who is\n"), ("assistant", "Ada. "), language="en-GB")
    assert reason(FilterText(**limits).apply(sample, ctx)) == expected


def test_a_declared_language_is_believed_unless_asked_otherwise(make, ctx):
    declared = make(("assistant", 0, "two dogs are playing on the beach"), language="de")
    dropped = Drop(reason="language", value="de", threshold="en")
    assert FilterText(languages=["en"]).apply(declared, ctx) == dropped
    assert FilterText(languages=["en"], identify="always").apply(declared, ctx) is declared


def test_an_undeclared_language_is_identified_from_the_words(make, ctx):
    german = make(("assistant", 0, "zwei Hunde spielen am Strand mit einem gelben Ball"))
    assert FilterText(languages=["en", "ja"]).apply(german, ctx) == Drop(
        reason="language", value="de", threshold="en,ja"
    )
    assert FilterText(languages=["de"]).apply(german, ctx) is german
    assert FilterText(languages=["de"], identify="never").apply(german, ctx) == Drop(
        reason="language", value=None, threshold="de"
    )


def test_an_identified_language_has_no_region(make, ctx):
    english = make(("assistant", 0, "two dogs are playing on the beach"))
    assert FilterText(languages=["en-GB"]).apply(english, ctx) is english
    assert "no other languages than ar, bg" in FilterText(languages=["en", "eo"], identify="always").ready()
    assert FilterText(languages=["en", "eo"]).ready() is None


def test_what_is_too_short_to_tell_is_kept_and_noted(make, ctx):
    short = make(("user", 0), ("assistant", "no"))
    assert FilterText(languages=["ja"]).apply(short, ctx) is short
    assert ctx.notes == {"language_uncertain": 1}


def test_certainty_decides_what_is_uncertain(make, ctx):
    name = make(("assistant", 0, "Chevrolet Corvette Sting Ray Coupe"))
    assert FilterText(languages=["ja"], certainty=0.0).apply(name, ctx).reason == "language"
    assert FilterText(languages=["ja"], certainty=1.0).apply(name, ctx) is name


def test_words_are_not_counted_where_there_are_no_spaces(make, ctx):
    japanese = make(("user", 0, "赤い円は何色ですか。"), ("assistant", "赤です。"))
    assert FilterText(min_words=3).apply(japanese, ctx) is japanese
    assert ctx.notes["no_spaces"] == 1
    assert FilterText(min_chars=20).apply(japanese, ctx) == Drop(reason="min_chars", value="14", threshold="20")


def test_a_silent_assistant_is_found_and_a_region_is_an_answer(make, ctx):
    step = FilterText(require_assistant=True, empty_answers=False)
    assert step.apply(make(("user", 0, "Where?"), ("assistant", " ")), ctx) == Drop(reason="no_assistant")
    assert step.apply(make(("user", 0)), ctx) == Drop(reason="no_assistant")
    spoken = make(("user", 0, "Where?"), ("assistant", ("a",)))
    assert FilterText(require_assistant=True).apply(spoken, ctx) is spoken


def test_the_default_set_finds_faults_and_keeps_good_samples(make, ctx):
    step = FilterText()
    good = make(("user", 0, "What is it?"), ("assistant", "A dog."), ("user", "Sure?"), ("assistant", "Yes."))
    caption = make(("user", 0), ("assistant", "犬が走っている。"))
    unspoken = make()
    for sample in (good, caption, unspoken):
        assert step.apply(sample, ctx) is sample
    assert ctx.notes == {}
    bad = {
        "empty_answer": ("user", 0, "What?"),
        "refusal": ("user", 0, "Who is this?"),
        "echo": ("user", 0, "What colour?"),
        "placeholder": ("user", 0, "<image>\nWhat?"),
        "not_shown": ("user", "What?"),
        "repetition": ("user", 0, "How?"),
    }
    answers = {
        "empty_answer": "",
        "refusal": "As an AI language model, I cannot say.",
        "echo": "what colour",
        "repetition": "so so so so so so so so so so",
    }
    for name, asked in bad.items():
        assert reason(step.apply(make(asked, ("assistant", answers.get(name, "A dog."))), ctx)) == name


def test_pictures_that_no_message_shows_are_counted(make, ctx):
    two = make(("user", 0, "What?"), ("assistant", "A dog."), sizes=[(9, 9), (9, 9)])
    assert FilterText().apply(two, ctx) == Drop(reason="not_shown", value="1", threshold="2")
    twice = make(("user", 0, "and", 0, "What?"), ("assistant", "A dog."))
    assert FilterText().apply(twice, ctx) is twice


def test_marks_of_html_in_code_are_no_placeholders(make, ctx):
    code = ("user", 0, "Write it as HTML."), ("assistant", "<video> </video>")
    assert reason(FilterText().apply(make(*code), ctx)) == "placeholder"
    assert reason(FilterText().apply(make(*code, tags=("code",)), ctx)) is None


def test_only_messages_of_the_chosen_roles_are_judged(make, ctx):
    sample = make(("user", 0, "You said: as an AI language model, you cannot."), ("assistant", "I did."))
    assert FilterText().apply(sample, ctx) is sample
    refused = make(("user", 0, "Who?"), ("assistant", "I'm just an AI."))
    assert FilterText(roles=["user"]).apply(refused, ctx) is refused
    rude = make(("user", 0, "Is this porn?"), ("assistant", "No."))
    assert reason(FilterText(unsuitable=["en"]).apply(rude, ctx)) == "unsuitable"
    assert FilterText(unsuitable=["en"], roles=["assistant"]).apply(rude, ctx) is rude


def test_own_words_are_whole_words_of_any_script(make, ctx):
    step = FilterText(unsuitable_words=["Casino", "賭博", "click here"])
    for text, found in {
        "the casino floor": "casino",
        "CASINO": "casino",
        "casinos": None,
        "違法賭博の現場": "賭博",
        "please Click Here now": "click here",
        "click heresy": None,
        "a porn movie": None,
    }.items():
        outcome = step.apply(make(("assistant", 0, text)), ctx)
        assert (outcome.value if isinstance(outcome, Drop) else None) == found


@pytest.mark.parametrize(
    ("line", "measure"),
    [
        ("This line stands here again and again.", "lines"),
        ("the man said that the man saw that the man knew and he", "top_"),
    ],
)
def test_long_texts_are_measured_as_gopher_does(make, ctx, line, measure):
    different = " ".join(f"word{number} thing{number * 7}" for number in range(40))
    text = different + "\n" + "\n".join(f"{line}" if measure == "lines" else f"{n} {line}" for n in range(9))
    outcome = FilterText().apply(make(("assistant", 0, text)), ctx)
    assert outcome.reason == "repetition"
    assert outcome.value.startswith(measure)
    assert FilterText().apply(make(("assistant", 0, different)), ctx).messages


def test_a_filter_of_which_every_rule_is_off_is_refused():
    off = dict.fromkeys(("placeholders", "empty_answers", "refusals", "echoes", "same_turns", "repetition"), False)
    assert "switched off" in FilterText(**off).ready()
    assert FilterText(**off, require_assistant=True).ready() is None
    assert FilterText().ready() is None
    assert "min_chars is above max_chars" in FilterText(min_chars=3, max_chars=2).ready()
