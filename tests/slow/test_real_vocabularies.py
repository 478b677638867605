"""``tokenize`` with vocabularies that models have, from packages that hold them; nothing else of these is used."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.made_tokenizers import QWEN
from tests.models.tokens import rules
from vlmdata.models.chat.spans import Spanned
from vlmdata.steps.base import Context
from vlmdata.steps.tokenize import Tokenize
from vlmdata.types import IGNORED, Image, ImagePart, Message, Origin, Sample, Size, TextPart

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PACKAGES = ("dashscope==2.0.2", "litellm==1.109.1")
# Qwen/Qwen2-VL-7B-Instruct tokenizer_config.json: the tokens from 151643 on.
QWEN_SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
ASSISTANT, IM_END, IMAGE_PAD, NEWLINE = 77091, 151645, 151655, 198
PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"
TURNS = (
    ("system", "You are a helpful assistant."),
    ("user", "写真には何が写っていますか。\nList them."),
    ("assistant", "犬が二匹と赤い車です。🐶🐶\n\n1. dogs\n2. a car"),
    ("user", "Where are they?\n"),
    ("assistant", "\n\nOn the left, isn't it obvious?"),
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, *PACKAGES]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"the vocabularies cannot be had here: {done.stderr.strip().splitlines()[-1]}")
    return folder


@pytest.fixture(scope="module")
def qwen(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qwen2's tokenizer.json, made of the ranks that its first release came as."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    lines = (packages / "dashscope" / "resources" / "qwen.tiktoken").read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}
    letters = dict(zip(range(256), byte_letters(), strict=True))

    def spelled(token: bytes) -> str:
        return "".join(letters[byte] for byte in token)

    vocabulary = {spelled(token): rank for token, rank in ranks.items()}
    merges = [
        (spelled(one), spelled(other)) for token in ranks if len(token) > 1 for one, other in [halves(token, ranks)]
    ]
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.normalizer = normalizers.NFC()
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), "isolated"), byte_level])
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in QWEN_SPECIAL])
    path = tmp_path_factory.mktemp("qwen") / "tokenizer.json"
    made.save(str(path))
    return path


def byte_letters() -> Iterator[str]:
    """The letter that stands for each byte in byte-level vocabularies (openai/gpt-2 src/encoder.py)."""
    shown = {*range(33, 127), *range(161, 173), *range(174, 256)}
    further = iter(range(256, 512))
    return (chr(byte if byte in shown else next(further)) for byte in range(256))


def halves(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """The last two pieces that were merged into a token: all merges of lower rank are done first."""
    pieces = [token[place : place + 1] for place in range(len(token))]
    while len(pieces) > 2:
        joined = [(ranks.get(one + other, len(ranks)), place) for place, (one, other) in enumerate(pairwise(pieces))]
        _, place = min(joined)
        pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]
    return pieces[0], pieces[1]


def sample(turns: tuple[tuple[str, str], ...], image: str = "") -> Sample:
    """A picture before the first question where it has a mark; answers and their ends are trained."""
    text, messages = Spanned(), []
    for number, (role, words) in enumerate(turns):
        shown = (ImagePart(0),) if image and number == 1 else ()
        text.add(f"<|im_start|>{role}\n", "context")
        text.add(image if shown else "", "image")
        text.add(f"{words}<|im_end|>", "trained" if role == "assistant" else "context")
        text.add("\n", "context")
        messages.append(Message("assistant" if role == "assistant" else "user", (*shown, TextPart(words))))
    pictures = (Image(original=Size(640, 480), media_type="image/jpeg"),) if image else ()
    origin = Origin(dataset="d", source="f#1")
    return Sample(key="k", origin=origin, images=pictures, messages=tuple(messages), rendered=text.rendered())


def tokenized(one: Sample, tokenizer: Path, **fields: object) -> tuple[Tokenize, list[int], list[int]]:
    step = Tokenize.model_validate({"tokenizer": str(tokenizer), **fields})
    step.setup()
    outcome = step.apply(one, Context(1, "tokenize"))
    assert isinstance(outcome, Sample), outcome
    assert outcome.tokens is not None
    return step, list(outcome.tokens.input_ids), list(outcome.tokens.labels)


def test_qwen_has_its_published_ids_and_is_trained_as_its_own_code_does(qwen: Path) -> None:
    step, ids, labels = tokenized(sample(TURNS, PICTURE), qwen, policy="qwen2-vl", labels="qwen")
    inner = step._tokenizer
    assert inner.encode("assistant")[0] == [ASSISTANT]
    assert inner.encode("\n")[0] == [NEWLINE]
    assert (inner.id_of("<|im_end|>"), inner.id_of("<|image_pad|>")) == (IM_END, IMAGE_PAD)
    assert ids.count(IMAGE_PAD) == 391
    assert labels == rules.qwen(ids, ASSISTANT, IM_END)
    assert sum(label == IM_END for label in labels) == 2


@pytest.mark.parametrize(
    ("name", "rule"),
    [("internvl", rules.internvl), ("nanovlm", rules.nanovlm), ("llava-next-qwen", rules.llava_next_qwen)],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_the_other_rules_of_chatml_hold_with_its_vocabulary(
    qwen: Path, name: str, rule: Callable[[rules.Turns, rules.Encode], list[int]]
) -> None:
    step, _, labels = tokenized(sample(TURNS), qwen, labels=name)
    assert labels == rule(TURNS, lambda text: step._tokenizer.encode(text)[0])


def test_what_is_trained_is_read_back_with_deepseeks_vocabulary(packages: Path) -> None:
    file = packages / "litellm" / "litellm_core_utils" / "tokenizers" / "deepseek_tokenizer.json"
    begins, ends = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
    text = Spanned()
    text.add("<image>", "image")
    text.add("\n写真には何が写っていますか。\n\nAssistant: ", "context")
    text.add("犬が二匹と赤い車です。🐶" + ends, "trained")
    one = replace(sample(TURNS, PICTURE), rendered=text.rendered())
    step, ids, labels = tokenized(one, file, policy="deepseek-vl2", bos=begins, eos=ends, add_tokens=["<image>"])
    inner = step._tokenizer.inner
    assert ids[0] == inner.token_to_id(begins)
    assert ids.count(inner.token_to_id("<image>")) == 1023
    assert ids.count(inner.token_to_id(ends)) == 1
    trained = inner.decode([label for label in labels if label != IGNORED], skip_special_tokens=False)
    assert trained == "犬が二匹と赤い車です。🐶" + ends
