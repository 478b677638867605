"""What the made-up data set says is true of its pixels."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageOps

from vlmdata.datasets.shapes.dataset import sample as row
from vlmdata.datasets.shapes.deck import card
from vlmdata.datasets.shapes.dice import Dice
from vlmdata.datasets.shapes.figures import scattered
from vlmdata.datasets.shapes.relations import OPPOSITE, STATEMENTS, Relation
from vlmdata.datasets.shapes.truth import TOLERANCE, claims, find, holds, told
from vlmdata.datasets.shapes.vocabulary import COLORS
from vlmdata.types import Box, Message, Sample, Size, TextPart

#: Pixels by which a lossy codec may blur a figure's edge.
BLUR = 2
LOSSLESS = ("PNG",)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    """The readable ones among the first 200 rows."""
    return [sample for sample in (row("train", number) for number in range(200)) if not sample.meta["bad"]]


def shown(data: bytes) -> tuple[npt.NDArray[np.uint8], bool]:
    """RGB as a viewer shows it, and whether the file is lossless."""
    image = Pillow.open(BytesIO(data))
    lossless = image.format in LOSSLESS
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "RGBA":
        white = Pillow.new("RGBA", upright.size, "white")
        upright = Pillow.alpha_composite(white, upright)
    if upright.mode.startswith("I"):
        return np.repeat((np.asarray(upright) // 257).astype(np.uint8)[..., None], 3, axis=2), lossless
    return np.asarray(upright.convert("RGB")), lossless


def colored(sample: Sample) -> dict[tuple[int, str], Box]:
    """Boxes of figures and bars by picture and color."""
    return {
        (mark.image, str(mark.label).split()[0]): mark.box
        for mark in sample.annotations
        if mark.label != "words" and mark.box
    }


def test_every_box_is_the_extremes_of_its_color(samples: list[Sample]) -> None:
    checked = 0
    for sample in samples:
        pixels = [shown(image.data or b"") for image in sample.images]
        for (image, color), box in colored(sample).items():
            found = find(pixels[image][0], color)
            assert found is not None
            off = max(abs(one - two) for one, two in zip(found.xyxy, box.xyxy, strict=True))
            assert off <= (0 if pixels[image][1] and sample.meta["odd"] != "palette" else BLUR), sample.key
            checked += 1
    assert checked > 500


def test_every_exif_orientation_shows_the_scene_upright() -> None:
    orientations = set()
    for number in range(1500):
        if card("train", number).odd != "exif":
            continue
        sample = row("train", number)
        data = sample.images[0].data or b""
        orientations.add(Pillow.open(BytesIO(data)).getexif()[0x0112])
        pixels, _ = shown(data)
        for (_, color), box in colored(sample).items():
            found = find(pixels, color)
            assert found
            assert max(abs(one - two) for one, two in zip(found.xyxy, box.xyxy, strict=True)) <= BLUR
    assert orientations == set(range(2, 9))


def test_colors_that_are_not_drawn_are_not_found(samples: list[Sample]) -> None:
    found = [
        (sample.key, color)
        for sample in samples
        if sample.meta["scene"] == "plain" and sample.meta["odd"] != "alpha"
        for color in set(COLORS) - {color for _, color in colored(sample)}
        if find(shown(sample.images[0].data or b"")[0], color)
    ]
    assert found == []


def test_points_and_polygons_lie_on_their_figure(samples: list[Sample]) -> None:
    for sample in samples:
        pixels = [shown(image.data or b"")[0] for image in sample.images]
        for mark in sample.annotations:
            if mark.point is None:
                continue
            pixel = pixels[mark.image][int(mark.point.y), int(mark.point.x)]
            color = COLORS[str(mark.label).split()[0]]
            assert max(abs(int(one) - two) for one, two in zip(pixel, color, strict=True)) <= TOLERANCE
            for ring in mark.polygon:
                outer, box = Box.around(ring), mark.box
                assert box
                assert all(abs(one - two) <= 1 for one, two in zip(outer.xyxy, box.xyxy, strict=True))


def test_every_claim_is_true_of_the_pixels(samples: list[Sample]) -> None:
    checked = 0
    for sample in samples:
        said = told(sample.messages)
        said += [(claim, True) for other in sample.alternatives for claim in claims(other.text)]
        if not said:
            continue
        pixels, _ = shown(sample.images[0].data or b"")
        for (subject, relation, other), affirmed in said:
            one, two = find(pixels, subject.split()[0]), find(pixels, other.split()[0])
            assert one
            assert two
            assert holds(relation, one, two) == affirmed, (sample.key, subject, relation, other)
            checked += 1
        known = {tuple(claim) for claim in sample.meta["relations"]}  # type: ignore[attr-defined]
        affirmed_ones = {claim for claim, affirmed in said if affirmed}
        assert affirmed_ones <= known
    assert checked > 60


def test_a_mirror_turns_sides_around_and_nothing_else(samples: list[Sample]) -> None:
    sides = others = 0
    for sample in samples:
        for subject, relation, other in sample.meta["relations"]:  # type: ignore[attr-defined]
            pixels = shown(sample.images[0].data or b"")[0][:, ::-1]
            one, two = find(pixels, subject.split()[0]), find(pixels, other.split()[0])
            assert one
            assert two
            if relation in ("left", "right"):
                assert holds(OPPOSITE[relation], one, two)
                sides += 1
            else:
                assert holds(relation, one, two)
                others += 1
    assert sides > 20
    assert others > 5


def test_captions_name_exactly_the_figures_there_are(samples: list[Sample]) -> None:
    checked = 0
    for sample in samples:
        if sample.meta["scene"] != "plain" or sample.language != "en" or "caption" not in sample.tags:
            continue
        caption = sample.messages[1].text.split(".")[0].lower()
        for color in COLORS:
            assert (f"{color} " in caption.split(" on a ")[0]) == ((0, color) in colored(sample)), sample.key
        if sample.meta["odd"] == "alpha":
            assert caption.endswith("white background")
        checked += 1
    assert checked > 20


def test_all_ink_of_pages_lies_in_the_boxes_of_its_words(samples: list[Sample]) -> None:
    pages = [sample for sample in samples if sample.meta["scene"] == "page"]
    assert len(pages) == 12
    for sample in pages:
        ink = shown(sample.images[0].data or b"")[0].max(axis=2) < 90
        inside = np.zeros_like(ink)
        for mark in sample.annotations:
            assert mark.box
            assert mark.text
            window = np.s_[int(mark.box.y1) : int(mark.box.y2), int(mark.box.x1) : int(mark.box.x2)]
            assert ink[window].any()
            inside[window] = True
        assert not (ink & ~inside).any()


def test_bars_are_as_high_as_their_values(samples: list[Sample]) -> None:
    charts = [sample for sample in samples if sample.meta["scene"] == "chart"]
    assert len(charts) == 20
    for sample in charts:
        marks = sample.annotations
        bars = [(mark.box, int(str(marks[n + 1].text))) for n, mark in enumerate(marks) if "bar" in str(mark.label)]
        assert len(bars) >= 3
        ordered = sorted(bars, key=lambda bar: bar[1])
        heights = [box.height for box, _ in ordered if box]
        assert heights == sorted(heights)
        assert max(heights) / ordered[-1][1] == pytest.approx(min(heights) / ordered[0][1], rel=0.1)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The red circle is to the left of the blue square.", ("red circle", "left", "blue square")),
        ("A star. The white star is below the black heart.", ("white star", "below", "black heart")),
        ("赤い円は青い四角形の左にあります。", ("red circle", "left", "blue square")),
        ("緑の星はオレンジ色の十字の右にあります。", ("green star", "right", "orange cross")),
        ("白い六角形は紫のひし形より大きいです。", ("white hexagon", "larger", "purple diamond")),
    ],
)
def test_statements_are_understood(text: str, claim: tuple[str, str, str]) -> None:
    assert claims(text) == [claim]


@pytest.mark.parametrize(
    ("question", "answer", "affirmed"),
    [
        ("Is the red circle to the right of the blue square?", "Yes", True),
        ("Is the red circle to the right of the blue square?", "No", False),
        ("赤い円は青い四角形の右にありますか。", "はい", True),
        ("赤い円は青い四角形の右にありますか。", "いいえ", False),
    ],
)
def test_answers_affirm_or_deny(question: str, answer: str, affirmed: bool) -> None:
    turns = [Message("user", (TextPart(question),)), Message("assistant", (TextPart(answer),))]
    assert told(turns) == [(("red circle", "right", "blue square"), affirmed)]


def test_sides_are_meant_as_seen() -> None:
    one, two = Box(0, 0, 10, 10), Box(20, 30, 60, 70)
    assert [relation for relation in STATEMENTS["en"] if holds(relation, one, two)] == ["left", "above", "smaller"]


boxes = st.builds(Box.from_xywh, *(st.integers(0, 50) for _ in range(2)), *(st.integers(1, 50) for _ in range(2)))


@given(boxes, boxes, st.sampled_from(tuple(STATEMENTS["en"])))
@settings(max_examples=100)
def test_a_relation_and_its_opposite(one: Box, two: Box, relation: Relation) -> None:
    assert holds(relation, one, two) == holds(OPPOSITE[relation], two, one)
    assert not (holds(relation, one, two) and holds(OPPOSITE[relation], one, two))


def test_figures_keep_clear_of_each_other() -> None:
    for seed in range(60):
        size = Size(160 + seed, 160 + 5 * (seed % 7))
        taken: list[Box] = []
        figures = scattered(Dice("clear", seed), size, 6, tuple(COLORS), taken)
        assert len(figures) == len(taken) >= 2
        assert len({figure.color for figure in figures}) == len(figures)
        for n, box in enumerate(taken):
            assert box.clamp(size) == box
            assert not any(box.intersect(other) for other in taken[:n])
