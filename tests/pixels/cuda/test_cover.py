"""Covered pictures in a window of the GPU backend: the CPU takes them, and covers them as ever."""

from vlmdata.pixels import PixelPolicy, RenderClock, render
from vlmdata.pixels.cuda.route import order_of
from vlmdata.types import Box, Cover, HFlip, Image, Resize

COVER = Cover((Box(20, 30, 90, 100),))


def test_a_covered_picture_goes_to_the_cpu(baseline, prepare):
    assert order_of(prepare(baseline, [Resize(80, 60)])) is not None
    assert order_of(prepare(baseline, [COVER, Resize(80, 60)])) is None
    assert order_of(prepare(baseline, [Resize(80, 60), COVER])) is None


def test_it_comes_out_as_from_the_cpu_backend(baseline, stand_in):
    covered = Image(data=baseline, edits=(COVER, HFlip()))
    plain = Image(data=baseline, edits=(HFlip(),))
    window = render([plain, covered, plain], PixelPolicy(), RenderClock(), stand_in)
    (alone,) = render([covered], PixelPolicy(), RenderClock())
    assert window[1] == alone
    assert window[0] == window[2] != window[1]
