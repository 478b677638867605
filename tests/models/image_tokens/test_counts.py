"""As many tokens stand in the text as the tiling policy counts, whatever the size of the picture."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from tests.made_tokenizers import SPECIAL
from vlmdata.errors import BadRecord
from vlmdata.models.image_tokens import IMAGE_TOKENS, OF_POLICY
from vlmdata.models.image_tokens.written import written
from vlmdata.models.tiling import POLICIES, layout_of
from vlmdata.types import Image, ImagePart, Message, Origin, Sample, Size

TOKEN = re.compile("|".join(map(re.escape, sorted(SPECIAL, key=len, reverse=True))) + r"|\n+")
SIZES = st.builds(Size, st.integers(8, 3000), st.integers(8, 3000))
PUBLISHED = sorted(POLICIES.keys() - {"custom"})


def uncounted(name: str, views: int, rows: int) -> int:
    """Marks that the tiling policy leaves out of its count, as its docstring says."""
    cut = views > 1
    return {
        "qwen": 2,
        "internvl": 2,
        "molmo": 4,
        "minicpm-v": 2 * views + (rows + 1 if cut else 0),
        "gemma-3": 4,
    }.get(name, 0)


@settings(max_examples=60)
@given(SIZES, st.sampled_from(PUBLISHED))
def test_tokens_are_as_many_as_are_counted(size: Size, policy: str) -> None:
    image = Image(original=size, media_type="image/jpeg")
    sample = Sample(
        key="k",
        origin=Origin(dataset="d", source="f#1"),
        images=(image,),
        messages=(Message("user", (ImagePart(0),)),),
    )
    try:
        found = written(sample, None, policy)
    except BadRecord:
        reject()
    assert found is not None
    name, (run,) = found
    layout = layout_of(policy, size)
    assert name == OF_POLICY[policy]
    if isinstance(run, tuple):
        assert run == ((-200,) if name == "llava" else (-1,) * (layout.tokens or 0))
        return
    assert "".join(TOKEN.findall(run)) == run
    assert len(TOKEN.findall(run)) == (layout.tokens or 0) + uncounted(name, len(layout.views), layout.grid[1])


@pytest.mark.parametrize("policy", PUBLISHED)
def test_every_policy_has_a_way_that_reads_its_layouts(policy: str) -> None:
    layouts = IMAGE_TOKENS[OF_POLICY[policy]].layouts
    assert layouts is None or policy in layouts
