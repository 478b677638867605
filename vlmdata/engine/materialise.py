"""From a reference to a picture whose size is known: get the bytes, hash them, read the header."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from vlmdata.engine import workspace
from vlmdata.engine.crawl import outcomes
from vlmdata.engine.job import Job, Task
from vlmdata.engine.ledger import Ledger
from vlmdata.engine.received import received
from vlmdata.engine.traffic import Pulse
from vlmdata.errors import BadRecord
from vlmdata.io.bytes import read_bytes
from vlmdata.io.http.outcome import Failed, Outcome
from vlmdata.pixels.header import read_header
from vlmdata.types import Drop, Image, Sample


def materialised(job: Job, samples: Iterator[Sample], ledger: Ledger) -> Iterator[Sample]:
    """With bytes and sizes. Bytes that are no picture are charged to ``clean.image``; fetch keeps them as they are."""
    limit = job.recipe.output.pixels.max_pixels
    for sample in samples:
        started = time.thread_time()
        tally = ledger.read
        try:
            sample = received(sample, _answers(load, sample), tally)
            tally = ledger.integrity
            measured = _answers(partial(measure, max_pixels=limit), sample)
            sample = received(sample, measured, tally, all_or_none=job.kind == "fetched")
        except BadRecord as bad:
            if job.kind == "processed" or tally is ledger.read:
                if tally is not ledger.read:
                    tally.entered += 1
                ledger.drop_sample(tally, sample, Drop(reason=bad.reason, value=bad.detail or None))
                continue
        finally:
            ledger.read.seconds += time.thread_time() - started
        yield sample


def downloaded(job: Job, task: Task, samples: Iterator[Sample], ledger: Ledger) -> Iterator[Sample]:
    """With the bytes their addresses give, in the order of the rows. What is no picture is a failed download.

    All rows of the task are read first: they are addresses and texts, and at most ``output.max_samples``.
    """
    tally = ledger.download
    assert tally
    limit = job.recipe.output.pixels.max_pixels
    rows = list(samples)
    with _pictures(job, task, rows) as outcome_of:
        for sample in rows:
            tally.entered += 1
            outcomes = [outcome_of(sample, image) for image in sample.images]
            started = time.thread_time()
            try:
                answers = [_looked_at(*pair, limit) for pair in zip(sample.images, outcomes, strict=True)]
                sample = received(sample, answers, tally)
            except BadRecord as bad:
                ledger.drop_sample(tally, sample, Drop(reason=bad.reason, value=bad.detail or None))
                continue
            finally:
                tally.seconds += time.thread_time() - started
            yield sample


@contextmanager
def _pictures(job: Job, task: Task, rows: Sequence[Sample]) -> Iterator[Callable[[Sample, Image], Outcome]]:
    """Where bytes come from: servers, or the folder that another program filled."""
    if job.fetching.crawl:
        yield outcomes(job.fetching.crawl, task)
        return
    from vlmdata.engine.download import Downloads  # an event loop and its kin: nothing for preprocess

    urls = [_address(image) for sample in rows for image in sample.images]
    pulse = Pulse(job.out, task.index)
    with Downloads(urls, job.fetching, job.out / workspace.WORK, pulse) as downloads:
        yield lambda sample, image: downloads.take(_address(image))


def load(image: Image) -> Image:
    """With its bytes and the SHA-256 of its source, which a data set made of another carries on.

    ``BadRecord`` (``missing_file``, ``unreadable_file``, ``hash_mismatch``) where there are no such bytes.
    """
    data = image.data
    if data is None:
        if image.uri is None:
            raise BadRecord("missing_file", f"{image.source or 'an image'} has neither bytes nor a path")
        data = read_bytes(image.uri, image.source or image.uri)
    return _hashed(image, data)


def arrived(image: Image, outcome: Outcome) -> Image:
    """With what its address gave. ``BadRecord`` with the reason of a failure, or ``hash_mismatch``."""
    if isinstance(outcome, Failed):
        raise BadRecord(outcome.reason, outcome.detail)
    return _hashed(replace(image, download=outcome.download), outcome.data)


def measure(image: Image, max_pixels: int) -> Image:
    """With media type and original size, by content. ``BadRecord`` with one of render's reasons."""
    assert image.data is not None
    header = read_header(image.data, max_pixels)
    return replace(image, original=header.size, media_type=header.media_type)


def _answers(get: Callable[[Image], Image], sample: Sample) -> list[Image | BadRecord]:
    """What ``get`` makes of each picture, or why it cannot."""
    answers: list[Image | BadRecord] = []
    for image in sample.images:
        try:
            answers.append(get(image))
        except BadRecord as bad:
            answers.append(bad)
    return answers


def _looked_at(image: Image, outcome: Outcome, max_pixels: int) -> Image | BadRecord:
    try:
        return measure(arrived(image, outcome), max_pixels)
    except BadRecord as bad:
        return bad


def _address(image: Image) -> str:
    return image.uri or ""


def _hashed(image: Image, data: bytes) -> Image:
    kind, _, expected = (image.expected or "").partition(":")
    if kind and (found := hashlib.new(kind, data).hexdigest()) != expected.lower():
        raise BadRecord("hash_mismatch", f"its {kind} is {found}, not {expected}")
    return replace(image, data=data, sha256=image.sha256 or hashlib.sha256(data).hexdigest())
