"""What ``--decoder`` means here, and why there is no GPU where there is none."""

from __future__ import annotations

import sys
import time

import pytest

from vlmdata.errors import MissingExtraError, UsageError
from vlmdata.pixels.cuda.probe import Finding, has_driver, probe
from vlmdata.pixels.decoder import CPU, Decoder, resolve

without_driver = pytest.mark.skipif(has_driver(), reason="there is an NVIDIA driver here")


@without_driver
def test_without_a_driver_nothing_is_tried():
    began = time.perf_counter()
    assert probe() == Finding(reason="there is no NVIDIA driver here")
    assert time.perf_counter() - began < 1
    assert resolve("auto") == CPU
    assert resolve("cpu") == CPU


@without_driver
def test_asking_for_what_is_not_there_says_what_to_install():
    with pytest.raises(MissingExtraError, match=r'no NVIDIA driver here.*pip install "vlmdata\[gpu\]"'):
        resolve("cuda")


def test_exact_pixels_are_the_cpus():
    assert resolve("auto", "exact") == CPU
    with pytest.raises(UsageError, match=r"--decoder cuda does not go with fidelity: exact"):
        resolve("cuda", "exact")


def test_a_driver_without_torch_is_said(monkeypatch, tmp_path):
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = probe()
    assert found.decoder is None or has_driver()
    assert found.decoder or "torch" in found.reason


def test_a_probe_that_crashes_is_said(monkeypatch, tmp_path):
    """The process is a real one that dies as a driver would make it die."""
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    (tmp_path / "torch.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert "exit code -11" in probe().reason


def test_labels_name_all_that_decides_bytes():
    assert CPU.label == "cpu"
    gpu = Decoder("cuda", "torchcodec 0.17.0", "NVIDIA H100 80GB HBM3")
    assert gpu.label == "cuda (torchcodec 0.17.0, NVIDIA H100 80GB HBM3)"
