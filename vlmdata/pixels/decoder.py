"""Which backend decodes: named once in the plan, and part of what decides the bytes of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Asked = Literal["auto", "cpu", "cuda"]
"""What ``--decoder`` takes."""


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


CPU = Decoder()


def resolve(asked: Asked) -> Decoder:
    """The decoder that ``asked`` means on this machine. ``MissingExtraError`` where it asks for more than is there."""
    return CPU
