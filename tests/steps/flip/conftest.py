"""One text in a mirror."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from vlmdata.steps.base import Context, Step
from vlmdata.steps.flip import HFlipAugment
from vlmdata.types import Sample

Mirror = Callable[..., list[str] | None]
HERE = Path(__file__).parent
LANGUAGES = {"english": "en", "japanese": "ja"}


def sentences(name: str) -> dict[str, dict[str, Any]]:
    """``english.yaml`` or ``japanese.yaml``: both halves by name."""
    halves: dict[str, dict[str, Any]] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return halves


@pytest.fixture
def mirror(make: Callable[..., Sample]) -> Mirror:
    """``mirror("A cup on the left.")``: what each message says after the step, None where it is left alone.

    One text is a caption, two are a question and its answer.
    """

    def look(*texts: str, step: Step | None = None, **fields: Any) -> list[str] | None:
        turns = [("user", 0, texts[0]), ("assistant", texts[1])] if len(texts) == 2 else [("assistant", 0, texts[0])]
        sample = make(*turns, **fields)
        after = (step or HFlipAugment(p=1)).apply(sample, Context(1, "test"))
        assert isinstance(after, Sample)
        return None if after is sample else [message.text for message in after.messages]

    return look
