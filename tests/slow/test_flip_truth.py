"""After ``augment.hflip`` and ``augment.vflip`` what samples say is true of their pixels, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image as Pillow

from vlmdata.datasets.shapes.dataset import sample as row
from vlmdata.datasets.shapes.deck import card
from vlmdata.datasets.shapes.relations import Relation
from vlmdata.datasets.shapes.truth import claims, find, holds, told
from vlmdata.pixels import PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.steps.base import Context, Step
from vlmdata.steps.flip import HFlipAugment, VFlipAugment
from vlmdata.types import Box, Sample

Pixels = npt.NDArray[np.uint8]


def plain_scenes(count: int) -> Iterator[Sample]:
    """Readable scenes of figures with their size read, odd files among them."""
    number = found = 0
    while found < count:
        dealt = card("train", number)
        if dealt.scene == "plain" and not dealt.bad:
            sample = row("train", number)
            (image,) = sample.images
            yield replace(sample, images=(replace(image, original=read_header(image.data or b"").size),))
            found += 1
        number += 1


def shown(sample: Sample) -> Pixels:
    (result,) = render(sample.images, PixelPolicy(format="png"), RenderClock())
    assert isinstance(result, Rendered)
    with Pillow.open(BytesIO(result.views[0].data)) as image:
        return np.asarray(image.convert("RGB"))


def shows(relation: Relation, one: Box, two: Box) -> bool:
    """As ``holds``, but that sizes are only compared: JPEG pales the edge of one color more than of another."""
    if relation in ("larger", "smaller"):
        return (one.area > two.area) == (relation == "larger")
    return holds(relation, one, two)


def false_claims(sample: Sample, counts: Counter[str]) -> list[str]:
    """What the sample says, also in alternatives, that its pixels do not show."""
    said = told(sample.messages)
    said += [(claim, True) for other in sample.alternatives for claim in claims(other.text)]
    if not said:
        return []
    pixels = shown(sample)
    wrong = []
    for (subject, relation, other), affirmed in said:
        one, two = find(pixels, subject.split()[0]), find(pixels, other.split()[0])
        counts[f"{sample.language} {relation}"] += 1
        if not (one and two) or shows(relation, one, two) != affirmed:
            wrong.append(f"{sample.key}: {subject} {relation} {other}: {affirmed}")
    return wrong


def check(step: Step, count: int) -> tuple[Counter[str], Counter[str]]:
    """Every flipped sample held against its pixels; the claims that were checked, and the step's notes."""
    counts: Counter[str] = Counter()
    ctx = Context(1, step.name)
    wrong = []
    for sample in plain_scenes(count):
        after = step.apply(sample, ctx)
        assert isinstance(after, Sample)
        if after is not sample:
            before = Counter(claims("\n".join(sample.texts())))
            assert sum(before.values()) == len(claims("\n".join(after.texts())))
            wrong += false_claims(after, counts)
    assert wrong == []
    return counts, ctx.notes


def test_a_few_flipped_samples_are_true() -> None:
    counts, notes = check(HFlipAugment(p=1), 300)
    assert min(counts[f"{language} {side}"] for language in ("en", "ja") for side in ("left", "right")) > 10
    assert notes["flipped:swap"] + notes["flipped:no_words"] == 300


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_five_thousand_flipped_samples_are_true() -> None:
    counts, notes = check(HFlipAugment(p=1), 5_000)
    assert min(counts[f"{language} {side}"] for language in ("en", "ja") for side in ("left", "right")) > 300
    assert notes["flipped:swap"] + notes["flipped:no_words"] == 5_000
    assert notes["flipped:swap"] > 1_500


def test_a_few_samples_turned_over_are_true() -> None:
    """Japanese 上にある may be on top of something: those are left alone."""
    counts, notes = check(VFlipAugment(p=1, any=True), 300)
    assert min(counts[f"en {height}"] for height in ("above", "below")) >= 3
    assert counts["ja above"] == counts["ja below"] == 0
    assert notes["left_alone:heights"] > 3
    assert notes["flipped:swap"] + notes["flipped:no_words"] + notes["left_alone:heights"] == 300
