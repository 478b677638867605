"""Whether a GPU can decode here, and if not, why.

Without a driver the answer takes no time. With one, a process of its own imports torch and sends a picture the whole
way, so that what is said to work has worked. ``python -m vlmdata.pixels.cuda.probe`` is that process.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vlmdata.pixels.cuda.codec import LIBRARIES, Codec, opened
from vlmdata.pixels.decoder import Decoder

PATIENCE_S = 180
"""The first import of torch from a cold disk takes a minute on slow ones."""

_DRIVERS = ("nvidia[0-9]*", "dxg")
"""What the NVIDIA driver puts below ``/dev``; ``dxg`` is that of WSL."""

_SIDE = 128
_TOLERANCE = 6.0
"""Levels by which a smooth picture may differ, on average, after a decode, a resize and an encode."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``decoder`` is None where no GPU can be used, for ``reason``. ``facts`` are for people: names and versions."""

    decoder: Decoder | None = None
    reason: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def probe() -> Finding:
    """Look for a GPU and a library that can use it. Imports no torch in this process."""
    if not has_driver():
        return Finding(reason="there is no NVIDIA driver here")
    if not find_spec("torch"):
        return Finding(reason="torch is not installed")
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return Finding(reason=f"the GPU gave no answer for {PATIENCE_S} s")
    said = done.stdout.strip().splitlines()
    if done.returncode or not said:
        words = done.stderr.strip().splitlines() or ["nothing"]
        return Finding(reason=f"trying the GPU ended with exit code {done.returncode}, saying {words[-1]!r}")
    found: dict[str, Any] = json.loads(said[-1])
    decoder = Decoder(**found["decoder"]) if found["decoder"] else None
    return Finding(decoder, found["reason"], found["facts"])


def has_driver() -> bool:
    """Whether the NVIDIA driver shows itself: a device file, or its command."""
    return any(any(Path("/dev").glob(name)) for name in _DRIVERS) or shutil.which("nvidia-smi") is not None


def tried() -> Finding:
    """The same from within: torch, the GPU, then each library in turn."""
    import torch

    facts = {"torch": torch.__version__, "cuda": str(torch.version.cuda)}
    if torch.version.cuda is None:
        return Finding(reason=f"torch {torch.__version__} is built without CUDA", facts=facts)
    if not torch.cuda.is_available():
        return Finding(reason=f"torch {torch.__version__} cannot use the driver (see nvidia-smi)", facts=facts)
    gpu = torch.cuda.get_device_properties(0)
    facts |= {"gpu": gpu.name, "memory": f"{gpu.total_memory / 2**30:.0f} GiB", "gpus": str(torch.cuda.device_count())}
    faults = []
    for library in LIBRARIES:
        try:
            prove(opened(library, "cuda"), "cuda")
        except Exception as error:  # whatever a binary that does not fit raises
            faults.append(f"{library}: {(str(error).strip().splitlines() or [type(error).__name__])[0]}")
        else:
            return Finding(Decoder("cuda", f"{library} {_version(library)}", gpu.name), facts=facts)
    return Finding(reason="; ".join(faults), facts=facts)


def prove(codec: Codec, device: str) -> None:
    """Send one picture the whole way and look at what comes back. ``RuntimeError`` if it is another picture."""
    import numpy as np
    import simplejpeg

    from vlmdata.pixels.cuda.order import Batch, Order
    from vlmdata.pixels.cuda.stage import Stage
    from vlmdata.pixels.policy import PixelPolicy
    from vlmdata.types import Resize, Size

    ramp = np.linspace(0, 255, _SIDE).astype(np.uint8)
    picture = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], ramp[::-1, None]), axis=-1)
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(picture), 95, "RGB", "420")
    order = Order(data, Size(_SIDE, _SIDE), ((Resize(_SIDE // 2, _SIDE // 2),),), subsampled=False)
    (views,) = Stage(codec, device).render(Batch((order,), PixelPolicy())).views
    if not views:
        raise RuntimeError("it could not decode a picture")
    shown = simplejpeg.decode_jpeg(views[0].data).astype(float)
    expected = picture.reshape(_SIDE // 2, 2, _SIDE // 2, 2, 3).mean(axis=(1, 3))
    if shown.shape != expected.shape or abs(shown - expected).mean() > _TOLERANCE:
        raise RuntimeError("what it decodes is not the picture")


def _version(library: str) -> str:
    if library == "torchcodec":
        return version(library)
    from nvidia import nvimgcodec

    return str(nvimgcodec.__version__)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(tried())) + "\n")
