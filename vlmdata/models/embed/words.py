"""Texts as the ids that a text encoder takes: ``tokenizer.json``, cut and padded as the model was trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmdata.errors import InputError
from vlmdata.models.exported import CONFIG, TOKENIZER, TOKENIZER_CONFIG, beside, said

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

IDS, MASK = "input_ids", "attention_mask"
_MOST = 1 << 16
"""Tokens. Where a ``model_max_length`` is larger, it stands for none."""


class Words:
    """A tokenizer whose ids fit one text encoder.

    A text is cut at the model's most tokens, its last special token kept. One text at a time needs no padding, so a
    graph that takes a mask gets none. A graph without a mask gets the full length: SigLIP is trained so (transformers
    ``docs/source/en/model_doc/siglip.md``), and CLIP reads nothing behind the end of a text.

    Args:
        path: the model's folder, or a graph in it.
        inputs: those of the text graph, by name, with their shapes.

    Raises:
        InputError: the files are not there, or say nothing of the length or the padding that is needed.
    """

    def __init__(self, path: Path, inputs: Mapping[str, Any]) -> None:
        if not {IDS} <= inputs.keys() <= {IDS, MASK}:
            raise InputError(f"{path}: the text graph takes {', '.join(inputs)}: {IDS} and {MASK} alone are known here")
        self._masked = MASK in inputs
        self._tokenizer = _tokenizer(path)
        most = _most_tokens(path, inputs[IDS])
        self._tokenizer.enable_truncation(most)
        if not self._masked:
            token = _padding(path)
            number = self._tokenizer.token_to_id(token)
            if number is None:
                raise InputError(f"{path}: its tokenizer has no token {token!r} to fill texts up with")
            self._tokenizer.enable_padding(length=most, pad_id=number, pad_token=token)

    def feeds(self, text: str) -> dict[str, NDArray[np.int64]]:
        """Arrays of 1 x tokens for the inputs of the graph."""
        import numpy as np

        encoded = self._tokenizer.encode(text)
        arrays = {IDS: np.array([encoded.ids], np.int64)}
        return arrays | {MASK: np.array([encoded.attention_mask], np.int64)} if self._masked else arrays


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    file = beside(path, TOKENIZER)
    if file is None:
        raise InputError(f"{path} has no {TOKENIZER} to read texts with")
    try:
        made = Tokenizer.from_file(str(file))
    except Exception as error:  # the package raises nothing narrower
        raise InputError(f"{file} is no {TOKENIZER}: {' '.join(str(error).split())[:200]}") from error
    made.no_padding()
    return made


def _most_tokens(path: Path, shape: Any) -> int:
    """Tokens of the longest text: of the graph, where its side is fixed, or as the configurations say."""
    config = said(path, CONFIG)
    text = config.get("text_config")
    for most in (
        shape[-1],
        said(path, TOKENIZER_CONFIG).get("model_max_length"),
        text.get("max_position_embeddings") if isinstance(text, Mapping) else None,
        config.get("max_position_embeddings"),
    ):
        if isinstance(most, int) and 0 < most <= _MOST:
            return most
    raise InputError(f"{path}: no {TOKENIZER_CONFIG} or {CONFIG} says how many tokens a text may have")


def _padding(path: Path) -> str:
    token = said(path, TOKENIZER_CONFIG).get("pad_token")
    token = token.get("content") if isinstance(token, Mapping) else token
    if not isinstance(token, str):
        raise InputError(f"{path}: no {TOKENIZER_CONFIG} says with which pad_token texts are filled up")
    return token
