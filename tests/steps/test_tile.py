from dataclasses import replace

import pytest

from vlmdata.errors import UsageError
from vlmdata.models.presets import MODELS
from vlmdata.models.tiling import layout_of
from vlmdata.steps.tile import TileAnyres
from vlmdata.types import Annotation, Box, Crop, Size


@pytest.mark.parametrize("policy", ["llava-next", "internvl"])
@pytest.mark.parametrize("images", [1, 2])
def test_every_picture_gets_the_layout_of_its_policy(make, ctx, policy, images):
    sizes = [(640, 480), (300, 900)][:images]
    tiled = TileAnyres(policy=policy).apply(make(("user", 0), sizes=sizes), ctx)
    assert [image.layout for image in tiled.images] == [layout_of(policy, Size(*size), images=images) for size in sizes]


def test_the_frame_after_all_edits_is_cut_and_boxes_stay(make, ctx):
    mark = Annotation(id="a", box=Box(0, 0, 10, 10))
    sample = make(("user", 0), annotations=(mark,)).transformed(Crop(0, 0, 480, 480), 0)
    tiled = TileAnyres(policy="internvl").apply(sample, ctx)
    assert tiled.images[0].layout == layout_of("internvl", Size(480, 480))
    assert tiled.annotations == (mark,)


def test_options_reach_the_policy(make, ctx):
    step = TileAnyres(policy="internvl", max_tiles=6, thumbnail=False)
    assert len(step.apply(make(("user", 0)), ctx).images[0].layout.views) == 6
    step = TileAnyres(policy="llava-next", tile=224, pinpoints=[[448, 448]])
    views = step.apply(make(("user", 0)), ctx).images[0].layout.views
    assert [view.size(Size(640, 480)) for view in views] == [Size(224, 224)] * 5


def test_clips_are_left_alone_and_do_not_count(make, picture, ctx):
    clip = replace(picture(), media_type="video/mp4")
    tiled = TileAnyres(policy="internvl").apply(make(("user", 0), images=(clip, picture())), ctx)
    assert not tiled.images[0].is_laid_out
    assert tiled.images[1].layout == layout_of("internvl", Size(640, 480))
    assert ctx.notes == {"left_alone:clip": 1}


def test_the_model_of_the_recipe_gives_the_policy_that_is_left_out(make, ctx):
    assert TileAnyres().with_model(MODELS["internvl3"]).policy == "internvl"
    assert TileAnyres(policy="internvl").with_model(MODELS["llava-next"]).policy == "internvl"
    assert "no policy" in TileAnyres().with_model(MODELS["qwen3-vl"]).ready()
    with pytest.raises(UsageError, match="no policy"):
        TileAnyres().apply(make(("user", 0)), ctx)


def test_options_of_another_policy_are_refused():
    assert "not max_tiles" in TileAnyres(policy="llava-next", max_tiles=4).ready()
    assert TileAnyres(policy="internvl", max_tiles=4).ready() is None
