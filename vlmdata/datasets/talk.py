"""Turns as data sets of questions and captions make them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vlmdata.datasets.dialogue import text_parts
from vlmdata.datasets.fields import Spoken
from vlmdata.errors import BadRecord
from vlmdata.types import Alternative, Choices, ImagePart, Message, Part, TextPart

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def most_frequent(texts: Iterable[str]) -> str | None:
    """Of equally frequent ones the first; None of none."""
    counted = Counter(texts).most_common(1)
    return counted[0][0] if counted else None


@dataclass(slots=True)
class Talk:
    """A conversation in the making: pictures go into its first question.

    ``choices`` and ``alternatives`` refer to messages by number, as ``Sample`` has them.
    """

    shown: Sequence[ImagePart] = ()
    messages: list[Message] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    choices: list[Choices] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def ask(self, question: str | Sequence[Part]) -> int:
        """A question, or parts of one (regions, pictures in their places); the number of its message."""
        parts: Sequence[Part] = text_parts(question) if isinstance(question, str) else question
        first = self.shown if not self.messages else ()
        self.messages.append(Message("user", (*first, *parts)))
        return len(self.messages) - 1

    def answer(self, text: str | Sequence[Part], others: Sequence[tuple[str, float]] = ()) -> int:
        """An answer; ``others`` are all that were given, with their weights (then the text may be among them)."""
        parts: Sequence[Part] = (TextPart(text),) if isinstance(text, str) else text
        self.messages.append(Message("assistant", tuple(parts)))
        number = len(self.messages) - 1
        self.alternatives += [Alternative(number, other, weight) for other, weight in others]
        return number

    def choose(self, question: str, options: Sequence[str], answer: int | None, closing: str = "") -> None:
        """A multiple-choice question with its options as lines ``A. …``, and the letter of the answer, if known.

        The options also stand in ``choices`` of the question's message, unrendered. ``BadRecord`` ``bad_answer``
        where the answer, counted from 0, is none of them.
        """
        if answer is not None and not 0 <= answer < len(options):
            raise BadRecord("bad_answer", f"the answer is number {answer} of {len(options)} options")
        lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False)]
        number = self.ask("\n".join([question, *lines, *([closing] if closing else [])]))
        self.choices.append(Choices(number, tuple(options), answer))
        if answer is not None:
            self.answer(LETTERS[answer])

    def spoken(self) -> Spoken:
        return Spoken(
            messages=tuple(self.messages),
            alternatives=tuple(self.alternatives),
            choices=tuple(self.choices),
            tags=tuple(self.tags),
        )
