"""What is written is read back: places within the resolution, labels exactly, or a refusal."""

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from vlmdata.errors import BadRecord
from vlmdata.models.dialects import DIALECTS, dialect_of, parse_regions, render_regions
from vlmdata.types import Annotation, Box, HFlip, Point, Size

VARIANTS = [
    *((name, {}) for name in DIALECTS),
    ("all-seeing", {"square": False}),
    ("point-label", {"order": "yxyx"}),
    ("qwen2.5-vl", {"min_pixels": 200_704, "max_pixels": 1_003_520}),
    *(
        ("generic", {"scale": scale, "order": order, "rounding": rounding})
        for scale, order, rounding in [
            (999, "xyxy", "floor"),
            (100, "yxyx", "trunc"),
            (1, "xywh", "round"),
            (1000, "xywh", "floor"),
            (1000, "cxcywh", "round"),
            (1, "cxcywh", "trunc"),
        ]
    ),
]
EVERY = pytest.mark.parametrize(
    ("name", "options"), VARIANTS, ids=[" ".join(map(str, (name, *options.values()))) for name, options in VARIANTS]
)
ODD = st.text(alphabet="ab犬 \t\n\"'<>;:,|[](){}\\/&=　é", max_size=12) | st.sampled_from(
    [
        "</ref>",
        "<box>",
        "a<b",
        '"',
        "a;b",
        "<loc0001>",
        "x</phrase>",
        "[1, 2, 3, 4]",
        "<|box_end|>",
        "a\nb",
        "ラベル、犬",
    ]
)


@st.composite
def placed(draw, least=1):
    """A frame, and marks with box and point inside it."""
    frame = Size(draw(st.integers(least, 3000)), draw(st.integers(least, 3000)))
    share = st.floats(0, 1) | st.sampled_from([0.0, 0.25, 1.0])
    marks = []
    for number in range(draw(st.integers(1, 3))):
        (x1, x2), (y1, y2) = (sorted([draw(share), draw(share)]) for _ in range(2))
        box = Box(x1 * frame.width, y1 * frame.height, x2 * frame.width, y2 * frame.height)
        assume(box.area > 1e-6)
        point = Point(draw(share) * frame.width, draw(share) * frame.height)
        marks.append(Annotation(id=f"m{number}", label="a dog", box=box, point=point))
    return frame, marks


def places(name, text, frame, options):
    return [
        place for piece in parse_regions(name, text, frame, **options) if isinstance(piece, tuple) for place in piece
    ]


def coordinates(mark):
    return mark.box.xyxy if mark.box else (mark.point.x, mark.point.y)


def close(place, mark, dialect, frame):
    """Whether a place is where the mark is, but for the resolution."""
    steps = dialect.resolution(frame) * 2
    pairs = zip(coordinates(place), coordinates(mark), strict=True)
    return all(abs(read - true) <= step + 1e-6 for (read, true), step in zip(pairs, steps, strict=False))


@EVERY
@settings(max_examples=30, deadline=None)
@given(case=placed(least=16))
def test_places_come_back_within_the_resolution(name, options, case):
    frame, marks = case
    dialect = dialect_of(name, **options)
    found = places(name, dialect.render(marks, [frame]), frame, options)
    assert [place.label for place in found] == ["a dog" if "label" in dialect.writes else None] * len(marks)
    if "box" not in dialect.writes:
        marks = [Annotation(id="p", point=mark.point) for mark in marks]
    if name == "molmo":  # it sorts its points
        found = [next((place for place in found if close(place, mark, dialect, frame)), found[0]) for mark in marks]
    assert all(close(place, mark, dialect, frame) for place, mark in zip(found, marks, strict=True))


@EVERY
@settings(max_examples=30, deadline=None)
@given(case=placed(least=16))
def test_what_was_read_is_written_the_same_again(name, options, case):
    frame, marks = case
    text = render_regions(name, marks, [frame], **options)
    again = "".join(
        piece
        if isinstance(piece, str)
        else render_regions(
            name,
            [Annotation(id="r", label=place.label, box=place.box, point=place.point) for place in piece],
            [frame],
            **options,
        )
        for piece in parse_regions(name, text, frame, **options)
    )
    if options.get("order") not in ("xywh", "cxcywh"):  # those share the frame's edge between two numbers
        assert again == text


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=60, deadline=None)
@given(labels=st.lists(st.none() | ODD, min_size=1, max_size=3))
def test_a_label_comes_back_as_it_was_or_is_refused(name, labels):
    frame = Size(640, 480)
    marks = [
        Annotation(id=f"m{at}", label=label, box=Box(10, 20, 300, 400), point=Point(at * 50 + 10, 20))
        for at, label in enumerate(labels)
    ]
    try:
        text = render_regions(name, marks, [frame])
    except BadRecord as bad:
        event(bad.reason)
        return
    found = places(name, text, frame, {})
    if "label" in DIALECTS[name].writes:
        assert [place.label for place in found] == [(label or "").strip() or None for label in labels]
    else:
        assert [place.label for place in found] == [None] * len(labels)


@pytest.mark.parametrize("name", sorted(name for name, one in DIALECTS.items() if "label" in one.writes))
def test_ordinary_labels_are_written(name):
    for label in ("dog", "the man's hat, in front", "赤い帽子の人", "10 % off (blue)", "a|b", "Smith & sons"):
        mark = Annotation(id="a", label=label, box=Box(10, 20, 300, 400), point=Point(1, 2))
        (place,) = places(name, render_regions(name, [mark], [Size(640, 480)]), Size(640, 480), {})
        assert place.label == label


@pytest.mark.parametrize("name", ["qwen3-vl", "glm-v", "qwen2-vl", "paligemma", "ofa", "qwen-vl"])
def test_a_mirrored_text_has_mirrored_numbers(name):
    frame, scale = Size(641, 333), DIALECTS[name].grid.scale
    for number in range(0, scale + 1, 7):
        numbers = (min(number, scale - 1), 0, scale, scale)
        box = HFlip().matrix(frame).box(DIALECTS[name].grid.box(numbers, frame))
        assert DIALECTS[name].grid.of_box(box, frame) == (0, 0, scale - numbers[0], scale)
