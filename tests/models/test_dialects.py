"""Places as words: published vectors and the written forms."""

import json
from typing import get_args

import pytest

from vlmdata.errors import BadRecord
from vlmdata.models.dialects import DIALECTS, DialectName, complaint, dialect_of, render_regions, scaled_box
from vlmdata.types import Annotation, Box, Point, Size

FRAME = Size(640, 427)
BOX = Box(13, 27, 400, 300)
DOG = Annotation(id="a", label="a dog", box=BOX, point=Point(64, 42.7))
BARE = Annotation(id="b", box=Box(0, 0, 640, 427), point=Point(640, 427))


def test_the_names_are_those_a_recipe_may_say():
    assert set(get_args(DialectName)) == set(DIALECTS)
    for name, dialect in DIALECTS.items():
        assert dialect.name == name
        assert dialect.source
        assert dialect.writes & {"box", "point"}


@pytest.mark.parametrize(
    ("name", "options", "numbers"),
    [
        ("qwen2-vl", {}, (20, 63, 625, 703)),
        ("qwen3-vl", {}, (20, 63, 625, 703)),
        ("glm-v", {}, (20, 63, 625, 703)),
        ("generic", {}, (20, 63, 625, 703)),
        ("internvl", {}, (20, 63, 625, 702)),
        ("ferret", {}, (20, 63, 625, 702)),
        ("generic", {"rounding": "trunc"}, (20, 63, 625, 702)),
        ("generic", {"rounding": "floor"}, (20, 63, 625, 702)),
        ("florence-2", {}, (20, 63, 625, 702)),
        ("qwen-vl", {}, (20, 63, 624, 702)),
        ("ofa", {}, (20, 63, 624, 702)),
        ("generic", {"scale": 999}, (20, 63, 624, 702)),
        ("all-seeing", {"square": False}, (20, 63, 624, 701)),
        ("shikra", {}, (0.02, 0.063, 0.625, 0.703)),
        ("generic", {"scale": 1}, (0.02, 0.063, 0.625, 0.703)),
        ("paligemma", {}, (21, 65, 639, 719)),
        ("qwen2.5-vl", {}, (13, 27, 402, 295)),
        ("llava", {}, (0.02, 0.21, 0.62, 0.63)),
        ("lrv", {}, (13, 27, 400, 300)),
    ],
)
def test_published_vectors_of_one_box(name, options, numbers):
    assert dialect_of(name, **options).grid.of_box(BOX, FRAME) == numbers


def test_the_padded_square_before_it_is_rounded():
    across, down = DIALECTS["llava"].grid.spans(FRAME)
    assert (across.offset, down.offset, across.extent, down.extent) == (0, 106, 640, 640)
    shares = ((BOX.x1, across), (BOX.y1, down), (BOX.x2, across), (BOX.y2, down))
    assert [f"{(value + span.offset) / span.extent:.4f}" for value, span in shares] == [
        "0.0203", "0.2078", "0.6250", "0.6344",
    ]  # fmt: skip


@pytest.mark.parametrize(("size", "offsets"), [((7, 4), (0, 1)), ((4, 7), (1, 0)), ((5, 5), (0, 0)), ((8, 4), (0, 2))])
def test_the_odd_pixel_of_a_square_comes_after_the_picture(size, offsets):
    across, down = DIALECTS["all-seeing"].grid.spans(Size(*size))
    assert (across.offset, down.offset) == offsets
    assert across.extent == down.extent == max(size)


def test_the_demonstration_of_qwens_notebook():
    box, frame = Box(146, 137, 615, 415), Size(640, 428)
    assert scaled_box(box, frame) == (228, 320, 961, 970)
    assert DIALECTS["qwen2.5-vl"].grid.of_box(box, frame) == (147, 134, 619, 407)


def test_qwen2_5_follows_the_bounds_of_its_processor():
    frame, box = Size(1920, 1080), Box(0, 0, 960, 540)
    assert dialect_of("qwen2.5-vl").grid.of_box(box, frame) == (0, 0, 966, 546)
    assert dialect_of("qwen2.5-vl", max_pixels=1280 * 28 * 28).grid.of_box(box, frame) == (0, 0, 658, 364)
    edge = DIALECTS["qwen2.5-vl"].grid.of_box(Box(-9, -9, 5000, 5000), frame)
    assert edge == (0, 0, 1931, 1091)


def test_kosmos_cells():
    grid, unit = DIALECTS["kosmos-2"].grid, Size(1000, 1000)
    assert grid.of_box(Box(0, 0, 1000, 1000), unit) == (0, 1023)
    assert grid.of_box(Box(100, 200, 300, 400), unit) == (195, 393)
    assert grid.box((0, 1023), unit) == Box(15.625, 15.625, 984.375, 984.375)
    assert grid.box((0, 0), Size(32, 32)) == Box(0, 0, 1, 1)
    assert grid.box((0, 2), Size(32, 32)) == Box(0, 0, 3, 1)
    assert grid.box((33, 66), Size(32, 32)) == Box(1.5, 1.5, 2.5, 2.5)


