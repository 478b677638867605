"""Labels by every rule are those of the training code it is named after."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.models.tokens import rules
from tests.models.tokens.rules import IGNORED, Turns
from vlmdata.models.chat.spans import Spanned
from vlmdata.models.tokens.encoded import Encoded, encode
from vlmdata.models.tokens.labels import RULES, trained
from vlmdata.models.tokens.tokenizer import TextTokenizer
from vlmdata.types import Rendered

WORDS = st.text(st.sampled_from("ab A.?:'\n犬が二です🐶é<>|0"), max_size=12).map(str)
PAIRS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3)
EXAMPLES = [("What is it?", "A dog."), ("どこ?", "ここです。\n"), ("a\n", "\n\nb"), ("", " ")]


def turns_of(pairs: Sequence[tuple[str, str]]) -> Turns:
    asked = [turn for question, answer in pairs for turn in (("user", question), ("assistant", answer))]
    return [("system", "You are a helpful assistant."), *asked]


def chatml(turns: Turns, image: str = "") -> Rendered:
    """Answers and their end tokens are trained; a picture stands before the first question."""
    text = Spanned()
    for number, (role, words) in enumerate(turns):
        kind = "trained" if role == "assistant" else "context"
        text.add(f"<|im_start|>{role}\n", "context")
        text.add(image if number == 1 else "", "image")
        text.add(f"{words}<|im_end|>", kind)  # type: ignore[arg-type]
        text.add("\n", "context")
    return text.rendered()


def vicuna(pairs: Sequence[tuple[str, str]]) -> Rendered:
    text = Spanned()
    text.add("A chat between a curious user and an artificial intelligence assistant. ", "context")
    for number, (question, answer) in enumerate(pairs):
        text.add("USER: ", "context")
        text.add("" if number else "<image>", "image")
        text.add(f"\n{question} ASSISTANT: ", "context")
        text.add(f"{answer}</s>", "trained")
    return text.rendered()


def labels_of(name: str, tokenizer: TextTokenizer, encoded: Encoded) -> list[int]:
    rule = RULES[name]
    anywhere = {tokenizer.encode(token)[0][0] for token in rule.anywhere}
    carries = trained(rule, encoded, anywhere)
    return [number if carried else IGNORED for number, carried in zip(encoded.ids, carries, strict=True)]


@settings(max_examples=80)
@given(PAIRS)
@example(EXAMPLES)
def test_chatml_rules_are_those_of_the_training_codes(of_bytes: TextTokenizer, pairs: list[tuple[str, str]]) -> None:
    turns = turns_of(pairs)
    encoded = encode(of_bytes, chatml(turns), ())
    ids = of_bytes.encode

    def only_ids(text: str) -> list[int]:
        return ids(text)[0]

    assert encoded.ids == [number for turn in turns for number in only_ids(rules.chatml(*turn))]
    assert labels_of("internvl", of_bytes, encoded) == rules.internvl(turns, only_ids)
    assert labels_of("nanovlm", of_bytes, encoded) == rules.nanovlm(turns, only_ids)
    assert labels_of("llava-next-qwen", of_bytes, encoded) == rules.llava_next_qwen(turns, only_ids)
    assistant, im_end = only_ids("assistant"), only_ids("<|im_end|>")
    assert len(assistant) == 1
    assert labels_of("qwen", of_bytes, encoded) == rules.qwen(encoded.ids, assistant[0], im_end[0])


@settings(max_examples=80)
@given(PAIRS)
@example(EXAMPLES)
def test_llava_is_trained_as_its_own_code_does(of_sentences: TextTokenizer, pairs: list[tuple[str, str]]) -> None:
    rendered = vicuna(pairs)
    bos = of_sentences.prefix[0]
    encoded = encode(of_sentences, rendered, [(-200,)])
    expected = rules.llava(rendered.text, lambda text: of_sentences.encode(text)[0], bos)
    assert [bos, *encoded.ids] == rules.llava_image_tokens(
        rendered.text, lambda text: of_sentences.encode(text)[0], bos
    )
    assert any(label != IGNORED for label in expected)
    assert [IGNORED, *labels_of("llava", of_sentences, encoded)] == expected


@settings(max_examples=80)
@given(PAIRS)
@example(EXAMPLES)
def test_every_trained_character_is_read_back_and_no_other(
    tokenizer: TextTokenizer, pairs: list[tuple[str, str]]
) -> None:
    rendered = chatml(turns_of(pairs), image="<image>")
    run = "<|vision_start|><|image_pad|><|image_pad|><|vision_end|>"
    encoded = encode(tokenizer, rendered, [run])
    carries = trained(RULES["assistant"], encoded, ())
    covered = {
        place
        for carried, (start, end) in zip(carries, encoded.offsets, strict=True)
        if carried
        for place in range(start, end)
    }
    wanted = {place for span in encoded.spans if span.kind == "trained" for place in range(span.start, span.end)}
    assert wanted <= covered
    # A token may begin with what stands before an answer, such as its space; that is all.
    assert len(covered - wanted) <= sum(span.kind == "trained" for span in encoded.spans)
    assert encoded.text == rendered.text.replace("<image>", run)


@pytest.mark.parametrize("name", RULES)
def test_pictures_are_never_trained(of_bytes: TextTokenizer, name: str) -> None:
    text = Spanned()
    text.add("<|im_start|>assistant\nLook:", "trained")
    text.add("<image>", "image")
    text.add("a dog<|im_end|>\n", "trained")
    encoded = encode(of_bytes, text.rendered(), ["<image>\n<image>"])
    carries = trained(RULES[name], encoded, {of_bytes.encode("\n")[0][0]})
    pictured = [number for number, shown in enumerate(encoded.pictured) if shown]
    assert len(pictured) == 3
    assert not any(carries[number] for number in pictured)
    assert all(carries[number] for number in range(len(encoded.ids)) if number not in pictured)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_adds_nothing_to_spans_that_have_it(of_bytes: TextTokenizer, name: str) -> None:
    turns = turns_of([("What is it?", "A dog."), ("Where?", "There.")])
    plain = encode(of_bytes, chatml(turns), ())
    text = Spanned()
    for role, words in turns:
        text.add(rules.chatml(role, words), "trained" if role == "assistant" else "context")
    whole = encode(of_bytes, text.rendered(), ())
    first, again = (labels_of("llava-next-qwen", of_bytes, encoded) for encoded in (plain, whole))
    assert first == again
    assert labels_of(name, of_bytes, whole) == labels_of("assistant", of_bytes, whole) or name == "llava-next-qwen"
