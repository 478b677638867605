"""Memory of pictures, kept from one to the next."""

from __future__ import annotations

from functools import cache

_LARGEST = (32 << 20) - (64 << 10)


@cache
def keep_freed_memory() -> None:
    """Make glibc keep what one picture frees for the next one, up to 64 MiB, instead of giving it back to the kernel.

    glibc gives back less once a large block was freed: its thresholds follow the largest one so far, up to 32 MiB
    (mallopt(3), M_MMAP_THRESHOLD). Without this, small pictures come to fresh pages again and again: 577 page faults
    and a third of the time for a picture of 640x480 rendered with ``exact``. Other allocators are not affected.
    """
    import numpy as np

    np.empty(_LARGEST, np.uint8)
