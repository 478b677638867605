"""Faults between the messages of a conversation: nothing answered, the question answered back, the same again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.types import Message, RegionPart, TextPart

_NOTHING = frozenset({"nan", "[deleted]", "[removed]"})
"""What tables and sites write where there is nothing."""

_FOLDED_AWAY = re.compile(r"[\W_]+")
_ARTICLES = re.compile(r"\b(?:an?|the)\b")
_LONG_QUESTION = 20
_LONG_ANSWER = 60
_WINDOW = 12
_MOST_SHARED = 0.9


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the assistant, and the words the user said just before it."""

    question: str
    answer: Message


def turns(messages: Sequence[Message]) -> Iterator[Turn]:
    """Each message of the assistant with its question, empty where the user has not spoken since the one before."""
    question: list[str] = []
    for message in messages:
        if message.role == "user":
            question.append(message.text.strip())
        elif message.role == "assistant":
            yield Turn("\n".join(filter(None, question)), message)
            question = []


def is_empty(message: Message) -> bool:
    """Whether a message has neither words nor regions nor pictures."""
    if any(not isinstance(part, TextPart) for part in message.content):
        return False
    text = message.text.strip()
    return not text or text.casefold() in _NOTHING


def echoes(turn: Turn) -> bool:
    """Whether the answer is the question again, or begins with all of a question of 20 letters or more.

    Capitals, punctuation, width of characters and articles do not count. A message with regions is no echo.
    """
    if any(isinstance(part, RegionPart) for part in turn.answer.content):
        return False
    question = folded(turn.question)
    if not question:
        return False
    answer = folded(turn.answer.text)
    return answer == question or (len(question) >= _LONG_QUESTION and answer.startswith(question))


def same_turns(conversation: Sequence[Turn]) -> tuple[int, int] | None:
    """Numbers of the first two turns that say the same, None where none do.

    The same question with the same answer, or answers of 60 letters or more that share nine tenths of their stretches
    of 12 letters (Jaccard), whatever the question.
    """
    said: dict[tuple[str, str], int] = {}
    long_answers: list[tuple[int, frozenset[str]]] = []
    for number, turn in enumerate(conversation):
        regions = str([part.annotations for part in turn.answer.content if isinstance(part, RegionPart)])
        answer = folded(turn.answer.text)
        before = said.setdefault((folded(turn.question), answer + regions), number)
        if before != number:
            return before, number
        if len(answer) >= _LONG_ANSWER and len(conversation) > 1:
            stretches = frozenset(answer[first : first + _WINDOW] for first in range(len(answer) - _WINDOW + 1))
            for other, known in long_answers:
                if len(stretches & known) >= _MOST_SHARED * len(stretches | known):
                    return other, number
            long_answers.append((number, stretches))
    return None


def folded(text: str) -> str:
    """Letters and digits alone, in small letters of normal width, without English articles."""
    lower = unicodedata.normalize("NFKC", text).casefold()
    return _FOLDED_AWAY.sub("", _ARTICLES.sub("", lower))
