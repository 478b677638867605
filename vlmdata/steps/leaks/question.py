"""What of a sample's texts is compared with the questions of an evaluation set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlmdata.steps.leaks.words import asked, hashed, ngrams, telling, weight, words_of
from vlmdata.types import Choices, Message, Sample

SPECIFIC = 8
"""Telling words from which on a question is asked about one thing only, so that finding it again is no accident."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OPTION = re.compile(r"[ \t]*\(?([A-Z])[.):][ \t]+(\S.*)")
_LETTER = re.compile(r"\(?([A-Z])[.):]?\Z")


@dataclass(frozen=True, slots=True)
class Question:
    """Hashes of one text.

    Attributes:
        stem: of its telling words, without options; None where it has none.
        specific: of its words alone, with its options in any order, with its answer: those that have ``SPECIFIC``
            telling words.
        ngrams: of its runs of 13 words, options apart.
    """

    stem: int | None
    specific: tuple[int, ...]
    ngrams: tuple[int, ...]


def questions(sample: Sample) -> Iterator[Question]:
    """What is asked or, in documents, told, one for each message that has words."""
    choices = {one.message: one for one in sample.choices}
    for number, message in enumerate(sample.messages):
        if message.role in ("user", "document") and message.text.strip():
            yield _question(message.text, choices.get(number), _answers(sample, number))


def told(sample: Sample) -> Iterator[Question]:
    """What is said in answers: questions may hide in them, where a data set was made by a model."""
    for message in sample.messages:
        if message.role == "assistant" and message.text.strip():
            yield _question(message.text, None, ())


def _question(text: str, choices: Choices | None, answers: Sequence[str]) -> Question:
    lines, options = _parted(text, choices)
    words = words_of("\n".join(map(asked, lines)))
    stem = telling(words)
    keys = [stem, (*stem, "|", *sorted(" ".join(words_of(option)) for option in options))] if stem else []
    for answer in answers if stem else ():
        letter = _LETTER.fullmatch(answer.strip())
        place = LETTERS.index(letter[1]) if letter else len(options)
        said = telling(words_of(options[place] if place < len(options) else answer))
        keys += [(*stem, "=", *said)] if said else []
    return Question(
        stem=hashed(stem) if stem else None,
        specific=tuple(dict.fromkeys(hashed(key) for key in keys if _is_specific(key))),
        ngrams=tuple(dict.fromkeys(ngrams(words))),
    )


def _parted(text: str, choices: Choices | None) -> tuple[list[str], tuple[str, ...]]:
    """The lines of a question that are no options, and its options, given or written as lines ``A. …``."""
    lines = text.splitlines()
    found = {line: match for line in lines if (match := _OPTION.fullmatch(line))}
    letters = "".join(match[1] for match in found.values())
    if len(letters) < 2 or not LETTERS.startswith(letters):
        return lines, choices.options if choices else ()
    options = choices.options if choices else tuple(match[2] for match in found.values())
    return [line for line in lines if line not in found], options


def _is_specific(key: Sequence[str]) -> bool:
    return weight(set(telling(word for part in key for word in part.split()))) >= SPECIFIC


def _answers(sample: Sample, question: int) -> tuple[str, ...]:
    """Every answer that is known to a question."""
    place = question + 1
    follows: Message | None = sample.messages[place] if place < len(sample.messages) else None
    said = [follows.text] if follows and follows.role == "assistant" else []
    said += [one.text for one in sample.alternatives if one.message in (question, place)]
    return tuple(dict.fromkeys(said))
