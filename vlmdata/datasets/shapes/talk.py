"""A conversation in the making: turns, alternatives, choices, and the relations it affirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vlmdata.datasets.shapes.canvas import Canvas
from vlmdata.datasets.shapes.relations import Relation
from vlmdata.datasets.shapes.vocabulary import Language
from vlmdata.types import Alternative, Annotation, Choices, ImagePart, Message, Part, RegionPart, TextPart

#: Subject, relation, object, by label: ``("red circle", "left", "blue square")``.
Claim = tuple[str, Relation, str]


@dataclass
class Talk:
    """Turns are added one by one; the first user message shows ``images`` pictures."""

    language: Language
    images: int = 1
    messages: list[Message] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    choices: list[Choices] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def caption(self, text: str, others: Sequence[str] = ()) -> None:
        """The picture alone, answered by ``text``; ``others`` would do as well."""
        self._turn((), (TextPart(text),), "caption", others)

    def ask(self, question: str, answer: str, others: Sequence[str] = (), tag: str = "vqa") -> None:
        """A question and its short answer; ``others`` are accepted, too, at half the weight."""
        self._turn((TextPart(question),), (TextPart(answer),), tag, others, weight=0.5)

    def choose(self, question: str, options: Sequence[str], answer: int) -> None:
        """Multiple choice: the options are lettered below the question, the letter is the answer."""
        letters = "ABCDEFGH"
        closing = "Answer with the letter." if self.language == "en" else "記号で答えてください。"
        lines = [question, *(f"{letters[n]}. {option}" for n, option in enumerate(options)), closing]
        self.choices.append(Choices(len(self.messages), tuple(options), answer))
        self._turn((TextPart("\n".join(lines)),), (TextPart(letters[answer]),), "vqa")

    def locate(self, question: str, mark: Annotation) -> None:
        """A question answered by a region."""
        self._turn((TextPart(question),), (RegionPart((mark.id,)),), "grounding")

    def refer(self, before: str, mark: Annotation, after: str, answer: str) -> None:
        """A question that points at a region."""
        parts = (TextPart(before), RegionPart((mark.id,)), TextPart(after))
        self._turn(tuple(part for part in parts if part != TextPart("")), (TextPart(answer),), "grounding")

    def _turn(
        self,
        question: tuple[Part, ...],
        answer: tuple[Part, ...],
        tag: str,
        others: Sequence[str] = (),
        weight: float = 1.0,
    ) -> None:
        shown = () if self.messages else tuple(ImagePart(number) for number in range(self.images))
        self.messages += (Message("user", (*shown, *question)), Message("assistant", answer))
        self.alternatives += (Alternative(len(self.messages) - 1, text, weight) for text in others)
        self.tag(tag)

    def tag(self, *tags: str) -> None:
        self.tags += (tag for tag in tags if tag not in self.tags)


@dataclass(frozen=True, slots=True)
class Draft:
    """A scene before its pictures are encoded."""

    talk: Talk
    canvases: tuple[Canvas, ...] = ()
    annotations: tuple[Annotation, ...] = ()
