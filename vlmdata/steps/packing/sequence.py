"""Token arrays end to end, and padding behind them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from vlmdata.types import IGNORED, Tokens


def joined(members: Sequence[Tokens]) -> Tokens:
    """Several as one sequence without padding.

    Positions start from 0 in each text. The first label of each is ``IGNORED``: the token before it, which would
    have to predict it, is another text's.
    """
    parts = [unpadded(member) for member in members]
    labels = [array("i", (IGNORED, *part.labels[1:])) for part in parts]
    lengths = _joined(part.sequence_lengths or array("i", (len(part.input_ids),)) for part in parts)
    return Tokens(
        input_ids=_joined(part.input_ids for part in parts),
        attention_mask=array("i", (1,)) * sum(lengths),
        labels=_joined(labels),
        position_ids=_joined(part.position_ids or _counted(len(part.input_ids)) for part in parts),
        sequence_lengths=lengths,
    )


def padded(tokens: Tokens, length: int, pad_id: int) -> Tokens:
    """With padding behind it up to ``length``: no attention, no loss, positions as of one more text."""
    missing = length - len(tokens.input_ids)
    positions = tokens.position_ids
    return Tokens(
        input_ids=tokens.input_ids + array("i", (pad_id,)) * missing,
        attention_mask=tokens.attention_mask + array("i", (0,)) * missing,
        labels=tokens.labels + array("i", (IGNORED,)) * missing,
        position_ids=positions and positions + _counted(missing),
        sequence_lengths=tokens.sequence_lengths,
    )


def unpadded(tokens: Tokens) -> Tokens:
    """Without the padding behind it."""
    length = len(tokens.attention_mask)
    while length and not tokens.attention_mask[length - 1]:
        length -= 1
    if length == len(tokens.input_ids):
        return tokens
    return Tokens(
        input_ids=tokens.input_ids[:length],
        attention_mask=tokens.attention_mask[:length],
        labels=tokens.labels[:length],
        position_ids=tokens.position_ids and tokens.position_ids[:length],
        sequence_lengths=tokens.sequence_lengths,
    )


def _joined(parts: Iterable[array[int]]) -> array[int]:
    whole = array("i")
    for part in parts:
        whole += part
    return whole


def _counted(length: int) -> array[int]:
    return array("i", range(length))
