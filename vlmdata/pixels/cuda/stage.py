"""The decode stage on a GPU: pictures decoded in batches, cut into views, encoded.

A batch is done in parts of bounded size. While the views of one part are made and encoded, the next is decoded in a
thread and on a CUDA stream of its own: the JPEG engine, the copies to and from the device and the kernels work at once,
and no more than two parts are in memory. Pictures of a part that have one size and the same views go through the
kernels as one tensor.

Every stage waits for its stream before it hands on. So the next may use the tensors on any other stream, and they are
not freed before they are read.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmdata.pixels.cuda.codec import Codec, decoded
from vlmdata.pixels.cuda.encoding import Cut, Encoding
from vlmdata.pixels.cuda.kernels import cut
from vlmdata.pixels.cuda.order import Answer, Batch, Order
from vlmdata.pixels.outcome import Stage as StageName

if TYPE_CHECKING:
    from torch import Tensor

PART_PIXELS = 8_000_000
"""Pixels of a part: 26 pictures of 640x480. With all that is made of them, some hundred MB of device memory. Not yet
measured: the JPEG engine wants many pictures at once, the overlap many parts."""

Part = list[tuple[int, Order]]
"""Orders with their places in the batch."""


@dataclass(frozen=True, slots=True)
class _Decoded:
    place: int
    order: Order
    pixels: Tensor


class Stage:
    """``codec`` works on ``device``: ``cuda``, or ``cpu`` to prove the way without a GPU."""

    def __init__(self, codec: Codec, device: str, part_pixels: int = PART_PIXELS) -> None:
        self._codec = codec
        self._encoding = Encoding(codec)
        self._on_gpu = device == "cuda"
        self._part_pixels = part_pixels
        self._ahead = ThreadPoolExecutor(1, "decode", initializer=self._take_a_stream)

    def render(self, batch: Batch) -> Answer:
        """The views of each order. An exception means that the device cannot go on."""
        answer = Answer([None] * len(batch.orders))
        for pictures in self._decoded(batch, answer):
            with self._on("transform", answer):
                views = _views(pictures)
            with self._on("encode", answer):
                encoded = iter(self._encoding.encode([view for own in views for view in own], batch.policy))
            for picture, own in zip(pictures, views, strict=True):
                answer.views[picture.place] = tuple(next(encoded) for _ in own)
        return answer

    def _decoded(self, batch: Batch, answer: Answer) -> Iterator[list[_Decoded]]:
        """Part by part; the next is begun before one is handed out."""
        waiting = None
        for part in _parts(batch.orders, self._part_pixels):
            following = self._ahead.submit(self._decode, part, answer)
            if waiting:
                yield waiting.result()
            waiting = following
        if waiting:
            yield waiting.result()

    def _decode(self, part: Part, answer: Answer) -> list[_Decoded]:
        """What of a part can be decoded and holds what its header promises."""
        with self._on("decode", answer):
            tensors = decoded(self._codec, [order.data for _, order in part])
        return [
            _Decoded(place, order, pixels)
            for (place, order), pixels in zip(part, tensors, strict=True)
            if pixels is not None and pixels.shape == (3, order.stored.height, order.stored.width)
        ]

    @contextmanager
    def _on(self, stage: StageName, answer: Answer) -> Iterator[None]:
        """Wait for what was asked of this thread's stream, and count the seconds."""
        start = time.perf_counter()
        yield
        if self._on_gpu:
            import torch

            torch.cuda.current_stream().synchronize()
        answer.seconds[stage] += time.perf_counter() - start

    def _take_a_stream(self) -> None:
        if self._on_gpu:
            import torch

            torch.cuda.set_stream(torch.cuda.Stream())


def _parts(orders: Sequence[Order], pixels: int) -> Iterator[Part]:
    """Orders in groups of at most so many pixels; one that is larger goes alone."""
    part: Part = []
    room = pixels
    for place, order in enumerate(orders):
        if part and order.pixels > room:
            yield part
            part, room = [], pixels
        part.append((place, order))
        room -= order.pixels
    if part:
        yield part


def _views(pictures: Sequence[_Decoded]) -> list[list[Cut]]:
    """The views of each picture; those of pictures alike are made at once."""
    import torch

    alike: dict[object, list[int]] = defaultdict(list)
    for number, picture in enumerate(pictures):
        alike[picture.order.stored, picture.order.views].append(number)
    views: list[list[Cut]] = [[] for _ in pictures]
    for numbers in alike.values():
        together = torch.stack([pictures[number].pixels for number in numbers])
        for view in cut(together, pictures[numbers[0]].order.views):
            for number, pixels in zip(numbers, view, strict=True):
                views[number].append(Cut(pixels, pictures[number].order.subsampled))
    return views
