"""A tokenizer.json as it is loaded: what stands around a text, and offsets of every character."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made_tokenizers import byte_level, sentence_like
from vlmdata.errors import InputError
from vlmdata.models.tokens.tokenizer import TextTokenizer, load_tokenizer


@settings(max_examples=80)
@given(st.text(st.sampled_from("ab Z.\n\t 犬がé🐶<|>"), max_size=30))
def test_every_character_is_in_the_offsets_of_some_token(tokenizer: TextTokenizer, text: str) -> None:
    ids, offsets = tokenizer.encode(text)
    assert len(ids) == len(offsets)
    assert {place for start, end in offsets for place in range(start, end)} == set(range(len(text)))
    assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    ("config", "prefix", "suffix"),
    [
        ({}, ("<s>",), ()),
        ({"bos_token": "<|endoftext|>"}, ("<s>",), ()),
        ({"add_bos_token": True, "bos_token": "<|endoftext|>"}, ("<|endoftext|>",), ()),
        ({"add_bos_token": False, "bos_token": "<s>"}, (), ()),
        ({"add_eos_token": True, "bos_token": "<s>", "eos_token": {"content": "</s>"}}, (), ("</s>",)),
        ({"add_bos_token": True, "bos_token": None}, (), ()),
    ],
)
def test_the_configuration_decides_what_stands_around_a_text(
    tmp_path: Path, config: dict[str, object], prefix: tuple[str, ...], suffix: tuple[str, ...]
) -> None:
    file, said = sentence_like(tmp_path / "tokenizer.json"), tmp_path / "tokenizer_config.json"
    said.write_text(json.dumps(config))
    made = load_tokenizer(file, said)
    assert tuple(map(made.token_of, made.prefix)) == prefix
    assert tuple(map(made.token_of, made.suffix)) == suffix
    assert made.encode("It is")[0] == load_tokenizer(file).encode("It is")[0]


def test_a_configuration_that_is_none(tmp_path: Path) -> None:
    file, said = byte_level(tmp_path / "tokenizer.json"), tmp_path / "tokenizer_config.json"
    for wrong in ("[]", "{"):
        said.write_text(wrong)
        with pytest.raises(InputError, match="no tokenizer_config"):
            load_tokenizer(file, said)
