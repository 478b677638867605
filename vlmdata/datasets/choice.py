"""Questions with lettered options, in whose text ``<image 1>`` says where picture number 1 stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from vlmdata.datasets.dialogue import Album, text_parts
from vlmdata.datasets.fields import Spoken
from vlmdata.datasets.talk import LETTERS, Talk
from vlmdata.errors import BadRecord
from vlmdata.types import Choices, Part

MARKER = re.compile(r"<image (\d{1,3})>")


def posed(
    album: Album, question: str, options: Mapping[str, str], answer: str | None, hint: str | None = None
) -> Spoken:
    """A question, the ``hint`` above it, its ``options`` by their letters below it, and its answer where it is known.

    Pictures stand where ``<image N>`` is, those without such a place before the text; a picture may stand twice. The
    answer to a question with options is a letter (or the text of an option, then its letter is said). Without options
    it is a text, or a list of texts that are all right, written as Python writes one: the most frequent of them is
    said, all stand in ``alternatives``. ``BadRecord``: ``marker_count``, ``bad_answer``.
    """
    lines = [*([hint] if hint else []), question, *(f"{letter}. {text}" for letter, text in options.items())]
    placed = list(numbered("\n".join(lines), album))
    talk = Talk(album.rest())
    number = talk.ask(placed)
    if options:
        chosen = None if answer is None else _chosen(options, answer)
        talk.choices.append(Choices(number, tuple(options.values()), chosen))
        if chosen is not None:
            talk.answer(tuple(options)[chosen])
    elif answer is not None:
        said = answers(answer)
        talk.answer(max(said, key=said.count), [(text, 1.0) for text in said] if len(said) > 1 else ())
    return talk.spoken()


def lettered(options: Sequence[str]) -> dict[str, str]:
    """Options by the letters A, B, C … ``BadRecord`` ``bad_field`` for more than there are letters."""
    if len(options) > len(LETTERS):
        raise BadRecord("bad_field", f"{len(options)} options, and {len(LETTERS)} letters")
    return dict(zip(LETTERS, options, strict=False))


def numbered(text: str, album: Album) -> Iterator[Part]:
    """Text cut at its ``<image N>``, each replaced by that picture. ``BadRecord`` ``marker_count``."""
    pieces = MARKER.split(text)
    yield from text_parts(pieces[0])
    for number, after in zip(pieces[1::2], pieces[2::2], strict=True):
        yield album.place_number(int(number) - 1)
        yield from text_parts(after)


def answers(text: str) -> list[str]:
    """Right answers: one text, or those of a list of texts, as Python writes it. Nothing is run."""
    if not (text.startswith("[") and text.endswith("]")):
        return [text]
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [text]
    said = [one.strip() for one in found if isinstance(one, str)] if isinstance(found, list) else []
    return said if said and all(said) and len(said) == len(found) else [text]


def _chosen(options: Mapping[str, str], answer: str) -> int:
    if answer in options:
        return tuple(options).index(answer)
    texts = tuple(options.values())
    if texts.count(answer) == 1:
        return texts.index(answer)
    raise BadRecord("bad_answer", f"{answer[:60]!r} is none of the options {', '.join(options)}")
