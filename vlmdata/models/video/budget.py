"""How large the frames of a clip may be, all together and each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from vlmdata.models.tiling.qwen import smart_resize
from vlmdata.types import Size

BudgetName = Literal["qwen2-vl", "qwen3-vl"]

_LEAST, _MOST = 128, 768
"""Tokens of a frame (``VIDEO_MIN_TOKEN_NUM``, ``VIDEO_MAX_TOKEN_NUM``)."""
_TOTAL = 128_000 * 0.9
"""Tokens of a clip (nine tenths of ``MODEL_SEQ_LEN``)."""
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Budget:
    """``side`` is that of the square of pixels that makes one token."""

    side: int
    source: str = "QwenLM/Qwen3-VL qwen-vl-utils/src/qwen_vl_utils/vision_process.py::fetch_video"


BUDGETS: Mapping[BudgetName, Budget] = {"qwen2-vl": Budget(28), "qwen3-vl": Budget(32)}
assert tuple(BUDGETS) == get_args(BudgetName)


def frame_size(name: BudgetName, size: Size, frames: int) -> Size:
    """To what a frame of ``size`` is resized where a clip has so many: multiples of a token's side.

    ``BadRecord`` ``too_thin`` where one side is more than 200 times the other.
    """
    token = BUDGETS[name].side ** 2
    least = _LEAST * token
    most = max(min(_MOST * token, _TOTAL * token / frames * _PAIR), int(least * 1.05))
    return smart_resize(size, BUDGETS[name].side, least, most)
