"""Who may attend to whom where several texts are one sequence."""

from __future__ import annotations

import torch


def block_causal_mask(segment_ids: torch.Tensor) -> torch.Tensor:
    """Who may attend to whom in packs: B x 1 x L x L, true where a token sees one of its own text up to itself.

    Padding sees itself alone, for a row without any true makes NaN of a softmax.
    """
    length = segment_ids.shape[1]
    same = segment_ids[:, :, None] == segment_ids[:, None, :]
    causal = torch.ones((length, length), dtype=torch.bool, device=segment_ids.device).tril()
    itself = torch.eye(length, dtype=torch.bool, device=segment_ids.device)
    return ((same & causal & (segment_ids != 0)[:, :, None]) | itself)[:, None]


def cumulative_lengths(segment_ids: torch.Tensor) -> torch.Tensor:
    """Where texts begin in a batch laid end to end, and where the last ends: ``cu_seqlens`` of flash attention, int32.

    Padding counts as a text.
    """
    rows, length = segment_ids.shape
    begins = torch.ones_like(segment_ids, dtype=torch.bool)
    begins[:, 1:] = segment_ids[:, 1:] != segment_ids[:, :-1]
    end = torch.tensor([rows * length], device=segment_ids.device)
    return torch.cat([begins.flatten().nonzero().flatten(), end]).to(torch.int32)
