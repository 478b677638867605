from __future__ import annotations

import struct

import pytest

from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, render
from vlmdata.types import Image

TILE_PART = b"\xff\x90\0\x0a"


def one(data: bytes) -> Rendered | Fault:
    (result,) = render([Image(data=data)], PixelPolicy(format="png"), RenderClock())
    return result


@pytest.fixture(scope="module", params=[{"no_jp2": True}, {}], ids=["codestream", "boxes"])
def tiled(request, scene, saved) -> bytes:
    """Nine tiles."""
    return saved(scene(96, 96), "JPEG2000", tile_size=(32, 32), num_resolutions=3, **request.param)


def tile_parts(data: bytes) -> list[slice]:
    found, at = [], data.index(TILE_PART)
    while data[at : at + 4] == TILE_PART:
        (length,) = struct.unpack_from(">I", data, at + 6)
        found.append(slice(at, at + length))
        at += length
    return found


def test_all_tiles_are_here(tiled):
    assert len(tile_parts(tiled)) == 9
    assert isinstance(one(tiled), Rendered)


@pytest.mark.parametrize("number", range(9))
def test_a_missing_tile_is_no_blank(tiled, number):
    """It is lost from the middle of the file: the end mark stands, and in boxes the length is right."""
    gone = tile_parts(tiled)[number]
    shorter = bytearray(tiled)
    if (box := tiled.find(b"jp2c")) >= 0 and (size := struct.unpack_from(">I", tiled, box - 4)[0]):
        struct.pack_into(">I", shorter, box - 4, size - (gone.stop - gone.start))
    del shorter[gone]
    result = one(bytes(shorter))
    assert isinstance(result, Fault)
    assert (result.reason, result.detail) == ("truncated", "a JPEG 2000 that lacks 1 of its 9 tiles")


def test_the_last_tile_may_leave_its_length_open(tiled):
    opened = bytearray(tiled)
    struct.pack_into(">I", opened, tile_parts(tiled)[-1].start + 6, 0)
    assert isinstance(one(bytes(opened)), Rendered)


def test_tiles_of_no_size(tiled):
    broken = bytearray(tiled)
    at = tiled.index(b"\xff\x4f\xff\x51") + 24
    broken[at : at + 4] = bytes(4)
    result = one(bytes(broken))
    assert isinstance(result, Fault)
    assert result.reason == "corrupt"
