"""What becomes of evaluation data on its way into training data: pictures saved anew, questions in other words."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageEnhance

SCALES = (0.3, 1.5)
QUALITIES = (30, 95)
CROP = 0.05
"""Of a side, in all."""


Box = tuple[float, float, float, float]

_FORM = "Answer with the option's letter from the given choices directly."


@dataclass(frozen=True, slots=True)
class Posed:
    """A question as its data set has it."""

    question: str
    options: tuple[str, ...]
    answer: str

    def asked(self, letter: str = "{}. ") -> str:
        lines = [letter.format(chr(ord("A") + number)) + option for number, option in enumerate(self.options)]
        return "\n".join([self.question, *lines])


def resized(picture: Image.Image, rng: random.Random, box: Box | None = None) -> Image.Image:
    factor = rng.uniform(*SCALES)
    size = (max(32, round(picture.width * factor)), max(32, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.BICUBIC, box)


def changed(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Resized, and two of these: cut at its edges, written over, in slightly other colours."""
    width, height = picture.size
    left, top, right, bottom = (rng.uniform(0, CROP / 2) for _ in range(4))
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    cut, written, coloured = rng.sample((True, True, False), 3)
    found = resized(picture, rng, box if cut else None)
    if written:
        place = (found.width * 0.05, found.height * 0.88)
        ImageDraw.Draw(found).text(place, "photo: archive", fill=(255, 255, 255))
    if coloured:
        found = ImageEnhance.Brightness(found).enhance(rng.uniform(0.9, 1.1))
        found = ImageEnhance.Color(found).enhance(rng.uniform(0.85, 1.15))
    return found


def reworded(posed: Posed, rng: random.Random) -> str:
    """Asked with options in another order and by other marks, and with one or two changes of wording."""
    options = rng.sample(posed.options, len(posed.options))
    question = posed.question
    for change in rng.sample(_CHANGES, rng.choice((1, 2))):
        question = change(question)
    letter = rng.choice(("{}. ", "({}) ", "{}) "))
    text = replace(posed, question=question, options=tuple(options)).asked(letter)
    return text + rng.choice(
        ("", "\nAnswer with the option's letter from the given choices directly." if options else "")
    )


_SHORT = {
    "What is": "What's", "what is": "what's", "It is": "It's", "do not": "don't", "did not": "didn't",
    "is not": "isn't", "cannot": "can't", "Who is": "Who's", "will not": "won't",
}  # fmt: skip
_OTHER = {
    "Which": "What", "a": "the", "an": "the", "would": "will", "could": "can", "Could": "Can", "this": "that",
    "because": "as", "people": "persons", "big": "large", "get": "obtain", "find": "see", "wanted": "wished",
}  # fmt: skip


def _shortened(text: str) -> str:
    for long, short in _SHORT.items():
        text = text.replace(long, short)
    return text


def _other_words(text: str) -> str:
    """One word of the question for another: the first that has one."""
    for word, other in _OTHER.items():
        text, changes = re.subn(rf"\b{word}\b", other, text, count=1)
        if changes:
            break
    return text


def _plain(text: str) -> str:
    return re.sub(r"[,;:!'\"]", "", text).lower()


def _introduced(text: str) -> str:
    return f"Question: {text}"


def _polite(text: str) -> str:
    return f"Look at the picture. {text}"


def _doubled_spaces(text: str) -> str:
    return text.replace(" ", "  ").rstrip("?") + " ?"


_CHANGES: tuple[Callable[[str], str], ...] = (
    _shortened,
    _other_words,
    _plain,
    _introduced,
    _polite,
    _doubled_spaces,
)
