"""Executors by the name given to ``--executor``."""

from collections.abc import Callable

from vlmdata.executors.base import Executor
from vlmdata.executors.processes import ProcessExecutor
from vlmdata.executors.serial import SerialExecutor

EXECUTORS: dict[str, Callable[[int], Executor]] = {
    "serial": lambda workers: SerialExecutor(),
    "processes": ProcessExecutor,
}

__all__ = ["EXECUTORS", "Executor", "ProcessExecutor", "SerialExecutor"]
