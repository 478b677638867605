"""Every policy against its published formula over many sizes: all of one view and of the other must be equal.

The sizes are all from 1x1 to 40x40, long strips, squares, everything within a pixel of the corners of tiles (where
grids tie and halves round), and seeded sizes of any aspect.
"""

import math
import random
from functools import cache

import pytest

from tests.models.tiling.operations import as_published
from tests.models.tiling.rules import RULES
from vlmdata.errors import BadRecord
from vlmdata.models.tiling import POLICIES, tiled
from vlmdata.types import Size

TILES = (14, 28, 32, 336, 364, 378, 384, 448, 512, 560)
ROUNDED = [(352, 836), (196, 1323), (1729, 2223), (1851, 617), (1666, 2142)]
"""Where LLaVA's tokens depend on rounding to 7 digits before truncation."""


@cache
def sizes() -> tuple[tuple[int, int], ...]:
    found = [*ROUNDED, *((width, height) for width in range(1, 41) for height in range(1, 41))]
    found += [pair for side in range(41, 6001, 37) for pair in ((side, side), (side, 1), (2, side), (side, 29))]
    edges = sorted({side * times + off for side in TILES for times in (1, 2, 3) for off in (-1, 0, 1)})
    found += [(width, height) for width in edges for height in edges]
    draw, different = random.Random(5), dict.fromkeys(found)
    while len(different) < 21_000:
        area, aspect = 2 ** draw.uniform(6, 24), 2 ** draw.gauss(0, 1.2)
        different[max(1, round(math.sqrt(area * aspect))), max(1, round(math.sqrt(area / aspect)))] = None
    return tuple(different)


def compare(policy: str, width: int, height: int, images: int) -> None:
    size = Size(width, height)
    expected = RULES[policy](width, height, images)
    if expected is None:
        with pytest.raises(BadRecord, match=r"too_(thin|small)"):
            tiled(policy, size, images=images)
    else:
        assert as_published(tiled(policy, size, images=images), size) == expected, (policy, size, images)


def test_every_policy_but_custom_has_a_published_formula():
    assert {*RULES, "custom"} == set(POLICIES)


@pytest.mark.parametrize("policy", RULES)
def test_every_tenth_size(policy):
    for width, height in sizes()[::10]:
        compare(policy, width, height, images=1)
    for width, height in sizes()[7::100]:
        compare(policy, width, height, images=3)


@pytest.mark.slow
@pytest.mark.parametrize("policy", RULES)
def test_every_size(policy):
    assert len(sizes()) >= 20_000
    for width, height in sizes():
        compare(policy, width, height, images=1)
    for width, height in sizes()[::5]:
        compare(policy, width, height, images=5)
