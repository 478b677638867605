"""What is known of a way to write conversations: the marks around turns and pictures, and what else its code does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vlmdata.types import Message

Messages = tuple[Message, ...]
Placement = Literal["as_published", "first", "single_first", "front"]
TrainOn = Literal["answer", "last_answer", "turn", "header", "all"]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the words of one role: ``head`` before, ``end`` and ``tail`` after.

    ``end`` is what a model writes to end its answer and is trained with it; ``tail`` only leads to the next turn.
    """

    head: str = ""
    end: str = ""
    tail: str = ""


def as_it_is(messages: Messages) -> Messages:
    return messages


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFormat:
    """One published way to write a conversation as text.

    Attributes:
        source: repository and function, or file, it is published in.
        user, assistant, system: what stands around turns; ``system`` is None where no system message is taken.
        image: what stands for a picture, once; ``{n}`` is its number from 1, in the order in which they are shown.
        video: what stands for a clip that is not frames; None where there is nothing.
        start: written once, before everything.
        finish: written once, after the last turn; trained with an answer.
        end_of_text: closes an interleaved document.
        default_system: what the system says where neither the data nor the recipe say it.
        gap: between ``head`` and words, where no picture comes first.
        glue: between pictures at the edge of a turn and its words.
        placement: where pictures stand. ``first``: before the words of their turn, which lose the space around
            them; ``single_first``: so where a turn shows one picture; ``front``: before the first turn's words.
        number, number_video: what numbering writes before a picture or clip; ``{n}`` counts from 1, ``{index}``
            from 0.
        numbered: whether several pictures are numbered where nobody asks for it.
        alternates: whether user and assistant take turns, the user first.
        strip_turns: whether a turn loses the space around it.
        reserved: strings that would become special tokens; no text of the data may hold one.
        arrange: what else is done to the messages before they are written.
    """

    name: str
    source: str
    user: Around
    assistant: Around
    system: Around | None
    image: str
    video: str | None = None
    start: str = ""
    finish: str = ""
    end_of_text: str
    default_system: str = ""
    gap: str = ""
    glue: str = ""
    placement: Placement = "as_published"
    number: str = ""
    number_video: str = ""
    numbered: bool = False
    alternates: bool = False
    strip_turns: bool = False
    reserved: re.Pattern[str]
    arrange: Callable[[Messages], Messages] = as_it_is

    def around(self, role: str) -> Around:
        """What stands around a turn of this role; nothing around a document."""
        found = {"user": self.user, "assistant": self.assistant, "system": self.system}.get(role)
        return found or Around()


def tokens(*literal: str, pattern: str = "") -> re.Pattern[str]:
    """A pattern that finds any of these strings, and what ``pattern`` finds."""
    return re.compile("|".join([*map(re.escape, literal), *([pattern] if pattern else [])]))
