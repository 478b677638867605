"""Every exception vlmdata raises on purpose.

    VlmdataError                 base; the command line prints it as one line
    ├── UsageError               wrong use, refused before work starts (exit 2)
    │   ├── RecipeError          a recipe that does not say what it should
    │   ├── MissingExtraError    a step or backend needs an optional package
    │   ├── InputError           an input that is not there or not what it is declared to be
    │   └── OutputExistsError    the output folder holds something else
    ├── RunError                 the run cannot go on (exit 1)
    │   ├── StorageError         disk full, no permission, read-only
    │   ├── WorkerError          a worker process died
    │   ├── DeviceError          the process that drives the GPU died; the engine retries the task once
    │   └── TooManyErrors        more bugs in steps than the recipe forgives
    ├── VerifyError              a data set directory does not hold what its manifest says (exit 1)
    └── BadRecord                one input row cannot become a sample; the engine counts it, never stops

A message says what happened, where (data set, file, row, step), and what to do.
"""

from __future__ import annotations


class VlmdataError(Exception):
    """Base of all errors below. ``exit_code`` is what the command line returns."""

    exit_code = 1


class UsageError(VlmdataError):
    """Wrong use: refused before any work starts."""

    exit_code = 2


class RecipeError(UsageError):
    """A recipe is malformed; the message names file, line and the nearest known name."""


class MissingExtraError(UsageError):
    """An optional package is needed and not installed; the message holds the pip line."""


class InputError(UsageError):
    """An input path is missing, unreadable, or not of the declared format."""


class OutputExistsError(UsageError):
    """The output folder belongs to another recipe, or was not written by vlmdata."""


class RunError(VlmdataError):
    """The run cannot go on. Finished shards stay; the same command resumes."""


class StorageError(RunError):
    """The output cannot be written: disk full, no permission, read-only file system."""


class WorkerError(RunError):
    """A worker process ended without an answer (killed, or out of memory)."""


class DeviceError(RunError):
    """The process that drives the GPU ended without an answer."""


class TooManyErrors(RunError):
    """Steps raised more unexpected exceptions than ``errors.max_unexpected`` allows."""


class VerifyError(VlmdataError):
    """A data set directory disagrees with its manifest."""


class BadRecord(VlmdataError):
    """One row of an input cannot become a sample.

    Args:
        reason: the short name it is counted under, such as ``missing_file``.
        detail: one line for people: what was found, and what was expected.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
