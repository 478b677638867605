"""Bad pictures through the whole CPU stage, in a process of its own that may crash, hang or swell.

    python -m tests.fuzz.stage FILES NOTE

``FILES`` is ``costly``, or ``SEED:COUNT`` for so many damaged ones. ``NOTE`` is a file that names the picture at hand,
for whoever finds the process dead. What became of all of them is printed as JSON.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import io
import json
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PIL import Image as Pillow

from tests.fuzz.costly import COSTLY
from tests.fuzz.damage import damaged_pictures
from tests.fuzz.headers import REASONS
from tests.fuzz.pictures import pictures
from vlmdata.errors import BadRecord
from vlmdata.models.tiling import layout_of
from vlmdata.pixels import Fault, PixelPolicy, RenderClock, Rendered, read_header, render, thumbnail
from vlmdata.pixels.look import look
from vlmdata.types import HFlip, Image, Pad, Resize, Rot90, Size

A_PICTURE_MAY_TAKE_S = 120
"""A hundred times what the slowest takes."""
MAX_PIXELS = 4 << 20
SMALL = 64
FAST = PixelPolicy(max_pixels=MAX_PIXELS)
EXACT = replace(FAST, fidelity="exact", format="png")
EDITS = (HFlip(), Resize(60, 48), Rot90(1), Pad(2, 2, 3, 3))


def files(which: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each, made only when asked for."""
    if which == "costly":
        return ((name, costly.make()) for name, costly in COSTLY.items())
    seed, count = map(int, which.split(":"))
    return damaged_pictures(pictures(), seed, count)


def fate_of(data: bytes) -> str:
    """``rendered``, or the reason why not. ``AssertionError`` for anything that is not as it should be."""
    header = size_or_reason(data)
    assert header == size_or_reason(data)
    if isinstance(header, str):
        jobs = [(Image(data=data, edits=EDITS), EXACT), (Image(data=data), FAST)]
    else:
        whole = Image(data=data, original=header)
        tiled = replace(whole, layout=layout_of("llava-next", header))
        jobs = [(replace(whole, edits=EDITS), EXACT), (whole, FAST), (tiled, FAST)]
    fates = [rendered(image, policy) for image, policy in jobs]
    assert set(fates) <= REASONS | {"rendered"}
    assert not isinstance(header, str) or set(fates) == {header}
    assert len({fate == "rendered" for fate in fates}) == 1, fates
    check_look(data, fates[0])
    return fates[0]


def size_or_reason(data: bytes) -> Size | str:
    try:
        return read_header(data, MAX_PIXELS).size
    except BadRecord as bad:
        return bad.reason


def rendered(image: Image, policy: PixelPolicy) -> str:
    """Every view that comes of it decodes to the size that is promised."""
    (result,) = render([image], policy, RenderClock())
    if isinstance(result, Fault):
        return result.reason
    assert isinstance(result, Rendered)
    for view in result.views:
        if not view.media_type.startswith("video/"):
            assert size_of(view.data, view.media_type) == view.size
    return "rendered"


def size_of(data: bytes, media_type: str) -> Size:
    form = media_type.removeprefix("image/").upper()
    with warnings.catch_warnings(action="ignore"), Pillow.open(io.BytesIO(data), formats=[form]) as im:
        im.load()
        return Size(*im.size)


def check_look(data: bytes, fate: str) -> None:
    """A look at a picture sees it if rendering does, clips apart. A thumbnail sees more: its limit is larger."""
    try:
        seen = "rendered"
        assert max(look(data, SMALL, FAST).shape) <= SMALL
    except BadRecord as bad:
        seen = "rendered" if bad.reason == "clip" else bad.reason
    assert seen in REASONS | {"rendered"}
    assert (seen == "rendered") == (fate == "rendered")
    small = thumbnail(data, SMALL)
    assert small is None or max(size_of(small, "image/jpeg").box.xyxy) <= SMALL


def watched(which: str, note: Path) -> Iterator[tuple[str, str, float]]:
    """Name, fate and seconds of each. Where one takes too long, the process ends with the stacks of its threads."""
    for name, data in files(which):
        note.write_text(name)
        faulthandler.dump_traceback_later(A_PICTURE_MAY_TAKE_S, exit=True)
        start = time.perf_counter()
        fate = fate_of(data)
        yield name, fate, time.perf_counter() - start
        faulthandler.cancel_dump_traceback_later()


def resident_mib() -> float:
    """What this process really holds on to: memory that is free is given back first."""
    gc.collect()
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / (1 << 20)


def main(which: str, note: Path) -> None:
    faulthandler.enable()
    seen, resident = [], []
    for one in watched(which, note):
        seen.append(one)
        if len(seen) % 100 == 0:
            resident.append(resident_mib())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seen": seen, "resident_mib": resident, "peak_mib": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
