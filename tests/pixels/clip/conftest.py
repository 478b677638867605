"""Clips made here, each frame in a colour of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.made_clips import made_clip


@pytest.fixture
def clip() -> Callable[..., bytes]:
    pytest.importorskip("av")
    return made_clip
