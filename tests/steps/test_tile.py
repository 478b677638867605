from dataclasses import replace

import pytest
from pydantic import ValidationError

from vlmdata.errors import UsageError
from vlmdata.models.presets import MODELS
from vlmdata.models.tiling import POLICIES, layout_of
from vlmdata.steps.tile import TileAnyres
from vlmdata.types import Annotation, Box, Crop, Drop, Size


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("images", [1, 2])
def test_every_picture_gets_the_layout_of_its_policy(make, ctx, policy, images):
    sizes = [(640, 480), (300, 900)][:images]
    step = TileAnyres(policy=policy)
    assert step.ready() is None
    tiled = step.apply(make(("user", 0), sizes=sizes), ctx)
    assert [image.layout for image in tiled.images] == [layout_of(policy, Size(*size), images=images) for size in sizes]


def test_the_frame_after_all_edits_is_cut_and_boxes_stay(make, ctx):
    mark = Annotation(id="a", box=Box(0, 0, 10, 10))
    sample = make(("user", 0), annotations=(mark,)).transformed(Crop(0, 0, 480, 480), 0)
    tiled = TileAnyres(policy="internvl").apply(sample, ctx)
    assert tiled.images[0].layout == layout_of("internvl", Size(480, 480))
    assert tiled.annotations == (mark,)


@pytest.mark.parametrize(
    ("policy", "options"),
    [
        ("internvl", {"max_tiles": 6, "min_tiles": 2, "thumbnail": False}),
        ("llava-next", {"tile": 224, "pinpoints": ((448, 448),)}),
        ("llava-1.5", {"color": (1, 2, 3)}),
        ("qwen2.5-vl", {"min_pixels": 3136, "max_pixels": 100_000}),
        ("idefics2", {"split": False}),
        ("nanovlm", {"upscale": True, "max_side": 1536}),
        ("custom", {"tile": 100, "grids": ((3, 1),), "fit": "squash", "thumbnail": "last", "view_tokens": 9}),
    ],
)
def test_options_reach_the_policy(make, ctx, policy, options):
    layout = TileAnyres(policy=policy, **options).apply(make(("user", 0)), ctx).images[0].layout
    assert layout == layout_of(policy, Size(640, 480), **options)
    assert layout != layout_of(policy, Size(640, 480))


def test_clips_are_left_alone_and_do_not_count(make, picture, ctx):
    clip = replace(picture(), media_type="video/mp4")
    tiled = TileAnyres(policy="internvl").apply(make(("user", 0), images=(clip, picture())), ctx)
    assert not tiled.images[0].is_laid_out
    assert tiled.images[1].layout == layout_of("internvl", Size(640, 480))
    assert ctx.notes == {"left_alone:clip": 1}


def test_a_size_the_model_cannot_take_drops_the_sample(make, ctx):
    dropped = TileAnyres(policy="qwen3-vl").apply(make(("user", 0), sizes=[(640, 480), (3, 900)]), ctx)
    assert isinstance(dropped, Drop)
    assert dropped.reason == "too_thin"
    assert "3x900" in dropped.value
    assert TileAnyres(policy="idefics2").apply(make(("user", 0), sizes=[(1, 9)]), ctx).reason == "too_small"


def test_the_model_of_the_recipe_gives_the_policy_that_is_left_out(make, ctx):
    without = replace(MODELS["internvl3"], tiling=None)
    assert TileAnyres().with_model(MODELS["internvl3"]).policy == "internvl"
    assert TileAnyres(policy="internvl").with_model(MODELS["llava-next"]).policy == "internvl"
    assert "no policy" in TileAnyres().with_model(without).ready()
    with pytest.raises(UsageError, match="no policy"):
        TileAnyres().apply(make(("user", 0)), ctx)


def test_options_of_another_policy_are_refused():
    assert "not max_tiles" in TileAnyres(policy="llava-next", max_tiles=4).ready()
    assert "true or false" in TileAnyres(policy="internvl", thumbnail="first").ready()
    assert "first, last or none" in TileAnyres(policy="custom", thumbnail=True).ready()
    assert TileAnyres(policy="internvl", max_tiles=4).ready() is None


@pytest.mark.parametrize("wrong", [{"max_tiles": 0}, {"color": (0, 0, 300)}, {"fit": "stretch"}, {"policy": "llava"}])
def test_values_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        TileAnyres(**{"policy": "custom"} | wrong)
