"""Both builds of tokenizer, trained once."""

from __future__ import annotations

import pytest

from tests.made_tokenizers import byte_level, sentence_like
from vlmdata.models.tokens.tokenizer import TextTokenizer, load_tokenizer


@pytest.fixture(scope="session")
def of_bytes(tmp_path_factory: pytest.TempPathFactory) -> TextTokenizer:
    return load_tokenizer(byte_level(tmp_path_factory.mktemp("bytes") / "tokenizer.json"))


@pytest.fixture(scope="session")
def of_sentences(tmp_path_factory: pytest.TempPathFactory) -> TextTokenizer:
    return load_tokenizer(sentence_like(tmp_path_factory.mktemp("sentences") / "tokenizer.json"))


@pytest.fixture(scope="session", params=["of_bytes", "of_sentences"])
def tokenizer(request: pytest.FixtureRequest) -> TextTokenizer:
    found: TextTokenizer = request.getfixturevalue(request.param)
    return found
