from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_RENDER = """
import io, resource, numpy as np
from PIL import Image as Pillow
from vlmdata.pixels import PixelPolicy, RenderClock, render
from vlmdata.types import Image, Resize
buffer = io.BytesIO()
Pillow.fromarray(np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)).save(buffer, "JPEG")
image = Image(data=buffer.getvalue(), edits=(Resize(672, 504),))
for turn in range(24):
    if turn == 4:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    render([image], PixelPolicy(fidelity="exact"), RenderClock())
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_pictures_do_not_come_to_fresh_pages_each():
    """A picture of 640x480 takes 900 kB: 225 pages, and more than once."""
    done = subprocess.run([sys.executable, "-c", _RENDER], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 50
