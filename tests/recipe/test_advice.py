"""What is said of a mix that serves one phase only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_datasets import register
from vlmdata.recipe import advice, load, parsed


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def said(inputs: str, steps: str = "") -> list[str]:
    return advice(parsed(f"version: 1\nname: r\ninputs: [{inputs}]\nsteps: [{steps}]\n", "r.yaml", Path("/nowhere")))


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ("{dataset: photos}", "photos: captions without instructions"),
        ("{dataset: questions}, {dataset: questions}", "questions: questions and instructions without captions"),
    ],
    ids=["captions", "questions"],
)
def test_a_mix_of_one_phase_is_told_what_it_lacks(inputs: str, words: str) -> None:
    (sentence,) = said(inputs)
    assert sentence.startswith(words)


@pytest.mark.parametrize(
    "inputs",
    [
        "{dataset: photos}, {dataset: questions}",
        "{dataset: shapes}",
        "{dataset: exam}",
        "{path: chat.json, format: llava}",
        "{dataset: photos}, {path: chat.json, format: llava}",
        "{path: a-directory-that-is-to-be}",
    ],
    ids=["both", "shapes", "exam", "own", "own and captions", "directory"],
)
def test_a_whole_mix_or_one_that_is_not_known_is_left_in_peace(inputs: str) -> None:
    assert said(inputs) == []


def test_evaluation_data_is_not_augmented() -> None:
    (sentence,) = said("{dataset: exam}, {dataset: photos, split: test}", "clean.image, augment.hflip")
    assert sentence.startswith("exam, photos: evaluation data is measured as it was published, and augment.hflip ")
    assert said("{dataset: exam}", "clean.image") == []


def test_the_shipped_demo_needs_no_advice() -> None:
    assert advice(load("demo")) == []
