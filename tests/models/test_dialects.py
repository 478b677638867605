"""Boxes as words: published vectors, and reading them back."""

import ast
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.errors import BadRecord
from vlmdata.models.dialects import DIALECTS, render_regions, scaled_box, squared_box, truncated_box
from vlmdata.models.presets import MODELS
from vlmdata.models.tiling import POLICIES
from vlmdata.types import Annotation, Box, Point, Size

FRAME = Size(640, 427)
BOX = Box(13, 27, 400, 300)


def test_published_vectors():
    assert scaled_box(BOX, FRAME) == (20, 63, 625, 703)
    assert scaled_box(BOX, FRAME, 999) == (20, 63, 624, 702)
    assert truncated_box(BOX, FRAME) == (20, 63, 625, 702)
    assert [f"{value:.4f}" for value in squared_box(BOX, FRAME)] == ["0.0203", "0.2078", "0.6250", "0.6344"]


def test_written_forms():
    mark = Annotation(id="a", label="a dog", box=BOX)
    bare = Annotation(id="b", box=Box(0, 0, 640, 427))
    assert render_regions("qwen3-vl", [mark], [FRAME]) == '{"bbox_2d": [20, 63, 625, 703], "label": "a dog"}'
    assert json.loads(render_regions("qwen3-vl", [mark, bare], [FRAME]))[1] == {"bbox_2d": [0, 0, 1000, 1000]}
    assert render_regions("internvl", [mark], [FRAME]) == "<ref>a dog</ref><box>[[20, 63, 625, 702]]</box>"
    assert render_regions("internvl", [mark, mark, bare], [FRAME]) == (
        "<ref>a dog</ref><box>[[20, 63, 625, 702], [20, 63, 625, 702]]</box><box>[[0, 0, 1000, 1000]]</box>"
    )
    assert render_regions("llava", [mark, bare], [FRAME]) == "[0.02, 0.21, 0.62, 0.63], [0.00, 0.17, 1.00, 0.83]"


def test_words_of_other_languages_stay_readable():
    mark = Annotation(id="a", label="赤い円", box=BOX)
    assert "赤い円" in render_regions("qwen3-vl", [mark], [FRAME])


def test_a_point_stands_for_itself_only_where_the_dialect_has_points():
    mark = Annotation(id="p", point=Point(320, 427))
    assert render_regions("qwen3-vl", [mark], [FRAME]) == '{"point_2d": [500, 1000]}'
    with pytest.raises(BadRecord, match="no_box"):
        render_regions("internvl", [mark], [FRAME])
    with pytest.raises(BadRecord, match="no_place"):
        render_regions("qwen3-vl", [Annotation(id="n")], [FRAME])


def test_rounding_is_half_to_even_and_clamped():
    assert scaled_box(Box(0.5, 1.5, 2.5, 3.5), Size(1000, 1000)) == (0, 2, 2, 4)
    assert scaled_box(Box(-5, -5, 2000, 2000), Size(1000, 1000)) == (0, 0, 1000, 1000)


def test_each_annotation_is_relative_to_its_own_picture():
    marks = [Annotation(id="a", image=0, box=Box(0, 0, 50, 50)), Annotation(id="b", image=1, box=Box(0, 0, 50, 50))]
    written = json.loads(render_regions("qwen3-vl", marks, [Size(100, 100), Size(50, 200)]))
    assert [mark["bbox_2d"] for mark in written] == [[0, 0, 500, 500], [0, 0, 1000, 250]]


@st.composite
def placed(draw):
    frame = Size(draw(st.integers(1, 3000)), draw(st.integers(1, 3000)))
    share = st.floats(0, 1)
    xs, ys = sorted([draw(share), draw(share)]), sorted([draw(share), draw(share)])
    return Box(xs[0] * frame.width, ys[0] * frame.height, xs[1] * frame.width, ys[1] * frame.height), frame


def read_back(dialect, text, frame):
    """Pixels of the first box in ``text``, and how far off they may be on each axis."""
    if dialect == "qwen3-vl":
        numbers = json.loads(text)["bbox_2d"]
        return numbers, (frame.width / 1000, frame.height / 1000), (0, 0), 0.5
    if dialect == "internvl":
        numbers = ast.literal_eval(re.search(r"<box>\s*(\[\[.*?\]\])\s*</box>", text)[1])[0]
        return numbers, (frame.width / 1000, frame.height / 1000), (0, 0), 1.0
    side = max(frame.width, frame.height)
    offset = ((side - frame.width) // 2, (side - frame.height) // 2)
    return ast.literal_eval(text), (side, side), offset, 0.005


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=80)
@given(case=placed())
def test_what_is_written_reads_back_within_the_resolution(dialect, case):
    box, frame = case
    text = render_regions(dialect, [Annotation(id="a", box=box)], [frame])
    numbers, unit, offset, slack = read_back(dialect, text, frame)
    for axis, (written, true) in enumerate(zip(numbers, box.xyxy, strict=True)):
        found = written * unit[axis % 2] - offset[axis % 2]
        assert abs(found - true) <= slack * unit[axis % 2] + 1e-6


def test_presets_name_only_what_is_built():
    assert set(MODELS) == {"qwen3-vl", "internvl2.5", "internvl3", "llava-1.5", "llava-next"}
    for name, preset in MODELS.items():
        assert preset.name == name
        assert preset.tiling is None or preset.tiling in POLICIES
        assert preset.dialect is None or preset.dialect in DIALECTS
        assert preset.source
        assert all(0 < value < 1 for channels in preset.normalisation for value in channels)