def test_scales_of_integer_boxes():
    assert scaled_box(BOX, FRAME) == (20, 63, 625, 703)
    assert scaled_box(BOX, FRAME, 999) == (20, 63, 624, 702)
    assert scaled_box(Box(0.5, 1.5, 2.5, 3.5), Size(1000, 1000)) == (0, 2, 2, 4)
    assert scaled_box(Box(-5, -5, 2000, 2000), Size(1000, 1000)) == (0, 0, 1000, 1000)


WRITTEN = {
    "qwen-vl": "<ref>a dog</ref><box>(20,63),(624,702)</box>",
    "qwen2-vl": "<|object_ref_start|>a dog<|object_ref_end|><|box_start|>(20,63),(625,703)<|box_end|>",
    "qwen2.5-vl": '{"bbox_2d": [13, 27, 402, 295], "label": "a dog"}',
    "qwen3-vl": '{"bbox_2d": [20, 63, 625, 703], "label": "a dog"}',
    "internvl": "<ref>a dog</ref><box>[[20, 63, 625, 702]]</box>",
    "all-seeing": "<ref>a dog</ref><box>[[20, 207, 624, 633]]</box>",
    "glm-v": "[[20,63,625,703]]",
    "shikra": "[0.020,0.063,0.625,0.703]",
    "llava": "[0.02, 0.21, 0.62, 0.63]",
    "ferret": "[20, 63, 625, 702]",
    "kosmos-2": "<phrase> a dog</phrase><object><patch_index_0064><patch_index_0723></object>",
    "paligemma": "<loc0065><loc0021><loc0719><loc0639> a dog",
    "florence-2": "a dog<loc_20><loc_63><loc_625><loc_702>",
    "ofa": "<bin_20> <bin_63> <bin_624> <bin_702>",
    "molmo": '<point x="10.0" y="10.0" alt="a dog">a dog</point>',
    "point-label": '{"point": [100, 100], "label": "a dog"}',
    "lrv": "X:13 Y:27 Width:387 Height:273",
    "generic": "[20, 63, 625, 703]",
}


@pytest.mark.parametrize("name", DIALECTS)
def test_one_labelled_place(name):
    assert render_regions(name, [DOG], [FRAME]) == WRITTEN[name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qwen-vl", "<ref>a dog</ref><box>(20,63),(624,702)</box><box>(20,63),(624,702)</box>"),
        ("internvl", "<ref>a dog</ref><box>[[20, 63, 625, 702], [20, 63, 625, 702]]</box>"),
        ("glm-v", "[[20,63,625,703],[20,63,625,703]]"),
        ("shikra", "[0.020,0.063,0.625,0.703;0.020,0.063,0.625,0.703]"),
        ("llava", "[0.02, 0.21, 0.62, 0.63], [0.02, 0.21, 0.62, 0.63]"),
        (
            "kosmos-2",
            (
                "<phrase> a dog</phrase><object><patch_index_0064><patch_index_0723></delimiter_of_multi_objects/>"
                "<patch_index_0064><patch_index_0723></object>"
            ),
        ),
        ("paligemma", "<loc0065><loc0021><loc0719><loc0639> a dog ; <loc0065><loc0021><loc0719><loc0639> a dog"),
        ("florence-2", "a dog<loc_20><loc_63><loc_625><loc_702><loc_20><loc_63><loc_625><loc_702>"),
        ("molmo", '<points x1="10.0" y1="10.0" x2="10.0" y2="10.0" alt="a dog">a dog</points>'),
        ("point-label", '[{"point": [100, 100], "label": "a dog"}, {"point": [100, 100], "label": "a dog"}]'),
    ],
)
def test_two_of_one_label(name, text):
    assert render_regions(name, [DOG, DOG], [FRAME]) == text


def test_what_is_labelled_and_what_is_not():
    assert json.loads(render_regions("qwen3-vl", [DOG, BARE], [FRAME]))[1] == {"bbox_2d": [0, 0, 1000, 1000]}
    assert render_regions("internvl", [DOG, BARE], [FRAME]) == WRITTEN["internvl"] + "<box>[[0, 0, 1000, 1000]]</box>"
    assert render_regions("paligemma", [BARE, DOG], [FRAME]) == (
        "<loc0000><loc0000><loc1023><loc1023> ; " + WRITTEN["paligemma"]
    )
    for name in ("qwen-vl", "qwen2-vl", "florence-2"):
        with pytest.raises(BadRecord, match="unwritable_label"):
            render_regions(name, [DOG, BARE], [FRAME])
        assert WRITTEN[name] in render_regions(name, [BARE, DOG], [FRAME])
    with pytest.raises(BadRecord, match="no_label"):
        render_regions("molmo", [BARE], [FRAME])


