from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.steps.boxes import CleanBoxes, NormalizeBoxes
from vlmdata.types import Annotation, Box, Crop, Drop, Point

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
