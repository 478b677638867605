"""The process behind the pipe: it works off batches, it may die, and it never outlives its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import wait

import pytest

from tests.pixels.cuda.conftest import NOTHING_TO_STAND_IN, has_stand_in
from vlmdata.errors import DeviceError
from vlmdata.pixels import PixelPolicy
from vlmdata.pixels.cuda.device import Device, device_of
from vlmdata.pixels.cuda.order import Batch, Order
from vlmdata.pixels.decoder import Decoder
from vlmdata.types import Resize, Size

NOT_HERE = Decoder("cuda", "torchcodec 0.17.0")
"""TorchCodec has no CPU backend, so its process fails at once without a GPU, whatever is installed."""

PARENT = """
import sys, time
from vlmdata.pixels.cuda.device import Device
from vlmdata.pixels.decoder import Decoder
if __name__ == "__main__":
    print(Device(Decoder("cuda", "nvimgcodec 0.9.0")).pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def batch(baseline):
    order = Order(baseline, Size(160, 120), ((Resize(80, 60),), (Resize(40, 30),)), subsampled=True)
    return Batch((order,) * 5, PixelPolicy())


def test_a_process_that_cannot_begin_says_why(batch):
    with pytest.raises(DeviceError, match=r"the process that drives the GPU failed with .*(torch|CUDA)"):
        device_of(NOT_HERE).submit(batch).result()


def test_a_killed_process_is_an_error_and_the_next_is_a_new_one(batch):
    device = device_of(NOT_HERE)
    assert device.pid
    os.kill(device.pid, signal.SIGKILL)
    with pytest.raises(DeviceError, match=r"ended without an answer \(exit code -9\).*--decoder cpu"):
        device.submit(batch).result()
    with pytest.raises(DeviceError):
        device.submit(batch).result()
    other = device_of(NOT_HERE)
    assert other is not device
    other.close()


def test_a_batch_is_answered_in_order(stand_in, batch):
    device = device_of(stand_in)
    assert device is device_of(stand_in)
    for _ in range(2):
        answer = device.submit(batch).result()
        assert [[view.size for view in views or ()] for views in answer.views] == [[Size(80, 60), Size(40, 30)]] * 5
        assert all(seconds > 0 for seconds in answer.seconds.values())


def test_a_process_killed_at_work_is_an_error(stand_in, baseline):
    many = Batch((Order(baseline, Size(160, 120), ((Resize(1600, 1200),),), subsampled=True),) * 100, PixelPolicy())
    device = device_of(stand_in)
    coming = device.submit(many)
    assert not wait([coming], timeout=0.2).done
    assert device.pid
    os.kill(device.pid, signal.SIGKILL)
    with pytest.raises(DeviceError, match="exit code -9"):
        coming.result()
    assert device_of(stand_in).submit(Batch(many.orders[:1], many.policy)).result().views[0]


@pytest.mark.skipif(not has_stand_in(), reason=NOTHING_TO_STAND_IN)
def test_it_ends_with_its_parent_even_if_that_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    os.kill(pid, 0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(300):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the process lived on without its parent")


def test_closing_one_twice_does_no_harm():
    device = Device(NOT_HERE)
    device.close()
    device.close()
