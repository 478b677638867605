from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, render
from vlmdata.pixels.decode import decode
from vlmdata.types import Crop, HFlip, Image, Layout, Resize, Size, View

PNG = PixelPolicy(format="png")
TILED = Layout("test", (View("global", (Resize(50, 50),)), View("tile", (Resize(100, 100), Crop(0, 0, 50, 50)))))


def test_one_result_for_each_in_order(scene, saved):
    good = saved(scene(), "JPEG")
    results = render([Image(data=good), Image(data=b""), Image(data=good[:900]), Image(data=good)], PNG, RenderClock())
    assert [getattr(result, "reason", "rendered") for result in results] == [
        "rendered",
        "empty",
        "truncated",
        "rendered",
    ]
    assert render([], PNG, RenderClock()) == []


def test_untouched_photos_keep_their_bytes(photos):
    for name, data in photos.items():
        (result,) = render([Image(data=data)], PNG, RenderClock())
        assert isinstance(result, Rendered), name
        assert result.passed_through
        assert result.views[0].data is data
        (broken,) = render([Image(data=data[:-200])], PNG, RenderClock())
        assert isinstance(broken, Fault), name
        assert broken.reason == "truncated"


def test_anything_pending_is_done(scene, saved):
    data = saved(scene(), "JPEG")
    for image in (Image(data=data, edits=(HFlip(),)), Image(data=data, layout=TILED)):
        (result,) = render([image], PNG, RenderClock())
        assert isinstance(result, Rendered)
        assert not result.passed_through
        assert {view.media_type for view in result.views} == {"image/png"}


@pytest.mark.parametrize(("form", "stored"), [("JPEG", "jpeg"), ("WEBP", "webp"), ("PNG", "png"), ("BMP", "png")])
def test_original_keeps_the_format(form, stored, scene, saved):
    image = Image(data=saved(scene(), form), edits=(HFlip(),))
    (result,) = render([image], PixelPolicy(format="original"), RenderClock())
    assert isinstance(result, Rendered)
    assert [view.media_type for view in result.views] == [f"image/{stored}"]


def test_planned_views_store_the_frame_alone(scene, saved):
    planned = PixelPolicy(format="png", views="planned")
    data = saved(scene(160, 120), "JPEG")
    (kept,) = render([Image(data=data, layout=TILED)], planned, RenderClock())
    assert isinstance(kept, Rendered)
    assert kept.passed_through
    (edited,) = render([Image(data=data, edits=(Crop(0, 0, 80, 60),), layout=TILED)], planned, RenderClock())
    assert isinstance(edited, Rendered)
    assert [view.size for view in edited.views] == [Size(80, 60)]


def test_views_come_in_the_order_of_the_layout(scene, saved, pixels_of):
    (result,) = render([Image(data=saved(scene(200, 200), "PNG"), layout=TILED)], PNG, RenderClock())
    assert isinstance(result, Rendered)
    whole, tile = (pixels_of(view.data) for view in result.views)
    assert np.abs(whole[:25, :25].astype(int) - tile[::2, ::2]).mean() < 10
    assert np.abs(whole[25:, 25:].astype(int) - tile[::2, ::2]).mean() > 20


@pytest.mark.parametrize("fidelity", ["fast", "exact"])
def test_a_picture_is_decoded_once(fidelity, scene, saved, monkeypatch):
    calls: list[int] = []

    def counting(data, header, policy, reduction, **options):
        calls.append(reduction)
        return decode(data, header, policy, reduction, **options)

    monkeypatch.setattr(import_module("vlmdata.pixels.cpu"), "decode", counting)
    policy = PixelPolicy(fidelity=fidelity)
    render([Image(data=saved(scene(800, 800), "JPEG"), layout=TILED)], policy, RenderClock())
    assert calls == [8 if fidelity == "fast" else 1]
    render([Image(data=saved(scene(90, 80), "JPEG"))], policy, RenderClock())
    assert calls[1:] == [8], "kept as it is: an eighth is proof enough"


def test_fast_is_close_to_exact(photos, pixels_of):
    """Also where a reduced decode takes part. Mean difference over photos, in levels of 255."""
    for name, data in photos.items():
        for side in (100, 336, 900):
            pixels = []
            for fidelity in ("fast", "exact"):
                policy = PixelPolicy(format="png", fidelity=fidelity)
                (result,) = render([Image(data=data, edits=(Resize(side, side),))], policy, RenderClock())
                assert isinstance(result, Rendered)
                pixels.append(pixels_of(result.views[0].data).astype(int))
            assert np.abs(pixels[0] - pixels[1]).mean() < 4, (name, side)


def test_results_do_not_depend_on_the_window(scene, saved):
    images = [Image(data=saved(scene(90 + n, 70, seed=n), "JPEG"), edits=(Resize(50, 40),)) for n in range(4)]
    together = render(images, PixelPolicy(), RenderClock())
    assert together == [result for image in images for result in render([image], PixelPolicy(), RenderClock())]


def test_the_clock_tells_the_stages_apart(scene, saved):
    clock = RenderClock()
    image = Image(data=saved(scene(1200, 900), "PNG"), edits=(Resize(800, 600),))
    render([image], PixelPolicy(), clock)
    first = (clock.decode, clock.transform, clock.encode)
    assert min(first) > 0
    render([image], PixelPolicy(), clock)
    assert all(
        after > before for before, after in zip(first, (clock.decode, clock.transform, clock.encode), strict=True)
    )


def test_a_clip_passes_untouched(clip):
    (result,) = render([Image(data=clip, media_type="video/mp4")], PNG, RenderClock())
    assert isinstance(result, Rendered)
    assert result.passed_through
    assert (result.views[0].data, result.views[0].media_type, result.views[0].size) == (
        clip,
        "video/mp4",
        Size(398, 224),
    )


def test_wrong_use_raises(scene, saved):
    with pytest.raises(ValueError, match=r"a/b\.jpg is rendered before its bytes are loaded"):
        render([Image(uri="a/b.jpg")], PNG, RenderClock())
    with pytest.raises(ValueError, match="planned as 4x4 but is 160x120"):
        render([Image(data=saved(scene(), "JPEG"), original=Size(4, 4))], PNG, RenderClock())
