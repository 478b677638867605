import pytest

from vlmdata.steps.image import FilterImage
from vlmdata.types import Crop, Drop


@pytest.mark.parametrize(
    ("limits", "size", "drop"),
    [
        ({"min_side": 480}, (640, 480), None),
        ({"min_side": 481}, (640, 480), Drop(reason="min_side", value="480", threshold="481")),
        ({"max_side": 640}, (640, 480), None),
        ({"max_side": 639}, (640, 480), Drop(reason="max_side", value="640", threshold="639")),
        ({"min_pixels": 307201}, (640, 480), Drop(reason="min_pixels", value="307200", threshold="307201")),
        ({"max_pixels": 307199}, (640, 480), Drop(reason="max_pixels", value="307200", threshold="307199")),
        ({"max_aspect": 4}, (100, 400), None),
        ({"max_aspect": 4}, (100, 401), Drop(reason="max_aspect", value="4.01", threshold="4")),
    ],
)
def test_limits(make, ctx, limits, size, drop):
    sample = make(("user", 0), sizes=[size])
    assert FilterImage(**limits).apply(sample, ctx) == (drop or sample)


def test_every_image_is_looked_at_in_its_frame(make, ctx):
    step = FilterImage(min_side=100)
    two = make(("user", 0, 1), sizes=[(640, 480), (640, 90)])
    assert step.apply(two, ctx) == Drop(reason="min_side", value="90", threshold="100")
    cut = make(("user", 0)).transformed(Crop(0, 0, 50, 480), 0)
    assert step.apply(cut, ctx) == Drop(reason="min_side", value="50", threshold="100")


def test_text_only_samples_pass(make, ctx):
    sample = make(("user", "hello"), sizes=[])
    assert FilterImage(min_side=100).apply(sample, ctx) is sample


def test_limits_that_cannot_be_meant_are_refused():
    assert "sets no limit" in FilterImage().ready()
    assert "min_side is above max_side" in FilterImage(min_side=10, max_side=9).ready()
    assert FilterImage(min_side=9, max_side=9).ready() is None
