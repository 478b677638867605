"""``clean.text``: what of a sample it touches, what it leaves alone, and that its quick ways out change nothing."""

import pickle
from array import array
from dataclasses import replace

import pytest
from ftfy import TextFixerConfig, fix_text
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.steps.base import Context
from vlmdata.steps.text import CleanText
from vlmdata.steps.text.repeats import once
from vlmdata.steps.text.unicode import mended, spaced
from vlmdata.types import Alternative, Annotation, Choices, ImagePart, RegionPart, Rendered, TextPart, Tokens


def test_all_words_of_a_message_are_cleaned_and_all_else_stays(make, ctx):
    sample = make(
        ("system", "Be  good. "),
        ("user", "  Where is  ", 0, " the&nbsp;<b>dog</b>"),
        ("assistant", "It is  ", ("a",), " here.  "),
        annotations=(Annotation(id="a", label="d  og", text="<b>"),),
    )
    cleaned = CleanText().apply(sample, ctx)
    assert cleaned.messages[0].content == (TextPart("Be good."),)
    assert cleaned.messages[1].content == (TextPart("Where is "), ImagePart(0), TextPart(" the dog"))
    assert cleaned.messages[2].content == (TextPart("It is "), RegionPart(("a",)), TextPart(" here."))
    assert cleaned.annotations == sample.annotations
    assert cleaned.images == sample.images
    assert ctx.notes == {"changed:spaces": 5, "changed:html": 1}


def test_alternatives_are_cleaned_like_their_message_and_options_gently(make, ctx):
    sample = make(
        ("user", 0, "Which?"),
        ("assistant", "A dog - stock photo"),
        ("user", "x"),
        alternatives=(Alternative(1, "Dogs - stock photo", 0.5), Alternative(0, "W  hich")),
        choices=(Choices(0, ("A&amp;B ", "img_1.jpg"), 1),),
    )
    cleaned = CleanText(roles=["assistant"]).apply(sample, ctx)
    assert cleaned.messages[1].text == "A dog"
    assert cleaned.alternatives == (Alternative(1, "Dogs", 0.5), Alternative(0, "W  hich"))
    assert cleaned.choices == sample.choices
    assert CleanText().apply(sample, ctx).choices == (Choices(0, ("A&B", "img_1.jpg"), 1),)


def test_words_beside_a_region_keep_their_distance(make, ctx):
    sample = make(("assistant", "Stock Photo: a ", ("a",), " here | Shutterstock "), annotations=(Annotation(id="a"),))
    cleaned = CleanText().apply(sample, ctx)
    assert cleaned.messages[0].content == (TextPart("a "), RegionPart(("a",)), TextPart(" here"))


def test_what_is_clean_is_the_same_sample(make, ctx):
    sample = make(("user", 0, "What is this?"), ("assistant", "赤い円です。"), alternatives=(Alternative(1, "円"),))
    assert CleanText().apply(sample, ctx) is sample
    assert ctx.notes == {}


def test_a_rendered_text_of_other_words_goes(make, ctx):
    ids = array("i", [1])
    tokens = Tokens(input_ids=ids, attention_mask=ids, labels=ids)
    sample = replace(make(("assistant", 0, "a  dog")), rendered=Rendered("a  dog", ()), tokens=tokens)
    cleaned = CleanText().apply(sample, ctx)
    assert (cleaned.rendered, cleaned.tokens) == (None, None)
    assert CleanText(spaces=False).apply(sample, ctx) is sample


def test_transcripts_and_evaluation_data_are_left_alone(make, ctx):
    page = make(("user", 0, "Read."), ("assistant", "<td>1</td>  nooooooo  - stock photo"), tags=("ocr",))
    assert CleanText().apply(page, ctx).messages[1].text == "<td>1</td> nooooooo - stock photo"
    assert ctx.notes == {"left_alone:tag": 1, "changed:spaces": 1}
    asked = CleanText(urls="remove").apply(make(("assistant", 0, "see www.example.com"), tags=("ocr",)), ctx)
    assert asked.messages[0].text == "see"
    exam = make(("user", 0, "a  b"), role="eval")
    assert CleanText().apply(exam, ctx) is exam
    assert ctx.notes["left_alone:eval"] == 1


def test_a_text_of_which_nothing_is_left_is_noted(make, ctx):
    cleaned = CleanText().apply(make(("user", 0), ("assistant", "IMG_2034.JPG")), ctx)
    assert cleaned.messages[1].text == ""
    assert ctx.notes == {"changed:boilerplate": 1, "emptied": 1}


def test_rules_work_on_what_the_one_before_left(make, ctx):
    scraped = make(
        ("assistant", 0, "&lt;3 <b>CafÃ©</b>   dog dog dog | Stock Photo - http://a.example/x | Shutterstock")
    )
    cleaned = CleanText(urls="remove").apply(scraped, ctx)
    assert cleaned.messages[0].text == "<3 Café dog | Stock Photo -"
    assert set(ctx.notes) == {
        f"changed:{rule}" for rule in ("unicode", "html", "urls", "boilerplate", "repeats", "spaces")
    }


def test_a_step_of_which_every_rule_is_off_is_refused():
    off = dict.fromkeys(("unicode", "html", "boilerplate", "repeats", "spaces"), False)
    assert "switched off" in CleanText(**off, form=None).ready()
    assert CleanText(**off, form=None, urls="mask").ready() is None
    assert CleanText().ready() is None


def test_a_used_step_travels_to_a_worker(make, ctx):
    step = CleanText(form="NFKC")
    step.apply(make(("assistant", 0, "Ａ")), ctx)
    sent = pickle.loads(pickle.dumps(step))
    assert sent == step == CleanText(form="NFKC")
    assert sent.apply(make(("assistant", 0, "Ａ")), ctx).messages[0].text == "A"


CONFIG = TextFixerConfig(unescape_html=False, uncurl_quotes=False, fix_character_width=False, normalization=None)
TEXTS = st.text(st.sampled_from("aZ 0.,'\n\tâÃ©®°·–—‘’“”•…™ああ漢字ー。！ｱＡ한é\x80\x9d\xa0"), max_size=30)


@settings(max_examples=300)
@given(TEXTS)
def test_what_ftfy_is_not_asked_about_it_would_not_change(text):
    assert mended(text) == fix_text(text, config=CONFIG)


@settings(max_examples=200)
@given(st.text(st.sampled_from("ab \n\t\r\u3000\u00a0\u200b\u00ad犬"), max_size=30))
def test_spaces_once_put_right_stay(text):
    assert spaced(spaced(text)) == spaced(text)
    assert "".join(spaced(text).split()) == "".join(text.translate(dict.fromkeys((0x200B, 0xAD))).split())


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["a", "red", "dog", "runs", "fast."]), max_size=25).map(" ".join))
def test_what_is_said_once_was_said(text):
    shorter = once(text)
    assert len(shorter) <= len(text)
    assert set(shorter.replace(".", "").split()) == set(text.replace(".", "").split())


@pytest.mark.parametrize(
    "text", ["ab" * 50_000, "0 " * 50_000, "x y " * 30_000, "犬が" * 50_000, "<b" * 50_000, "1-" * 50_000]
)
def test_long_senseless_texts_take_no_long_time(text, make):
    everything = CleanText(urls="mask", emails="mask", phones="mask", form="NFKC")
    assert everything.apply(make(("assistant", 0, text)), Context(1, "clean.text")).messages
