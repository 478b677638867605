"""Which characters carry loss, and that every one of them is accounted for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.chat.talk import conversations, pieces, talk
from vlmdata.errors import BadRecord
from vlmdata.models.chat import CHAT_FORMATS, ChatOptions, render
from vlmdata.models.chat.spans import cut
from vlmdata.types import ImagePart, Span

TURNS = talk(("user", 0, "What?"), ("assistant", "A cup."), ("user", "Full?"), ("assistant", "No."))
MANY = [name for name in CHAT_FORMATS if name not in ("plain", "paligemma")]


# Sources of the rules: vlmdata.models.chat.render.ChatOptions.
@pytest.mark.parametrize(
    ("train_on", "trained"),
    [
        ("answer", ["A cup.<|im_end|>", "No.<|im_end|>"]),
        ("last_answer", ["No.<|im_end|>"]),
        ("turn", ["A cup.<|im_end|>\n", "No.<|im_end|>\n"]),
        ("header", ["<|im_start|>assistant\nA cup.<|im_end|>\n", "<|im_start|>assistant\nNo.<|im_end|>\n"]),
    ],
)
def test_what_is_trained_of_chatml(train_on, trained):
    assert pieces(render(TURNS, CHAT_FORMATS["qwen2-vl"], ChatOptions(train_on=train_on)), "trained") == trained


def test_all_but_pictures():
    rendered = render(TURNS, CHAT_FORMATS["qwen3-vl"], ChatOptions(train_on="all"))
    assert pieces(rendered, "context") == []
    assert len(pieces(rendered, "image")) == 1


def test_a_conversation_that_ends_with_a_question_has_an_untrained_end():
    rendered = render(talk(("user", "What?")), CHAT_FORMATS["phi-4-mm"])
    assert pieces(rendered, "trained") == []
    assert rendered.text.endswith("<|end|><|endoftext|>")
    asked = talk(("user", "One?"), ("assistant", "Yes."), ("user", "Two?"))
    last = render(asked, CHAT_FORMATS["qwen2-vl"], ChatOptions(train_on="last_answer"))
    assert pieces(last, "trained") == ["Yes.<|im_end|>"]


@pytest.mark.parametrize("name", CHAT_FORMATS)
@pytest.mark.parametrize("train_on", ["answer", "last_answer", "turn", "header", "all"])
def test_spans_cover_the_text_and_pictures_are_as_many_as_are_shown(name, train_on):
    @settings(max_examples=15, deadline=None)
    @given(messages=conversations(system=False), numbered=st.booleans())
    def check(messages, numbered):
        chat = CHAT_FORMATS[name]
        if name not in MANY:
            messages = messages[:2]
        rendered = render(messages, chat, ChatOptions(train_on=train_on, numbered=numbered))
        ends = [0, *(span.end for span in rendered.spans)]
        assert [span.start for span in rendered.spans] == ends[:-1]
        assert ends[-1] == len(rendered.text)
        assert all(span.start < span.end for span in rendered.spans)
        pictures = sum(isinstance(part, ImagePart) for message in messages for part in message.content)
        marks = [chat.image.replace("{n}", str(number + 1)) for number in range(pictures)]
        assert pieces(rendered, "image") == marks
        for one, other in zip(rendered.spans, rendered.spans[1:], strict=False):
            assert one.kind != other.kind or one.kind == "image"

    check()


@pytest.mark.parametrize("name", MANY)
def test_answers_are_trained_whole(name):
    @settings(max_examples=15, deadline=None)
    @given(messages=conversations(system=False))
    def check(messages):
        trained = pieces(render(messages, CHAT_FORMATS[name]), "trained")
        answers = [message.text for message in messages if message.role == "assistant"]
        assert len(trained) == len(answers)
        for text, answer in zip(trained, answers, strict=True):
            assert answer.strip() in text

    check()


@pytest.mark.parametrize("name", CHAT_FORMATS)
def test_a_document_is_trained_as_a_whole_and_closed(name):
    chat = CHAT_FORMATS[name]
    rendered = render(talk(("document", "初めに", 0, 1, " then "), ("document", "B")), chat)
    one, two = (chat.image.replace("{n}", str(number)) for number in (1, 2))
    assert rendered.text == f"{chat.start}初めに{one}{two} then {chat.end_of_text}B{chat.end_of_text}"
    assert pieces(rendered, "image") == [one, two]
    assert pieces(rendered, "trained") == ["初めに", f" then {chat.end_of_text}B{chat.end_of_text}"]


def test_documents_and_turns_do_not_mix():
    with pytest.raises(BadRecord, match="turns_out_of_order"):
        render(talk(("document", "A"), ("user", "B")), CHAT_FORMATS["qwen2-vl"])


@given(
    text=st.text(min_size=1, max_size=30),
    bounds=st.lists(st.integers(0, 30), min_size=8, max_size=8, unique=True).map(sorted),
)
def test_cutting_a_finished_text(text, bounds):
    a, b, c, d, e, f, g, h = (min(bound, len(text)) for bound in bounds)
    images = [(start, stop) for start, stop in ((b, c), (g, h)) if start < stop]
    rendered = cut(text, [(a, d), (e, f)], images)
    assert rendered.text == text
    kinds = {at: span.kind for span in rendered.spans for at in range(span.start, span.end)}
    expected = dict.fromkeys(range(len(text)), "context")
    expected |= dict.fromkeys([*range(a, d), *range(e, f)], "trained")
    expected |= dict.fromkeys([at for start, stop in images for at in range(start, stop)], "image")
    assert kinds == expected


def test_two_pictures_side_by_side_are_two_spans():
    assert cut("ab", [(0, 2)], [(0, 1), (1, 2)]).spans == (Span(0, 1, "image"), Span(1, 2, "image"))
