"""Sizes of frames, as qwen-vl-utils computes them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.errors import BadRecord
from vlmdata.models.video import BUDGETS, BudgetName, frame_size
from vlmdata.types import Size


def published(width: int, height: int, frames: int, factor: int) -> tuple[int, int]:
    """The end of ``fetch_video`` and ``smart_resize``, line by line."""
    least, most_of_frame = 128 * factor * factor, 768 * factor * factor
    total = 128_000 * factor * factor * 0.9
    most = max(min(most_of_frame, total / frames * 2), int(least * 1.05))
    h = max(factor, round(height / factor) * factor)
    w = max(factor, round(width / factor) * factor)
    if h * w > most:
        beta = math.sqrt((height * width) / most)
        h, w = math.floor(height / beta / factor) * factor, math.floor(width / beta / factor) * factor
    elif h * w < least:
        beta = math.sqrt(least / (height * width))
        h, w = math.ceil(height * beta / factor) * factor, math.ceil(width * beta / factor) * factor
    return w, h


@given(
    name=st.sampled_from(list(BUDGETS)),
    width=st.integers(16, 4000),
    height=st.integers(16, 4000),
    frames=st.integers(1, 400).map(lambda half: 2 * half),
)
def test_it_is_the_published_size(name: BudgetName, width: int, height: int, frames: int) -> None:
    if max(width, height) > 100 * min(width, height):
        return
    size = frame_size(name, Size(width, height), frames)
    assert (size.width, size.height) == published(width, height, frames, {"qwen2-vl": 28, "qwen3-vl": 32}[name])


@pytest.mark.parametrize(
    ("frames", "expected"), [(8, Size(1008, 560)), (288, Size(1008, 560)), (768, Size(644, 336))], ids=str
)
def test_more_frames_are_smaller_ones(frames: int, expected: Size) -> None:
    assert frame_size("qwen2-vl", Size(1920, 1080), frames) == expected


def test_what_is_thinner_than_the_model_takes_is_refused() -> None:
    with pytest.raises(BadRecord, match="too_thin"):
        frame_size("qwen3-vl", Size(4000, 16), 8)
