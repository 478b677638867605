"""The process that drives the GPU: it does batches until its worker closes the pipe, or ends, or the device fails."""

from __future__ import annotations

import signal
from multiprocessing import connection

from vlmdata.io.parent import end_with_parent
from vlmdata.pixels.cuda.codec import opened
from vlmdata.pixels.cuda.order import Failure
from vlmdata.pixels.cuda.stage import Stage


def serve(pipe: connection.Connection, library: str, device: str) -> None:
    """Answer each ``Batch`` with an ``Answer``. What goes wrong is said by a ``Failure``, the last word.

    After an error of CUDA a process cannot use the device any more, so it is never carried on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    try:
        stage = Stage(opened(library, device), device)
        while True:
            pipe.send(stage.render(pipe.recv()))
    except EOFError:
        return
    except Exception as error:
        pipe.send(Failure(f"{type(error).__name__}: {error}"))