def test_molmo_sorts_its_points_after_rounding_and_says_where_there_are_none():
    points = [(0.7604, 0.1), (0.7601, 0.2), (0.1, 0.9)]
    marks = [Annotation(id=f"p{x}", label="ear", point=Point(x * 1000, y * 500)) for x, y in points]
    assert render_regions("molmo", marks, [Size(1000, 500)]) == (
        '<points x1="10.0" y1="90.0" x2="76.0" y2="10.0" x3="76.0" y3="20.0" alt="ear">ear</points>'
    )
    assert render_regions("molmo", [], []) == "There are none."


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"order": "yxyx"}, "[63, 20, 703, 625]"),
        ({"order": "xywh"}, "[20, 63, 605, 639]"),
        ({"order": "cxcywh"}, "[323, 383, 605, 639]"),
        ({"scale": 100, "rounding": "floor"}, "[2, 6, 62, 70]"),
        ({"scale": 1, "order": "yxyx", "rounding": "trunc"}, "[0.063, 0.020, 0.702, 0.625]"),
    ],
)
def test_generic_numbers(options, text):
    assert render_regions("generic", [DOG], [FRAME], **options) == text


def test_points_may_have_y_first():
    mark = Annotation(id="p", label="dog", point=Point(160, 213.5))
    assert render_regions("point-label", [mark], [FRAME]) == '{"point": [250, 500], "label": "dog"}'
    assert render_regions("point-label", [mark], [FRAME], order="yxyx") == '{"point": [500, 250], "label": "dog"}'


def test_a_point_stands_for_itself_where_the_dialect_has_both():
    mark = Annotation(id="p", point=Point(320, 427))
    assert render_regions("qwen3-vl", [mark], [FRAME]) == '{"point_2d": [500, 1000]}'
    assert render_regions("qwen2-vl", [mark], [FRAME]) == "<|box_start|>(500,1000)<|box_end|>"
    assert render_regions("shikra", [mark], [FRAME]) == "[0.500,1.000]"
    assert render_regions("ferret", [mark], [FRAME]) == "[500, 997]"


@pytest.mark.parametrize("name", DIALECTS)
def test_an_annotation_without_its_kind_of_place_is_refused(name):
    writes = DIALECTS[name].writes
    with pytest.raises(BadRecord, match=r"no_place|no_box|no_point"):
        render_regions(name, [Annotation(id="n", label="x")], [FRAME])
    if "box" not in writes:
        with pytest.raises(BadRecord, match="no_point"):
            render_regions(name, [Annotation(id="n", label="x", box=BOX)], [FRAME])
    if "point" not in writes:
        with pytest.raises(BadRecord, match="no_box"):
            render_regions(name, [Annotation(id="n", label="x", point=Point(1, 1))], [FRAME])


def test_kosmos_writes_no_empty_box_and_none_that_leaves_its_picture():
    for box in (Box(1, 1, 1, 5), Box(5, 1, 1, 5), Box(-1, 0, 5, 5), Box(0, 0, 641, 5)):
        with pytest.raises(BadRecord, match="unwritable_box"):
            render_regions("kosmos-2", [Annotation(id="n", box=box)], [FRAME])


def test_words_of_other_languages_stay_readable():
    assert "赤い円" in render_regions("qwen3-vl", [Annotation(id="a", label="赤い円", box=BOX)], [FRAME])


def test_each_annotation_is_relative_to_its_own_picture():
    marks = [Annotation(id="a", image=0, box=Box(0, 0, 50, 50)), Annotation(id="b", image=1, box=Box(0, 0, 50, 50))]
    written = json.loads(render_regions("qwen3-vl", marks, [Size(100, 100), Size(50, 200)]))
    assert [mark["bbox_2d"] for mark in written] == [[0, 0, 500, 500], [0, 0, 1000, 250]]


def test_a_picture_too_thin_for_qwen2_5_is_no_crash():
    with pytest.raises(BadRecord, match="too_thin"):
        render_regions("qwen2.5-vl", [Annotation(id="a", box=Box(0, 0, 1, 1))], [Size(1, 500)])


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("qwen4", {}, "unknown dialect"),
        ("llava", {"scale": 1}, "no options"),
        ("generic", {"min_pixels": 1}, "scale, order, rounding"),
        ("point-label", {"order": "xywh"}, "y first"),
        ("qwen2.5-vl", {"min_pixels": 9, "max_pixels": 8}, "at most max_pixels"),
    ],
)
def test_wrong_options_are_told(name, options, says):
    assert says in complaint(name, options)
    with pytest.raises(ValueError, match=says):
        dialect_of(name, **options)
