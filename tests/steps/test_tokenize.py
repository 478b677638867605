"""``tokenize``: what it gives, what it drops and why, and what decides its output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made_tokenizers import byte_level, sentence_like
from tests.servers.hub import Hub, hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.engine.fingerprint import fingerprint
from vlmdata.errors import InputError, RecipeError, UsageError
from vlmdata.models.chat.spans import Spanned
from vlmdata.models.presets import MODELS
from vlmdata.models.tiling import layout_of
from vlmdata.pixels.decoder import CPU
from vlmdata.recipe import parsed
from vlmdata.steps.base import Context
from vlmdata.steps.tokenize import Tokenize
from vlmdata.types import IGNORED, Drop, Image, ImagePart, Message, Origin, Sample, Size, TextPart

Make = Callable[..., Tokenize]
JAPANESE = (("写真に犬がいますか。", "はい、二匹います。🐶"), ("どこ?", "左です。"))


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizers")
    byte_level(folder / "bytes" / "tokenizer.json")
    sentence_like(folder / "sentences" / "tokenizer.json")
    return folder


@pytest.fixture(scope="session")
def step(files: Path) -> Make:
    def make(name: str = "bytes", policy: str | None = "qwen2-vl", **fields: object) -> Tokenize:
        made = Tokenize.model_validate({"tokenizer": name, "policy": policy, **fields}, context={"base": str(files)})
        assert made.ready() is None
        made.setup()
        return made

    return make


def sample(*pairs: tuple[str, str], images: int = 1, side: int = 100, mark: str = "<|image_pad|>") -> Sample:
    """Pictures before the first question, answers and their end tokens trained."""
    text, messages = Spanned(), []
    for number, (question, answer) in enumerate(pairs or (("What is it?", "A dog."),)):
        pictures = () if number else tuple(ImagePart(picture) for picture in range(images))
        text.add("<|im_start|>user\n", "context")
        for _ in pictures:
            text.add(mark, "image")
        text.add(f"{question}<|im_end|>\n<|im_start|>assistant\n", "context")
        text.add(f"{answer}<|im_end|>", "trained")
        text.add("\n", "context")
        messages += [Message("user", (*pictures, TextPart(question))), Message("assistant", (TextPart(answer),))]
    picture = Image(original=Size(side, side), media_type="image/jpeg")
    return Sample(
        key="k",
        origin=Origin(dataset="d", source="f#1"),
        images=(picture,) * images,
        messages=tuple(messages),
        rendered=text.rendered(),
    )


def reason(made: Tokenize, one: Sample) -> str:
    outcome = made.apply(one, Context(1, "tokenize"))
    assert isinstance(outcome, Drop)
    return outcome.reason


def tokens(made: Tokenize, one: Sample) -> tuple[list[int], list[int]]:
    outcome = made.apply(one, Context(1, "tokenize"))
    assert isinstance(outcome, Sample), outcome
    assert outcome.tokens is not None
    assert set(outcome.tokens.attention_mask) == {1}
    assert outcome.tokens.position_ids is outcome.tokens.sequence_lengths is None
    assert replace(outcome, tokens=None) == one
    return list(outcome.tokens.input_ids), list(outcome.tokens.labels)


def test_pictures_are_written_out_and_answers_trained(step: Make) -> None:
    made = step()
    ids, labels = tokens(made, sample(("What is it?", "A dog."), images=2))
    inner = made._tokenizer.inner
    run = "<|vision_start|>" + "<|image_pad|>" * 16 + "<|vision_end|>"
    text = f"<|im_start|>user\n{run}{run}What is it?<|im_end|>\n<|im_start|>assistant\nA dog.<|im_end|>\n"
    assert ids == inner.encode(text, add_special_tokens=False).ids
    assert (
        inner.decode([label for label in labels if label != IGNORED], skip_special_tokens=False) == "A dog.<|im_end|>"
    )
    assert all(label in (number, IGNORED) for number, label in zip(ids, labels, strict=True))


def test_japanese_is_read_back(step: Make) -> None:
    made = step()
    _, labels = tokens(made, sample(*JAPANESE))
    trained = made._tokenizer.inner.decode([label for label in labels if label != IGNORED], skip_special_tokens=False)
    assert trained == "はい、二匹います。🐶<|im_end|>左です。<|im_end|>"


def test_a_text_alone_needs_no_policy(step: Make) -> None:
    ids, labels = tokens(step(policy=None), sample(images=0))
    assert len(ids) == len(labels)


@pytest.mark.parametrize(
    ("fields", "one", "expected"),
    [
        ({}, replace(sample(), rendered=None), "not_rendered"),
        ({}, replace(sample(images=2), messages=sample().messages), "image_count"),
        ({"policy": None}, sample(), "no_layout"),
        ({"policy": "custom"}, sample(), "other_layout"),
        ({"image_tokens": "idefics3"}, sample(), "other_layout"),
        ({}, sample(("What is <|image_pad|>?", "It.")), "stray_image_token"),
        ({}, sample(("What is <|image_pad|>?", "It."), images=0), "stray_image_token"),
        ({"max_length": 20}, sample(), "too_long"),
        ({"max_length": 5, "truncation": "cut"}, sample(images=0), "no_trained_tokens"),
    ],
)
def test_what_cannot_be_is_dropped_with_its_reason(
    step: Make, fields: dict[str, object], one: Sample, expected: str
) -> None:
    assert reason(step(**fields), one) == expected
    assert f"``{expected}``" in (Tokenize.__doc__ or "")


def test_a_clip_and_a_size_the_model_fails_on_are_dropped(step: Make) -> None:
    one = sample()
    assert reason(step(), replace(one, images=(replace(one.images[0], media_type="video/mp4"),))) == "clip"
    assert reason(step(), replace(one, images=(replace(one.images[0], original=Size(3, 900)),))) == "too_thin"


def test_without_an_answer_nothing_is_trained(step: Make) -> None:
    text = Spanned()
    text.add("<|im_start|>user\nHello<|im_end|>\n", "context")
    assert reason(step(), replace(sample(images=0), rendered=text.rendered())) == "no_trained_tokens"


def test_llava_leaves_one_id_and_begins_with_the_token_of_its_tokenizer(step: Make) -> None:
    made = step("sentences", policy="llava-1.5")
    ids, labels = tokens(made, sample(mark="<image>"))
    assert ids[0] == made._tokenizer.id_of("<s>")
    assert ids.count(-200) == 1
    assert labels[0] == IGNORED
    assert -200 not in labels


def test_transformers_llava_writes_every_token(step: Make) -> None:
    made = step("sentences", policy="llava-1.5", image_tokens="llava-hf")
    ids, _ = tokens(made, sample(mark="<image>"))
    assert ids.count(made._tokenizer.id_of("<image>")) == 576


def test_what_the_text_begins_with_is_not_added_again(step: Make) -> None:
    made = step("sentences", policy="paligemma-2")
    begins = made._tokenizer.id_of("<s>")
    text = Spanned()
    text.add("<image>", "image")
    text.add("<s>What?\n", "context")
    text.add("A dog.", "trained")
    one = replace(sample(mark="<image>"), rendered=text.rendered())
    ids, _ = tokens(made, one)
    assert ids.count(begins) == 1
    assert ids[256] == begins
    assert tokens(step("sentences", policy="paligemma-2", bos="none"), one)[0] == ids
    assert tokens(made, sample(mark="<image>"))[0][0] == begins


def test_an_end_that_is_added_is_trained_with_the_answer(step: Make) -> None:
    text = Spanned()
    text.add("What? ", "context")
    text.add("A dog.", "trained")
    one = replace(sample(images=0), rendered=text.rendered())
    made = step(eos="<|endoftext|>", bos="<s>")
    ids, labels = tokens(made, one)
    end = made._tokenizer.id_of("<|endoftext|>")
    assert (ids[0], ids[-1], labels[-1]) == (made._tokenizer.id_of("<s>"), end, end)
    _, labels = tokens(made, sample(images=0))
    assert labels[-1] == IGNORED


@settings(max_examples=120)
@given(st.integers(1, 140), st.integers(0, 2), st.text(st.sampled_from("ab 犬🐶é\n"), max_size=20))
def test_a_cut_is_a_beginning_with_every_picture_and_some_loss(step: Make, most: int, images: int, words: str) -> None:
    one = sample(("What?", f"It is {words}."), (words, "Yes."), images=images)
    whole, labels = tokens(step(), one)
    ctx = Context(1, "tokenize")
    outcome = step(max_length=most, truncation="cut").apply(one, ctx)
    pad = step()._tokenizer.id_of("<|vision_end|>")
    last_picture = max((place + 1 for place, number in enumerate(whole) if number == pad), default=0)
    if isinstance(outcome, Drop):
        fits = most >= max(1, last_picture)
        assert outcome.reason == ("no_trained_tokens" if fits else "too_long")
        assert not fits or all(label == IGNORED for label in labels[: max(0, most - 3)])
        return
    assert outcome.tokens is not None
    kept = len(outcome.tokens.input_ids)
    assert list(outcome.tokens.input_ids) == whole[:kept]
    assert list(outcome.tokens.labels) == labels[:kept]
    assert any(label != IGNORED for label in outcome.tokens.labels)
    assert kept >= last_picture
    assert ctx.notes == ({"cut": 1} if kept < len(whole) else {})
    # At most three tokens of a character of four bytes go with it.
    assert min(most, len(whole)) - 3 <= kept <= most
    assert "\ufffd" not in step()._tokenizer.inner.decode(list(outcome.tokens.input_ids), skip_special_tokens=False)


def test_tokens_that_training_adds(step: Make, files: Path) -> None:
    byte_level(files / "bare" / "tokenizer.json", special=("<|im_start|>", "<|im_end|>"))
    with pytest.raises(UsageError, match=r"no token '<\|image_pad\|>', which image_tokens qwen needs"):
        step("bare")
    added = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>")
    made = step("bare", add_tokens=added)
    size = step("bare", policy=None)._tokenizer.inner.get_vocab_size()
    assert [made._tokenizer.id_of(token) for token in added] == [size, size + 1, size + 2]
    assert tokens(made, sample())[0].count(size + 2) == 16
    without = step("bare", policy=None)
    one = sample()
    laid_out = replace(one, images=(one.images[0].laid_out(layout_of("qwen2-vl", Size(100, 100))),))
    assert reason(without, laid_out) == "unknown_token"


def test_a_token_around_the_text_that_there_is_not(step: Make) -> None:
    with pytest.raises(UsageError, match="bos: bytes has no token '<start>'"):
        step(bos="<start>")


def test_settings_of_the_file_for_batches_are_left_out(step: Make, files: Path) -> None:
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(files / "bytes" / "tokenizer.json"))
    made.enable_truncation(4)
    made.enable_padding(length=300)
    made.save(str(files / "batches.json"))
    assert tokens(step("batches.json"), sample()) == tokens(step(), sample())


def test_a_file_that_is_no_tokenizer(step: Make, files: Path) -> None:
    (files / "broken.json").write_text("{}")
    with pytest.raises(InputError, match=r"broken\.json is no tokenizer\.json"):
        step("broken.json")


RECIPE = """
version: 1
name: x
model: {model}
inputs: [{{dataset: shapes, limit: 1}}]
steps: [{{tokenize: {{tokenizer: {tokenizer}{more}}}}}]
"""


def recipe(base: Path, tokenizer: str = "bytes", model: str = "qwen2-vl", more: str = "") -> Tokenize:
    found = parsed(RECIPE.format(model=model, tokenizer=tokenizer, more=more), "r.yaml", base).steps[0]
    assert isinstance(found, Tokenize)
    return found


def test_the_model_of_the_recipe_says_how_pictures_are_counted(files: Path) -> None:
    for model, preset in MODELS.items():
        assert recipe(files, model=model).policy == preset.tiling
    assert recipe(files, more=", policy: internvl").policy == "internvl"


def test_a_recipe_is_told_what_is_missing(files: Path) -> None:
    with pytest.raises(RecipeError, match="no file or folder"):
        recipe(files, "nowhere")
    with pytest.raises(RecipeError, match="needs a max_length"):
        recipe(files, more=", truncation: cut")
    with pytest.raises(RecipeError, match="should be"):
        recipe(files, more=", labels: assistent")


def test_the_file_of_the_tokenizer_is_in_the_fingerprint(tmp_path: Path) -> None:
    path = byte_level(tmp_path / "own" / "tokenizer.json")
    text = RECIPE.format(model="qwen2-vl", tokenizer="own", more="")

    def now() -> str:
        return fingerprint(parsed(text, "r.yaml", tmp_path), "processed", ["a"], {}, CPU)

    first = now()
    assert first == now()
    byte_level(path, special=("<|image_pad|>",))
    assert first != now()


@pytest.fixture
def hub(tmp_path: Path, files: Path) -> Iterator[Hub]:
    with hub_server({"owner/model": files / "bytes"}) as server, hub_clients(server, tmp_path / "cache"):
        yield server


def test_a_tokenizer_of_the_hub_is_pinned(hub: Hub, files: Path) -> None:
    made = recipe(files, '"hub:owner/model"')
    first = made.pinned()
    assert first.tokenizer == f"hub:owner/model@{hub.sha('owner/model')}"
    assert first.digest() == recipe(files).digest()
    hub.commit("owner/model", {"tokenizer.json": (files / "sentences" / "tokenizer.json").read_bytes()})
    assert first.pinned() == first
    assert made.pinned() != first
    assert made.pinned().digest() != first.digest()
    first.setup()
    assert tokens(first, sample()) == tokens(recipe(files), sample())
