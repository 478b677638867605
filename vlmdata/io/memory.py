"""How this process gives memory back: what the C library keeps, how often cycles are looked for."""

from __future__ import annotations

import gc
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # <malloc.h> of glibc
_KEPT = 256 << 20
_LARGE = 64 << 20


_YOUNG = 50_000


def collect_seldom() -> None:
    """Look for reference cycles after 50,000 new objects, not after 700 (2,000 since Python 3.14).

    A task keeps thousands of rows and downloads alive, which each full collection walks through for nothing:
    about a tenth of the CPU time of a fetch (docs/benchmarks.md). Samples hold no cycles.
    """
    gc.set_threshold(_YOUNG, 20, 100)


@cache
def keep_freed_buffers() -> None:
    """Let this process use the memory of one picture again for the next.

    By default glibc maps every buffer above 128 KiB anew and returns it when it is freed, so each picture pays for
    fresh pages: 7 % of the CPU time of a tiling run (docs/benchmarks.md), a third for a small picture with ``exact``
    (docs/kernels.md). Nothing happens with another C library.
    """
    import ctypes

    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_option(_MMAP_THRESHOLD, _LARGE)
    set_option(_TRIM_THRESHOLD, _KEPT)
