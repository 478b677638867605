"""A ``tokenizer.json`` with the ``tokenizers`` package: ids, and from which characters each of them comes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.errors import InputError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FILES = ("tokenizer.json",)
CONFIG = "tokenizer_config.json"

Offsets = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class TextTokenizer:
    """A vocabulary with its rules. ``prefix`` and ``suffix`` are what it puts around every text, by itself."""

    inner: Tokenizer = field(repr=False)
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]

    def encode(self, text: str) -> tuple[list[int], Offsets]:
        """Ids, and first and last character (exclusive) of each, without prefix and suffix.

        The parts of a character that is more than one token have that character each; an accent that the tokenizer
        joins with the letter before it is in none.
        """
        encoded = self.inner.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets

    def id_of(self, token: str) -> int | None:
        """The id of a token as it is written, None where the vocabulary lacks it."""
        return self.inner.token_to_id(token)

    def token_of(self, number: int) -> str:
        return self.inner.id_to_token(number) or ""


def load_tokenizer(path: Path, config: Path | None = None, add_tokens: Sequence[str] = ()) -> TextTokenizer:
    """The tokenizer of a file; special tokens it lacks come behind its last id, in order.

    Where ``config``, a ``tokenizer_config.json``, says whether a text begins and ends with tokens, it is heeded, else
    the file itself (huggingface/transformers src/transformers/tokenization_utils_tokenizers.py::TokenizersBackend).
    Truncation and padding that stand in the file are left out. Raises ``InputError`` where these are no such files.
    """
    from tokenizers import AddedToken, Tokenizer

    try:
        inner = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises nothing narrower
        raise InputError(f"{path} is no tokenizer.json: {' '.join(str(error).split())[:200]}") from error
    inner.no_truncation()
    inner.no_padding()
    inner.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in add_tokens])
    prefix, suffix = _configured(inner, config) or _around(inner)
    # Post-processors do no more than add these and trim blanks from offsets, which labels need whole.
    inner.post_processor = None
    return TextTokenizer(inner, prefix, suffix)


def _configured(inner: Tokenizer, config: Path | None) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """What the configuration puts before and behind a text; None where it does not say."""
    try:
        said = json.loads(config.read_bytes()) if config else {}
        if not {"add_bos_token", "add_eos_token"} & said.keys():
            return None
        return _one(inner, said, "bos"), _one(inner, said, "eos")
    except (ValueError, AttributeError) as error:
        raise InputError(f"{config} is no tokenizer_config.json: {error}") from error


def _one(inner: Tokenizer, said: Mapping[str, Any], end: str) -> tuple[int, ...]:
    token = said.get(f"{end}_token")
    number = inner.token_to_id(token["content"] if isinstance(token, dict) else token or "")
    return (number,) if said.get(f"add_{end}_token") and number is not None else ()


def _around(inner: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What the post-processor puts before and behind a text."""
    probe = inner.encode("a")
    own = [place for place, special in enumerate(probe.special_tokens_mask) if not special]
    return (tuple(probe.ids[: own[0]]), tuple(probe.ids[own[-1] + 1 :])) if own else ((), ())
