"""The fuzzers begin with good pictures of every kind, and damage them the same way each time."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest

from tests.fuzz.damage import DAMAGES, damaged_pictures, parts
from tests.fuzz.headers import check, header_or_reason
from tests.fuzz.pictures import pictures
from vlmdata.pixels import Fault, Header, PixelPolicy, RenderClock, Rendered, render
from vlmdata.pixels.header.signature import CLIPS, DECODED
from vlmdata.types import Image

NOT_DECODED = {"tiff-float", "heic", "jxl", "ico", "svg", "html", "avi"}
NOT_MADE = {"image/jxl"}
"""A test that needs no extra cannot write it; ``tests/pixels/test_jxl.py`` is about it."""


def test_there_is_a_picture_of_every_format():
    headers = [header_or_reason(data) for data in pictures().values()]
    assert {told.media_type for told in headers if isinstance(told, Header)} == (DECODED | CLIPS) - NOT_MADE


@pytest.mark.parametrize("name", list(pictures()))
def test_pictures_are_good(name):
    check(pictures()[name])
    (result,) = render([Image(data=pictures()[name])], PixelPolicy(), RenderClock())
    assert isinstance(result, Fault if name in NOT_DECODED else Rendered), result


@pytest.mark.parametrize(
    ("name", "count"),
    [("jpeg", 10), ("png-icc", 4), ("webp-exif-icc", 4), ("gif-animated", 8), ("mp4", 7), ("tiff-lzw", 10)],
)
def test_parts_follow_each_other(name, count):
    found = parts(pictures()[name])
    assert len(found) == count
    assert all(stop == start for (_, stop, _), (start, _, _) in pairwise(found))


def test_the_same_seed_does_the_same_damage():
    first, second, other = (list(damaged_pictures(pictures(), seed, 600)) for seed in (1, 1, 2))
    assert first == second
    assert first != other
    assert {kind for name, _ in first for kind in name.split()[-1].split("+")} == set(DAMAGES)


def test_damaged_headers_keep_the_rules():
    checked = 0
    for _, data in islice(damaged_pictures(pictures(), 3, 1000), 0, None, 2):
        check(data)
        checked += 1
    assert checked == 500
