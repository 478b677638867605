"""How the C library hands freed memory back."""

from __future__ import annotations

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # <malloc.h> of glibc
_KEPT = 256 << 20
_LARGE = 64 << 20


def keep_freed_buffers() -> None:
    """Let this process use the memory of one picture again for the next.

    By default glibc maps every buffer above 128 KiB anew and returns it when it is freed, so each picture pays for
    fresh pages: 7 % of the CPU time of a tiling run (docs/benchmarks.md). Nothing happens with another C library.
    """
    import ctypes

    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_option(_MMAP_THRESHOLD, _LARGE)
    set_option(_TRIM_THRESHOLD, _KEPT)
