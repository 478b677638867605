"""The GPU as a worker sees it: a process of its own behind a pipe."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import cast

from vlmdata.errors import DeviceError
from vlmdata.pixels.cuda.child import serve
from vlmdata.pixels.cuda.order import Answer, Batch, Failure
from vlmdata.pixels.decoder import Decoder

DEADLINE_S = 300.0
"""For one batch, the start of CUDA included, which takes some seconds. Only a device that hangs takes so long."""

GRACE_S = 5.0
"""Between the end of the pipe and that of the process, so that its exit code can be told."""


@cache
def device_of(decoder: Decoder) -> Device:
    """The one device of this process, started when first asked for; anew after it was lost."""
    return Device(decoder)


class Device:
    """A process that drives the GPU. It ends with this one, however that ends.

    A ``decoder`` without the name of a device means the library's CPU backend, which proves the way without a GPU.
    """

    def __init__(self, decoder: Decoder) -> None:
        context = multiprocessing.get_context("spawn")  # CUDA cannot be used in a fork
        self._pipe, theirs = context.Pipe()
        library, _, _ = decoder.library.partition(" ")
        arguments = (theirs, library, "cuda" if decoder.device else "cpu")
        self._process = context.Process(target=serve, args=arguments, name="vlmdata-gpu", daemon=True)
        self._process.start()
        theirs.close()
        self._talk = ThreadPoolExecutor(1, "gpu")

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def submit(self, batch: Batch) -> Future[Answer]:
        """Have a batch done. The future raises ``DeviceError`` where the process ends or fails over it."""
        return self._talk.submit(self._exchange, batch)

    def _exchange(self, batch: Batch) -> Answer:
        with suppress(OSError):  # if it has ended already, its last word still waits in the pipe
            self._pipe.send(batch)
        try:
            if not self._pipe.poll(DEADLINE_S):
                raise self._lost(f"gave no answer for {DEADLINE_S:.0f} s")
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(GRACE_S)
            raise self._lost(f"ended without an answer (exit code {self._process.exitcode})") from error
        if isinstance(answer, Failure):
            raise self._lost(f"failed with {answer.reason}")
        return cast("Answer", answer)

    def close(self) -> None:
        """End the process, whatever it does, and forget it."""
        device_of.cache_clear()
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _lost(self, what: str) -> DeviceError:
        self.close()
        return DeviceError(
            f"the process that drives the GPU {what}. Finished shards are kept; run the same command again, or all of "
            "it with --decoder cpu and --overwrite"
        )
