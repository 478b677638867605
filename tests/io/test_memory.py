"""Freed buffers stay with the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
from vlmdata.io.memory import keep_freed_buffers
if sys.argv[1] == "kept":
    keep_freed_buffers()
import numpy as np
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones(4_000_000, np.uint8)
before = faults()
for _ in range(50):
    np.ones(4_000_000, np.uint8)
print(faults() - before)
"""


def page_faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
def test_a_freed_buffer_is_used_again() -> None:
    assert page_faults("kept") < page_faults("default") / 4
