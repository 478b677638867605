"""Which backend decodes: named once in the plan, and part of what decides the bytes of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vlmdata.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from vlmdata.pixels.policy import Fidelity

Asked = Literal["auto", "cpu", "cuda"]
"""What ``--decoder`` takes."""

WORKERS_PER_GPU = 8
"""Worker processes that feed one GPU best. A guess, not yet measured: ``benchmarks/gpu_decode.py`` shows it. Each
reads, plans and writes on a core of its own and has a CUDA context of about half a GB."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """A backend that is there.

    Attributes:
        backend: ``cpu`` or ``cuda``.
        library: what decodes on the device and its version, such as ``torchcodec 0.17.0``; empty for the CPU.
        device: name of the GPU, such as ``NVIDIA H100 80GB HBM3``; empty for the CPU.
    """

    backend: Literal["cpu", "cuda"] = "cpu"
    library: str = ""
    device: str = ""

    @property
    def label(self) -> str:
        """As it stands in fingerprint and manifest: ``cpu``, or ``cuda (torchcodec 0.17.0, NVIDIA H100 80GB HBM3)``."""
        return self.backend if self.backend == "cpu" else f"{self.backend} ({self.library}, {self.device})"

    def workers(self, cores: int) -> int:
        """How many worker processes serve it best on a machine with so many cores."""
        return cores if self.backend == "cpu" else min(cores, WORKERS_PER_GPU)


CPU = Decoder()


def resolve(asked: Asked, fidelity: Fidelity = "fast") -> Decoder:
    """The decoder that ``asked`` means on this machine, for pictures of this ``fidelity``.

    ``auto`` is the GPU where one can be used and the pixels need not be Pillow's. Where ``cuda`` cannot be had, raises
    ``UsageError`` for ``exact``, else ``MissingExtraError``.
    """
    if asked == "cpu" or (asked == "auto" and fidelity == "exact"):
        return CPU
    if fidelity == "exact":
        raise UsageError(
            "--decoder cuda does not go with fidelity: exact, which promises Pillow's pixels: a GPU decodes and "
            "resizes a little differently. Take --decoder cpu, or fidelity: fast"
        )
    from vlmdata.pixels.cuda.probe import probe

    found = probe()
    if found.decoder is None and asked == "cuda":
        raise MissingExtraError(
            f'--decoder cuda: {found.reason}. It needs an NVIDIA GPU with its driver, and pip install "vlmdata[gpu]"; '
            "vlmdata doctor says more"
        )
    return found.decoder or CPU
