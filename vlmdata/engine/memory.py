"""What a run takes up of earlier ones and leaves for later ones: answers about pictures, and rendered pictures.

Nothing of it decides a byte of the output: what is kept is what would be made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from vlmdata.engine.render_record import key_of, packed, unpacked
from vlmdata.io.cache import answers, renders
from vlmdata.io.reuse import Answers, Renders, bounds
from vlmdata.pixels.outcome import Fault, Rendered
from vlmdata.pixels.policy import PixelPolicy
from vlmdata.types import Image

Render = Callable[[Sequence[Image]], Sequence[Rendered | Fault]]


@dataclass(frozen=True, slots=True)
class Reuse:
    """What tasks of a run may keep, in bytes for each of their rows; with 0 they do not look for it either.

    ``surveys`` says whether signatures of global steps are kept and taken over. ``software`` covers all code that
    decides answers, ``drawing`` what of it decides rendered pictures.
    """

    answers: float = 0.0
    renders: float = 0.0
    surveys: bool = False
    software: bytes = b""
    drawing: bytes = b""


class Memory:
    """The stores as one task uses them, opened when they are first asked. ``counts`` is what came of it.

    ``rendered`` and ``renders_kept`` are pictures rendered anew and taken from the store, ``answered`` and
    ``answers_kept`` looks taken anew and remembered.
    """

    def __init__(self, reuse: Reuse, rows: int) -> None:
        self._reuse = reuse
        self._rows = rows
        self.counts: Counter[str] = Counter()

    def recall(self, key: bytes, work: Callable[[], bytes]) -> bytes:
        """The answer kept under ``key``, or what ``work`` gives, which is kept."""
        if not self._reuse.answers:
            self.counts["answered"] += 1
            return work()
        key = _keyed(key, self._reuse.software)
        answer = self._answers.get(key)
        self.counts["answers_kept" if answer is not None else "answered"] += 1
        if answer is None:
            answer = work()
            self._answers.put(key, answer)
        return answer

    def rendered(self, images: Sequence[Image], policy: PixelPolicy, render: Render) -> list[Rendered | Fault]:
        """Each picture as ``render`` makes it, which is called once, with those that are not kept.

        Faults are not kept, nor clips, whose pixels nothing touches.
        """
        keys = [self._key(image, policy) for image in images]
        kept = [self._kept(key, image) for key, image in zip(keys, images, strict=True)]
        missing = [image for image, one in zip(images, kept, strict=True) if one is None]
        made = iter(render(missing) if missing else ())
        outcomes = [one or next(made) for one in kept]
        for key, image, before, outcome in zip(keys, images, kept, outcomes, strict=True):
            if isinstance(outcome, Rendered) and not image.is_clip:
                self.counts["renders_kept" if before else "rendered"] += 1
                if key and not before:
                    self._renders.put(key, packed(outcome))
        return outcomes

    def close(self) -> None:
        """Commit what was kept, and hold the bounds."""
        for store in (self.__dict__.get("_answers"), self.__dict__.get("_renders")):
            if store:
                store.close()

    @cached_property
    def _answers(self) -> Answers:
        return Answers(answers(), bounds()["answers"])

    @cached_property
    def _renders(self) -> Renders:
        return Renders(renders(), bounds()["renders"], int(self._reuse.renders * self._rows))

    def _key(self, image: Image, policy: PixelPolicy) -> bytes | None:
        if not self._reuse.renders or image.is_clip or image.data is None or image.original is None:
            return None
        return _keyed(key_of(image, policy), self._reuse.drawing)

    def _kept(self, key: bytes | None, image: Image) -> Rendered | None:
        record = self._renders.get(key) if key else None
        return unpacked(record, image) if record is not None else None


@contextmanager
def remembering(reuse: Reuse, rows: int) -> Iterator[Memory]:
    """The memory of one task of so many ``rows``; what it learnt is kept however the block ends."""
    memory = Memory(reuse, rows)
    try:
        yield memory
    finally:
        memory.close()


def _keyed(key: bytes, software: bytes) -> bytes:
    return blake2b(key, key=software, digest_size=32).digest()
