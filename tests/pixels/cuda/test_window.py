"""A window of pictures through the GPU backend gives what the CPU backend gives, up to a level or two of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, read_header, render
from vlmdata.pixels.cuda import stage, window
from vlmdata.pixels.cuda.device import device_of
from vlmdata.types import Crop, HFlip, Image, Layout, Pad, Resize, Size, View

FITTED = (Resize(96, 72), Pad(0, 12, 0, 12, (7, 8, 9)))
TILED = Layout(
    "test",
    (
        View("global", (Resize(64, 64),)),
        *(View("tile", (*FITTED, Crop(x, y, 48, 48))) for x in (0, 48) for y in (0, 48)),
    ),
)


@pytest.fixture
def images(scene, saved, exif, photos):
    """Good and bad pictures of many kinds, for both backends, with edits and a layout or without."""
    jpegs = [saved(scene(160 + 10 * seed, 120, seed), "JPEG", quality=92, exif=exif(seed)) for seed in range(1, 9)]
    jpegs += [saved(scene().convert("L"), "JPEG"), saved(scene(), "JPEG", progressive=True)]
    jpegs += [
        saved(scene().convert("CMYK"), "JPEG"),
        saved(scene(), "JPEG", subsampling=0),
        photos["office.jpg"],
        photos["i2d_123_456.jpg"],
    ]
    others = [saved(scene(), form) for form in ("PNG", "WEBP", "GIF")]
    whole = [shown(data, (HFlip(),), TILED) for data in (*jpegs, *others)]
    plain = saved(scene(200, 200), "JPEG")
    spliced = plain[:1500] + plain[1700:]
    bad = [Image(data=data, edits=(HFlip(),)) for data in (b"", plain[:3000], plain[:-2], spliced, b"<html>")]
    kept = [Image(data=plain), Image(data=plain[:3000])]
    return [*whole[:9], *bad, *whole[9:], *kept]


def shown(data, edits, layout):
    return Image(data=data, original=read_header(data).size, edits=edits, layout=layout)


def both(images, decoder, **policy):
    fast = render(images, PixelPolicy(**policy), RenderClock(), decoder)
    exact = render(images, PixelPolicy(**policy, fidelity="exact"), RenderClock())
    return list(zip(fast, exact, strict=True))


@pytest.mark.parametrize("form", ["png", "jpeg", "webp", "original"])
def test_both_backends_agree(form, images, stand_in, pixels_of):
    differences = []
    for ours, exact in both(images, stand_in, format=form):
        if isinstance(exact, Fault):
            assert ours == exact
            continue
        assert isinstance(ours, Rendered)
        assert (ours.conversions, ours.passed_through) == (exact.conversions, exact.passed_through)
        assert [(v.media_type, v.size) for v in ours.views] == [(v.media_type, v.size) for v in exact.views]
        for one, other in zip(ours.views, exact.views, strict=True):
            difference = np.abs(pixels_of(one.data).astype(int) - pixels_of(other.data))
            differences.append(difference.mean())
    assert len(differences) > 60
    assert np.mean(differences) <= (0.4 if form == "png" else 2)


def test_damage_is_found_though_the_library_would_not_say(images, stand_in):
    faults = [one.reason for one, _ in both(images, stand_in) if isinstance(one, Fault)]
    assert faults == ["empty", "truncated", "truncated", "corrupt", "not_an_image", "truncated"]


@pytest.mark.parametrize("sampling", ["auto", "444", "422", "420"])
def test_chroma_is_stored_as_the_policy_says(sampling, images, stand_in):
    from tests.pixels.cuda.conftest import sampling_of

    for ours, exact in both(images, stand_in, subsampling=sampling):
        if isinstance(ours, Rendered):
            assert isinstance(exact, Rendered)
            if not ours.passed_through:
                assert [sampling_of(v.data) for v in ours.views] == [sampling_of(v.data) for v in exact.views]


def test_the_same_window_gives_the_same_bytes(images, stand_in):
    once, again = (render(images, PixelPolicy(), RenderClock(), stand_in) for _ in range(2))
    assert once == again


def test_the_size_of_a_part_changes_nothing_but_memory(images, prepare):
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("nvidia.nvimgcodec", reason="nvImageCodec is not installed")
    from vlmdata.pixels.cuda.codec import opened
    from vlmdata.pixels.cuda.order import Batch

    codec = opened("nvimgcodec", "cpu")
    routed = [window._routed(one, PixelPolicy())[1] for one in map(prepared_or_fault, images)]
    batch = Batch(tuple(order for order in routed if order), PixelPolicy(format="png"))
    small, large = (stage.Stage(codec, "cpu", pixels).render(batch).views for pixels in (1, 10**9))
    assert small == large
    assert len(small) > 10


def prepared_or_fault(image):
    from vlmdata.pixels.prepared import prepared

    return prepared(image, PixelPolicy())


def test_a_window_without_work_for_the_gpu_starts_no_process(scene, saved, stand_in):
    device_of.cache_clear()
    picture = Image(data=saved(scene(), "PNG"), edits=(Resize(50, 50),))
    (found,) = render([picture], PixelPolicy(), RenderClock(), stand_in)
    assert isinstance(found, Rendered)
    assert found.views[0].size == Size(50, 50)
    assert device_of.cache_info().currsize == 0
    assert render([], PixelPolicy(), RenderClock(), stand_in) == []


def test_seconds_of_the_device_are_counted(baseline, stand_in):
    clock = RenderClock()
    render([Image(data=baseline, edits=(Resize(640, 480),))] * 4, PixelPolicy(), clock, stand_in)
    assert min(clock.decode, clock.transform, clock.encode) > 0


def test_a_part_holds_at_most_so_many_pixels(baseline, prepare):
    from vlmdata.pixels.cuda.route import order_of

    order = order_of(prepare(baseline, [Resize(80, 60)]))
    assert order
    parts = [len(part) for part in stage._parts([order] * 7, 3 * order.pixels)]
    assert parts == [3, 3, 1]
    assert [len(part) for part in stage._parts([order] * 2, 1)] == [1, 1]
