"""``tokenize`` gives the ids of the processors of transformers 5.23, which run in an environment of their own."""

from __future__ import annotations

import json
import random
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.made_tokenizers import byte_level, sentence_like
from vlmdata.models.chat.spans import Spanned
from vlmdata.steps.base import Context
from vlmdata.steps.tile import TileAnyres
from vlmdata.steps.tokenize import Tokenize
from vlmdata.types import IGNORED, Image, ImagePart, Message, Origin, Sample, Size, TextPart

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

REFERENCE = Path(__file__).with_name("transformers_processors.py")
WORDS = ("What is it?", "犬が二匹います。", "a red car", "\n", "\n\n", " ", "It isn't 12.5%!", "🐶", "é")
# Processor: its own mark of a picture, our policy and tokenizer, most pictures of a sample, samples.
CASES = {
    "llava": ("<image>", "llava-1.5", "sentences", 2, 30),
    "llava_next": ("<image>", "llava-next-hf", "sentences", 2, 200),
    "llava_onevision": ("<image>", "llava-onevision-hf", "bytes", 1, 30),
    "qwen2_vl": ("<|vision_start|><|image_pad|><|vision_end|>", "qwen2-vl", "bytes", 3, 200),
    "qwen3_vl": ("<|vision_start|><|image_pad|><|vision_end|>", "qwen3-vl", "bytes", 3, 30),
    "internvl": ("<IMG_CONTEXT>", "internvl", "bytes", 3, 200),
    "idefics2": ("<image>", "idefics2", "bytes", 2, 30),
    "idefics3": ("<image>", "idefics3", "bytes", 2, 200),
    "smolvlm": ("<image>", "smolvlm2", "bytes", 2, 30),
    "gemma3": ("<start_of_image>", "gemma-3", "bytes", 2, 30),
    "mllama": ("<|image|>", "llama-3.2-vision", "bytes", 2, 30),
}


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizers")
    byte_level(folder / "bytes" / "tokenizer.json")
    sentence_like(folder / "sentences" / "tokenizer.json")
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    packages = ("torch==2.13.0", "transformers==5.23.0", "pillow==12.0.0", "num2words==0.5.14")
    done = subprocess.run([folder / "bin" / "pip", "install", "--quiet", *packages], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"transformers cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin" / "python"


def reference(python: Path, tokenizers: Path, cases: list[dict[str, Any]]) -> list[dict[str, list[int]]]:
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run([python, REFERENCE, tokenizers], input=lines, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def drawn(rng: random.Random, most: int) -> tuple[list[str | None], list[tuple[int, int]]]:
    """Words with pictures (None) among them, and the sizes of these."""
    sizes = [(round(2 ** rng.uniform(4.5, 10)), round(2 ** rng.uniform(4.5, 10))) for _ in range(rng.randint(1, most))]
    pieces: list[str | None] = [rng.choice(WORDS) for _ in range(rng.randint(2, 6))]
    for _ in sizes:
        pieces.insert(rng.randint(0, len(pieces) - 1), None)
    return pieces, sizes


def sample(text: Spanned, sizes: list[tuple[int, int]]) -> Sample:
    images = tuple(Image(original=Size(*size), media_type="image/png") for size in sizes)
    parts = (*(ImagePart(number) for number in range(len(images))), TextPart("?"))
    origin = Origin(dataset="d", source="f#1")
    messages = (Message("user", parts), Message("assistant", (TextPart("!"),)))
    return Sample(key="k", origin=origin, images=images, messages=messages, rendered=text.rendered())


def tokenized(one: Sample, policy: str, tokenizer: Path, **fields: object) -> tuple[list[int], list[int]]:
    """Through ``tile.anyres``, as a recipe would."""
    cut = TileAnyres.model_validate({"policy": policy}).apply(one, Context(1, "tile.anyres"))
    assert isinstance(cut, Sample), cut
    step = Tokenize.model_validate({"tokenizer": str(tokenizer), **fields})
    outcome = step.apply(cut, Context(1, "tokenize"))
    assert isinstance(outcome, Sample), outcome
    assert outcome.tokens is not None
    return list(outcome.tokens.input_ids), list(outcome.tokens.labels)


@pytest.mark.parametrize("processor", CASES)
def test_ids_are_those_of_the_processor(python: Path, tokenizers: Path, processor: str) -> None:
    mark, policy, build, most, count = CASES[processor]
    rng = random.Random(processor)
    cases, ours = [], []
    for _ in range(count):
        pieces, sizes = drawn(rng, most)
        written, text = "<s>" if processor == "mllama" else "", Spanned()
        text.add(written, "context")
        for piece in pieces:
            # Idefics2's processor parts words from a picture by a space, which other tokenizers do themselves.
            words = f" {piece}" if processor == "idefics2" and piece else piece
            written += mark if words is None else words
            text.add(mark if words is None else words, "image" if words is None else "trained")
        cases.append({"processor": processor, "text": written, "sizes": sizes})
        # The policy of LLaVA-1.5 is the same in both codes; by itself it is written as LLaVA's own has it.
        fields = {"image_tokens": "llava-hf"} if processor == "llava" else {}
        ours.append(tokenized(sample(text, sizes), policy, tokenizers / build, **fields)[0])
    expected = [answer["input_ids"] for answer in reference(python, tokenizers, cases)]
    assert [len(ids) for ids in ours] == [len(ids) for ids in expected]
    assert ours == expected


def test_ids_and_labels_of_paligemma_are_those_of_its_processor(python: Path, tokenizers: Path) -> None:
    rng = random.Random(5)
    cases, ours = [], []
    for _ in range(30):
        question, answer = rng.choice(WORDS[:3]), rng.choice(WORDS[:3])
        sizes = [(rng.randint(20, 600), rng.randint(20, 600))]
        text = Spanned()
        text.add("<image>", "image")
        text.add(f"<s>{question}\n", "context")
        text.add(f"{answer}</s>", "trained")
        cases.append({"processor": "paligemma", "text": f"<image>{question}", "sizes": sizes, "answer": answer})
        ours.append(tokenized(sample(text, sizes), "paligemma-2", tokenizers / "bytes"))
    expected = reference(python, tokenizers, cases)
    assert ours == [(answer["input_ids"], answer["labels"]) for answer in expected]
    assert any(label != IGNORED for _, labels in ours for label in labels)
