"""One bad picture is found in its batch and fails alone."""

from __future__ import annotations

import pytest
import simplejpeg

from vlmdata.pixels.cuda.codec import Undecodable, decoded


class AllOrNothing:
    """libjpeg-turbo with the manners of TorchCodec: a bad picture fails the whole call."""

    samplings = frozenset({"444"})

    def __init__(self):
        self.calls = 0

    def decode(self, pictures):
        self.calls += 1
        try:
            return [simplejpeg.decode_jpeg(data) for data in pictures]
        except ValueError as error:
            raise Undecodable(str(error)) from error

    def encode(self, views, quality, sampling):
        return [simplejpeg.encode_jpeg(view, quality, "RGB", sampling) for view in views]


@pytest.mark.parametrize("bad", [(), (0,), (7,), (3, 4), (0, 7), tuple(range(8))])
def test_bad_pictures_fail_alone(bad, baseline):
    pictures = [baseline[:500] if number in bad else baseline for number in range(8)]
    found = decoded(AllOrNothing(), pictures)
    assert [number for number, one in enumerate(found) if one is None] == list(bad)
    assert {one.shape for one in found if one is not None} <= {(120, 160, 3)}


def test_halving_takes_few_calls(baseline):
    codec = AllOrNothing()
    decoded(codec, [baseline] * 37 + [b""] + [baseline] * 26)
    assert codec.calls <= 2 * 6 + 1


def test_what_is_not_the_pictures_fault_comes_out(baseline):
    class Lost(AllOrNothing):
        def decode(self, pictures):
            raise RuntimeError("CUDA error: an illegal memory access was encountered")

    with pytest.raises(RuntimeError, match="illegal memory access"):
        decoded(Lost(), [baseline])
