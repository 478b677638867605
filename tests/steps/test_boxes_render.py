import json
import pickle

import pytest

from vlmdata.errors import UsageError
from vlmdata.models.presets import MODELS
from vlmdata.steps.boxes_render import RenderBoxes
from vlmdata.types import Annotation, Box, Drop, HFlip, ImagePart, Point, RegionPart, TextPart


def marked(make, *marks, turns=(("user", 0),), **fields):
    return make(*turns, annotations=marks, **fields)


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
    without = next(preset for preset in MODELS.values() if preset.dialect is None)
    assert open_step.with_model(without).ready() is not None
    assert RenderBoxes(dialect="llava").with_model(MODELS["qwen3-vl"]).dialect == "llava"
    with pytest.raises(UsageError, match="no dialect"):
        open_step.apply(marked(make), ctx)


def test_a_flipped_picture_has_flipped_numbers(make, ctx):
    mark = Annotation(id="a", label="dog", box=Box(0, 0, 160, 240))
    sample = marked(make, mark, turns=(("user", 0, "Where?"), ("assistant", ("a",))))
    flipped = RenderBoxes(dialect="paligemma").apply(sample.transformed(HFlip(), 0), ctx)
    assert flipped.messages[1].text == "<loc0000><loc0767><loc0512><loc1023> dog"


def test_boxes_of_several_pictures_are_each_relative_to_their_own(make, ctx):
    marks = (Annotation(id="a", box=Box(0, 0, 50, 50)), Annotation(id="b", image=1, box=Box(0, 0, 50, 50)))
    turns = (("user", 0, 1, "Where?"), ("assistant", "First ", ("a",), ", second ", ("b",)))
    sample = marked(make, *marks, turns=turns, sizes=[(100, 100), (200, 50)])
    text = RenderBoxes(dialect="glm-v").apply(sample, ctx).messages[1].text
    assert text == "First [[0,0,500,500]], second [[0,0,250,1000]]"


def test_options_of_a_dialect(make, ctx):
    mark = Annotation(id="a", box=Box(160, 120, 320, 480))
    sample = marked(make, mark, turns=(("user", 0, "Where?"), ("assistant", ("a",))))
    step = RenderBoxes(dialect="generic", scale=100, order="xywh")
    assert step.ready() is None
    assert step.apply(sample, ctx).messages[1].text == "[25, 25, 25, 75]"
    bounded = RenderBoxes(dialect="qwen2.5-vl", max_pixels=256 * 28 * 28)
    assert bounded.apply(sample, ctx).messages[1].text == '{"bbox_2d": [126, 91, 252, 363]}'
    assert "scale" in RenderBoxes(dialect="llava", scale=100).ready()
    with pytest.raises(UsageError, match="scale"):
        RenderBoxes(dialect="llava", scale=100).apply(sample, ctx)


def test_a_label_that_cannot_be_written_drops_the_sample(make, ctx):
    mark = Annotation(id="a", label="one; two", box=Box(0, 0, 9, 9))
    sample = marked(make, mark, turns=(("user", 0, "Where?"), ("assistant", ("a",))))
    assert RenderBoxes(dialect="paligemma").apply(sample, ctx).reason == "unwritable_label"
    assert "one; two" in RenderBoxes(dialect="qwen3-vl").apply(sample, ctx).messages[1].text


def test_it_travels_to_workers_after_it_has_been_used(make, ctx):
    step = RenderBoxes(dialect="generic", scale=1)
    sample = marked(make, Annotation(id="a", box=Box(0, 0, 9, 9)), turns=(("user", 0, "?"), ("assistant", ("a",))))
    written = step.apply(sample, ctx)
    assert pickle.loads(pickle.dumps(step)).apply(sample, ctx) == written
    assert pickle.loads(pickle.dumps(step)) == step == RenderBoxes(dialect="generic", scale=1)
