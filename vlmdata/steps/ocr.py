"""Words read in pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.errors import BadRecord
from vlmdata.models.ocr import ENGINES, Engine, EngineName, Language, Line, Word, in_reading_order, loaded
from vlmdata.pixels import look_at
from vlmdata.steps.base import Context, Step
from vlmdata.steps.resize import is_measured
from vlmdata.types import Annotation, Box, Image, ImagePart, Message, Part, Point, Sample, TextPart

_SOURCE = "ocr"
_REFERENCE = "Reference OCR token: "
_FORMAT = "Answer "
"""So begins the last line of LLaVA's questions that ask for a form, ``Answer the question using a single word …``."""


class Ocr(Step):
    """Read the words in pictures: annotations with text, box and corners, and if asked the first question.

    ## Why
    Words in a picture are what questions about documents and signs turn on. Each word that is read becomes an
    annotation (``ocr-1`` …) with its text, box, four corners clockwise from the upper left one, score, and source
    ``ocr``; the sample is tagged ``ocr``, so that flips leave it alone. Pictures are read as pending crops and resizes
    make them, fitted into ``max_side``. Being annotations, words follow all later geometry and layouts; after a crop
    ``clean.boxes`` takes out those that are no longer seen. Pictures that have words of source ``ocr`` already,
    published or read, are not read again.

    Words come in reading order: rows from top to bottom, each from left to right, columns of prose one after the
    other; vertical Japanese from right to left, each line downwards. A word is what stands between spaces, so of
    Japanese mostly a line; ``unit: line`` takes lines whole.

    ``languages`` say which letters may be read, the most important first: Japanese besides English by default.
    ``rapidocr`` needs the extra ``[ocr]``, ``tesseract`` the program of that name with its models.

    ``prompt`` writes the words of all pictures into the first question, as is done for TextVQA: ``append`` as a line
    ``Reference OCR token: WORD, WORD`` after the question, but before a line that asks for the form of the answer;
    ``prepend`` as the line before the question. Crops after that make it untrue. Source: lmms-eval
    ``tasks/textvqa/utils.py::textvqa_doc_to_text``, LLaVA ``llava/eval/eval_textvqa.py::prompt_processor``.

    Notes, by picture: ``read``, ``no_words``, ``left_alone:REASON`` (``clip``, ``has_words``, or why it cannot be
    read); by sample ``left_alone:no_question`` where there is none to write the words into.

    ## Drops
    none

    ## Example
        - ocr: {languages: [ja, en], min_score: 0.7, prompt: append}
    """

    name = "ocr"
    fills = frozenset({"annotations"})
    extras = ("ocr",)

    engine: EngineName = "rapidocr"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en", "ja")
    unit: Annotated[Literal["word", "line"], Field(description="what an annotation holds")] = "word"
    min_score: Annotated[float, Field(ge=0, le=1, description="least confidence of the engine")] = 0.5
    max_side: Annotated[int, Field(ge=64, le=8192, description="pixels, longer side as it is read")] = 2000
    prompt: Annotated[Literal["none", "prepend", "append"], Field(description="words in the first question")] = "none"

    def digest(self) -> str:
        return ENGINES[self.engine].digest(self.languages)

    def setup(self) -> None:
        loaded(self.engine, self.languages)

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        taken = {mark.id for mark in sample.annotations}
        names = (name for number in count(1) if (name := f"ocr-{number}") not in taken)
        marks = list(sample.annotations)
        for number, image in enumerate(sample.images):
            if any(_is_read(mark, number) for mark in sample.annotations):
                ctx.note("left_alone:has_words")
                continue
            try:
                words = list(self._words(image))
            except BadRecord as bad:
                ctx.note(f"left_alone:{bad.reason}")
                continue
            ctx.note("read" if words else "no_words")
            marks += (replace(word, id=name, image=number) for word, name in zip(words, names, strict=False))
        return self._asked(_tagged(replace(sample, annotations=tuple(marks))), ctx)

    def _words(self, image: Image) -> Iterator[Annotation]:
        """The words of a picture in reading order, in pixels of its frame. ``BadRecord`` where it cannot be read."""
        if not is_measured(image):
            raise BadRecord("clip" if image.is_clip else "no_header")
        pixels = look_at(image, self.max_side)
        engine: Engine = loaded(self.engine, self.languages)
        height, width = pixels.shape[:2]
        across, down = image.size.width / width, image.size.height / height
        for line in in_reading_order(engine.read(pixels)):
            units: Sequence[Line | Word] = line.words if self.unit == "word" else (line,)
            for unit in units:
                if unit.score >= self.min_score:
                    corners = tuple(Point(at.x * across, at.y * down) for at in unit.quad)
                    yield Annotation(
                        id="",
                        text=unit.text,
                        box=Box.around(corners),
                        polygon=(corners,),
                        score=round(unit.score, 4),
                        source=_SOURCE,
                    )

    def _asked(self, sample: Sample, ctx: Context) -> Sample:
        """With the words in the first question, where they are wanted."""
        words = [
            mark.text
            for image in range(len(sample.images))
            for mark in sample.annotations
            if _is_read(mark, image) and mark.text
        ]
        if self.prompt == "none" or not words:
            return sample
        first = next((at for at, message in enumerate(sample.messages) if _asks(message)), None)
        if first is None:
            ctx.note("left_alone:no_question")
            return sample
        line = _REFERENCE + ", ".join(words)
        question = sample.messages[first]
        content = _before(question.content, line) if self.prompt == "prepend" else _after(question.content, line)
        asked = replace(question, content=content)
        return replace(sample, messages=(*sample.messages[:first], asked, *sample.messages[first + 1 :]))


def _is_read(mark: Annotation, image: int) -> bool:
    return mark.source == _SOURCE and mark.image == image


def _tagged(sample: Sample) -> Sample:
    if not any(mark.source == _SOURCE for mark in sample.annotations):
        return sample
    return replace(sample, tags=tuple(dict.fromkeys((*sample.tags, "ocr"))))


def _asks(message: Message) -> bool:
    return message.role == "user" and any(not isinstance(part, ImagePart) for part in message.content)


def _before(content: Sequence[Part], line: str) -> tuple[Part, ...]:
    """The line before all that is said; pictures that stand before it stay there."""
    place = next(number for number, part in enumerate(content) if not isinstance(part, ImagePart))
    return (*content[:place], TextPart(f"{line}\n"), *content[place:])


def _after(content: Sequence[Part], line: str) -> tuple[Part, ...]:
    """The line after all that is said, but before a last line that asks for a form."""
    last = content[-1]
    if isinstance(last, TextPart):
        text, gap, form = last.text.rpartition("\n")
        if gap and form.startswith(_FORMAT):
            return (*content[:-1], TextPart(f"{text}\n{line}\n{form}"))
    return (*content, TextPart(f"\n{line}"))
