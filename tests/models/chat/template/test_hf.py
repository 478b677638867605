"""Text, pictures and answers of Hugging Face chat templates."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.models.chat.talk import conversations, pieces, talk
from tests.models.chat.template import codes
from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.chat.template import ChatTemplate, TemplateFiles

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
TURNS = talk(("user", 0, "What?"), ("assistant", "A cup."), ("user", "満杯？", 1), ("assistant", " いいえ "))


def template(code, mark=None, **variables):
    return ChatTemplate(TemplateFiles(code, TOKENS, ()), mark, variables)


@pytest.mark.parametrize(
    ("code", "mark", "text", "trained"),
    [
        (
            codes.PARTS,
            None,
            (
                "<s><|user|>\n<img>What?<|end|>\n<|assistant|>\nA cup.<|end|>\n"
                "<|user|>\n満杯？<img><|end|>\n<|assistant|>\n いいえ <|end|>\n"
            ),
            ["A cup.<|end|>", " いいえ <|end|>"],
        ),
        (
            codes.GENERATION,
            None,
            "<|user|><img>What?<|end|><|assistant|>A cup.<|end|><|user|>満杯？<img><|end|><|assistant|> いいえ <|end|>",
            ["A cup.<|end|>", " いいえ <|end|>"],
        ),
        (
            codes.PICTURES_FIRST,
            None,
            "USER: <image>\nWhat? ASSISTANT: A cup.</s>USER: <image>\n満杯？ ASSISTANT:  いいえ </s>",
            ["A cup.</s>", " いいえ </s>"],
        ),
        (
            codes.TEXT,
            "<pic>",
            (
                "<|user|><pic>What?<|end|><|assistant|>A cup.<|end|><|user|>満杯？<pic><|end|>"
                "<|assistant|>いいえ<|end|></s>"
            ),
            ["A cup.<|end|>", "いいえ<|end|></s>"],
        ),
        (
            codes.MIXED,
            None,
            "<s>[INST][IMG]What?[/INST]A cup.</s>[INST]満杯？[IMG][/INST] いいえ </s>",
            ["A cup.</s>", " いいえ </s>"],
        ),
    ],
    ids=["parts", "generation", "pictures-first", "text", "mixed"],
)
def test_what_a_template_writes(code, mark, text, trained):
    rendered = template(code, mark).render(TURNS, "answer")
    assert rendered.text == text
    assert pieces(rendered, "trained") == trained
    assert len(pieces(rendered, "image")) == 2
    last = template(code, mark).render(TURNS, "last_answer")
    assert pieces(last, "trained") == trained[-1:]
    whole = template(code, mark).render(TURNS, "all")
    assert (pieces(whole, "context"), pieces(whole, "image")) == ([], pieces(rendered, "image"))


@pytest.mark.parametrize(
    ("code", "mark"),
    [
        (codes.PARTS, "<img>"),
        (codes.GENERATION, "<img>"),
        (codes.PICTURES_FIRST, "<image>"),
        (codes.MIXED, "[IMG]"),
        (codes.NUMBERED, "<|pic|>"),
        (codes.TEXT, None),
    ],
)
def test_the_mark_of_a_picture_is_found_out(code, mark):
    assert template(code).mark == mark


@pytest.mark.parametrize(
    ("code", "mark"),
    [(codes.PARTS, None), (codes.GENERATION, None), (codes.TEXT, "<p>"), (codes.MIXED, None), (codes.NUMBERED, None)],
)
def test_every_conversation_has_its_answers_and_pictures(code, mark):
    tried = template(code, mark)

    @settings(max_examples=40, deadline=None)
    @given(messages=conversations(system=False))
    def check(messages):
        rendered = tried.render(messages, "answer")
        assert "".join(rendered.text[span.start : span.end] for span in rendered.spans) == rendered.text
        trained = pieces(rendered, "trained")
        answers = [message.text for message in messages if message.role == "assistant"]
        assert len(trained) == len(answers)
        assert all(answer.strip() in text for answer, text in zip(answers, trained, strict=True))

    check()


def test_a_system_message_in_another_place():
    turns = talk(("system", "Be brief."), ("user", "One?"), ("assistant", "Yes."), ("user", 0), ("assistant", "No."))
    rendered = template(codes.MIXED).render(turns, "answer")
    assert rendered.text == "<s>[INST]One?[/INST]Yes.</s>[INST]Be brief. [IMG][/INST]No.</s>"
    assert pieces(rendered, "trained") == ["Yes.</s>", "No.</s>"]


def test_variables_are_told_to_the_template():
    numbered = template(codes.NUMBERED, add_vision_id=True)
    assert numbered.mark == "<|pic|>"
    rendered = numbered.render(TURNS, "answer")
    assert rendered.text.startswith("<|user|>Picture 1: <|pic|>What?<|end|>")
    assert "満杯？Picture 2: <|pic|>" in rendered.text


def test_clips_have_the_mark_of_videos():
    rendered = template(codes.PARTS).render(TURNS, "answer", clips={1})
    assert pieces(rendered, "image") == ["<img>", "<vid>"]
    with pytest.raises(BadRecord, match="give mark"):
        template(codes.TEXT, "<p>").render(TURNS, "answer", clips={1})


def test_a_document_is_its_words_and_the_end_token():
    rendered = template(codes.PARTS).render(talk(("document", "A", 0, "B"), ("document", "C")), "answer")
    assert rendered.text == "A<img>B</s>C</s>"
    assert pieces(rendered, "trained") == ["A", "B</s>C</s>"]
    with pytest.raises(BadRecord, match="turns_out_of_order"):
        template(codes.PARTS).render(talk(("document", "A"), ("user", "B")), "answer")


def test_conversations_it_cannot_write():
    with pytest.raises(BadRecord, match="roles must alternate"):
        template(codes.TEXT, "<p>").render(talk(("assistant", "A")), "answer")
    one_picture = codes.PARTS.replace("<img>", "{% if loop.first %}<img>{% endif %}")
    with pytest.raises(BadRecord, match="picture_count: 2 pictures, 1 marks"):
        template(one_picture, "<img>").render(talk(("user", 0, 1, "A"), ("assistant", "B")), "answer")
    guarding = codes.PARTS.replace("{{ part.text }}", "{{ part.text if part.text|length < 9 else '' }}")
    with pytest.raises(BadRecord, match="answer_not_found"):
        template(guarding).render(talk(("user", "A"), ("assistant", "12345678")), "answer")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("nothing of the conversation", "answers cannot be told"),
        ("{% for m in messages %}{{ m.role }}{% endfor %}", "answers cannot be told"),
        ("{{ raise_exception('never') }}", "never"),
        (
            "{% for m in messages %}{% generation %}{{ m.content }}|{% endgeneration %}{% endfor %}",
            "answers cannot be told",
        ),
        (
            (
                "{% generation %}{% for m in messages[:2] %}{{ m.content }}{% endfor %}{% endgeneration %}"
                "{% generation %}{% for m in messages[2:] %}{{ m.content }}{% endfor %}{% endgeneration %}"
            ),
            "answers cannot be told",
        ),
    ],
    ids=["constant", "roles", "refuses", "all", "questions"],
)
def test_what_is_no_chat_template_is_refused(code, message):
    with pytest.raises(UsageError, match=message):
        template(code)
