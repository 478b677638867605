"""The pictures on the pages of steps are what the steps draw now, to the losses of their format and of fonts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from docs.draw import HERE, applied
from docs.draw_steps import SHOWN, drawn, example, picture, shapes

_ROOM = 60_000
_LEVELS = 5.0
"""Mean difference of the values: WebP takes away up to 3.6, and a step that does something else makes 19 or more."""


def _difference(one: Image.Image, path: Path) -> float:
    with Image.open(path) as stored:
        assert stored.size == one.size
        return float(np.abs(np.asarray(stored.convert("RGB"), float) - np.asarray(one, float)).mean())


@pytest.mark.parametrize("step", SHOWN)
def test_it_is_what_the_step_does_now(step: str) -> None:
    assert applied(SHOWN[step], example(step)) != example(step)
    assert _difference(drawn(step), HERE / picture(step)) < _LEVELS


def test_the_made_up_pictures_are_those_of_the_data_set() -> None:
    assert _difference(shapes(), HERE / "pictures/shapes.webp") < _LEVELS


def test_they_are_small_and_none_is_left_over() -> None:
    found = {path.name: path.stat().st_size for path in (HERE / "pictures").glob("*.webp")}
    assert found.keys() == {Path(picture(step)).name for step in SHOWN} | {"shapes.webp"}
    assert max(found.values()) <= _ROOM
