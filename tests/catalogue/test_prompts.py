"""Captions as answers: one of the data set's prompts where nobody asked."""

from __future__ import annotations

import pytest

from tests.catalogue.conftest import Fetch
from tests.catalogue.test_every_entry import FIXTURES
from tests.catalogue.world import World
from vlmdata.datasets import datasets_by_name
from vlmdata.errors import RecipeError
from vlmdata.types import ImagePart


@pytest.mark.parametrize("name", ["coco-captions", "cc3m", "laion400m"])
def test_a_caption_answers_a_prompt_that_its_key_chooses(name: str, made: World, fetched: Fetch) -> None:
    FIXTURES[name][0].publish(made)
    _, _, plain = fetched(name, limit=5)
    _, _, asked = fetched(name, limit=5, prompts=True)
    known = datasets_by_name()[name].entry.prompts
    assert [sample.messages[0].text for sample in plain] == [""] * len(plain)
    assert all(sample.messages[0].text in known for sample in asked)
    assert all(isinstance(sample.messages[0].content[0], ImagePart) for sample in asked)
    assert [sample.messages[1] for sample in asked] == [sample.messages[1] for sample in plain]
    assert [fetched(name, limit=5, prompts=True)[2]] == [asked]


def test_data_with_questions_has_no_use_for_prompts(fetched: Fetch) -> None:
    with pytest.raises(RecipeError, match="has questions of its own"):
        fetched("vqav2", prompts=True)
