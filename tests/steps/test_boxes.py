import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.errors import UsageError
from vlmdata.models.presets import MODELS
from vlmdata.steps.boxes import CleanBoxes, NormalizeBoxes, RenderBoxes
from vlmdata.types import Annotation, Box, Crop, Drop, ImagePart, Point, RegionPart, TextPart

COORDINATES = st.floats(-200, 900)


def marked(make, *marks, turns=(("user", 0),)):
    return make(*turns, annotations=marks)


def test_boxes_are_cut_to_the_frame_and_empty_ones_go(make, ctx):
    sample = marked(
        make,
        Annotation(id="over", box=Box(-5, 10, 700, 50), box_1000=(0, 1, 2, 3)),
        Annotation(id="inside", box=Box(1, 1, 5, 5), box_1000=(1, 1, 5, 5)),
        Annotation(id="outside", box=Box(700, 0, 800, 10)),
        Annotation(id="inverted", box=Box(50, 0, 10, 10)),
        Annotation(id="thin", box=Box(0, 0, 0.5, 100)),
        Annotation(id="no picture", image=3, box=Box(0, 0, 5, 5)),
        Annotation(id="no box", label="sky"),
    )
    cleaned = CleanBoxes().apply(sample, ctx)
    assert cleaned.annotations == (
        Annotation(id="over", box=Box(0, 10, 640, 50)),
        sample.annotations[1],
        sample.annotations[-1],
    )
    assert ctx.notes == {"removed": 1, "clamped": 1}


def test_a_point_outside_goes_with_its_annotation_unless_that_has_a_box(make, ctx):
    sample = marked(
        make,
        Annotation(id="p", point=Point(641, 5)),
        Annotation(id="q", point=Point(640, 480)),
        Annotation(id="r", point=Point(-1, 5), box=Box(0, 0, 9, 9)),
    )
    assert CleanBoxes().apply(sample, ctx).annotations == (
        sample.annotations[1],
        replace(sample.annotations[2], point=None),
    )


def test_a_sample_that_speaks_of_a_lost_box_is_dropped(make, ctx):
    mark = Annotation(id="dog", box=Box(600, 0, 640, 40))
    sample = marked(make, mark, turns=(("user", 0, "Where?"), ("assistant", ("dog",))))
    assert CleanBoxes().apply(sample, ctx) == sample
    cut = sample.transformed(Crop(0, 0, 320, 480), 0)
    assert CleanBoxes().apply(cut, ctx) == Drop(reason="spoken_box", value="dog")
    assert CleanBoxes(min_side=50).apply(sample, ctx) == Drop(reason="spoken_box", value="dog")
    assert CleanBoxes(min_area=1601).apply(sample, ctx) == Drop(reason="spoken_box", value="dog")


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(box=st.builds(Box, COORDINATES, COORDINATES, COORDINATES, COORDINATES))
def test_what_is_left_lies_in_the_frame_and_cleaning_again_changes_nothing(make, ctx, box):
    once = CleanBoxes().apply(marked(make, Annotation(id="a", box=box)), ctx)
    for mark in once.annotations:
        assert 0 <= mark.box.x1 < mark.box.x2 <= 640
        assert 0 <= mark.box.y1 < mark.box.y2 <= 480
        assert mark.box == box.intersect(Box(0, 0, 640, 480))
    assert CleanBoxes().apply(once, ctx) == once


def test_integer_boxes_beside_the_float_ones(make, ctx):
    mark = Annotation(id="a", box=Box(13, 27, 400, 500))
    sample = marked(make, mark, Annotation(id="b", point=Point(1, 1)))
    numbered = NormalizeBoxes().apply(sample, ctx)
    assert numbered.annotations[0] == replace(mark, box_1000=(20, 56, 625, 1000))
    assert numbered.annotations[1] == sample.annotations[1]
    assert NormalizeBoxes(scale=999).apply(sample, ctx).annotations[0].box_1000 == (20, 56, 624, 999)


def test_regions_become_text_and_neighbouring_texts_one(make, ctx):
    mark = Annotation(id="a", label="dog", box=Box(0, 0, 320, 240))
    sample = marked(make, mark, turns=(("user", 0, "Is ", ("a",), " a dog?"), ("assistant", "Yes."), ("user",)))
    written = RenderBoxes(dialect="internvl").apply(sample, ctx)
    assert written.messages[0].content == (
        ImagePart(0),
        TextPart("Is <ref>dog</ref><box>[[0, 0, 500, 500]]</box> a dog?"),
    )
    assert written.messages[1:] == sample.messages[1:]
    assert not any(isinstance(part, RegionPart) for message in written.messages for part in message.content)
    assert written.annotations == sample.annotations


def test_qwen_region_parses_as_json(make, ctx):
    marks = (Annotation(id="a", box=Box(0, 0, 64, 48)), Annotation(id="b", box=Box(0, 0, 640, 480)))
    sample = marked(make, *marks, turns=(("user", 0, "Find all."), ("assistant", ("a", "b"))))
    text = RenderBoxes(dialect="qwen3-vl").apply(sample, ctx).messages[1].text
    assert json.loads(text) == [{"bbox_2d": [0, 0, 100, 100]}, {"bbox_2d": [0, 0, 1000, 1000]}]


def test_regions_that_cannot_be_written_drop_the_sample(make, ctx):
    turns = (("user", 0, "Where?"), ("assistant", ("a",)))
    step = RenderBoxes(dialect="llava")
    assert step.apply(marked(make, turns=turns), ctx) == Drop(reason="unknown_region", value="a")
    point = step.apply(marked(make, Annotation(id="a", point=Point(1, 1)), turns=turns), ctx)
    assert point.reason == "no_box"
    nothing = RenderBoxes(dialect="qwen3-vl").apply(marked(make, Annotation(id="a"), turns=turns), ctx)
    assert nothing.reason == "no_place"


def test_the_model_of_the_recipe_gives_the_dialect_that_is_left_out(make, ctx):
    open_step = RenderBoxes()
    assert "qwen3-vl" in open_step.ready()
    assert open_step.with_model(MODELS["internvl3"]) == RenderBoxes(dialect="internvl")
    assert open_step.with_model(MODELS["llava-next"]).ready() is not None
    assert RenderBoxes(dialect="llava").with_model(MODELS["qwen3-vl"]).dialect == "llava"
    with pytest.raises(UsageError, match="no dialect"):
        open_step.apply(marked(make), ctx)
