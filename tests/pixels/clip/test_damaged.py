"""Damaged clips end as a ``BadRecord`` or as frames, never as another exception."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made_clips import made_clip
from vlmdata.errors import BadRecord
from vlmdata.pixels.clip import decoded, read_timeline
from vlmdata.pixels.header import read_header

pytest.importorskip("av")

CLIPS = {"mp4": "libx264", "mov": "mpeg4", "webm": "libvpx", "matroska": "libx264"}


@cache
def whole(form: str) -> bytes:
    return made_clip(form, CLIPS[form], times=range(0, 400, 40), options={"g": "4"})


@given(
    form=st.sampled_from(list(CLIPS)),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=12),
    length=st.floats(0.05, 1),
)
@settings(max_examples=150)
def test_any_damage_has_a_reason(form: str, flips: list[tuple[float, int]], length: float) -> None:
    data = bytearray(whole(form))
    for place, change in flips:
        data[int(place * (len(data) - 1))] ^= change
    broken = bytes(data[: int(length * len(data))])
    for read in (_header, _frames):
        try:
            assert read(broken) > 0
        except BadRecord as bad:
            assert bad.reason in {"corrupt", "truncated", "bomb", "not_an_image", "unsupported_format"}  # noqa: PT017


@given(data=st.binary(max_size=200))
def test_anything_after_the_first_bytes_has_a_reason(data: bytes) -> None:
    try:
        assert _header(b"\x1a\x45\xdf\xa3" + data) > 0
    except BadRecord as bad:
        assert bad.reason in {"corrupt", "truncated", "bomb"}  # noqa: PT017


def _header(data: bytes) -> int:
    return read_header(data).size.area


def _frames(data: bytes) -> int:
    timeline = read_timeline(data, "video/mp4")
    return len(list(decoded(data, timeline, timeline.pts)))
