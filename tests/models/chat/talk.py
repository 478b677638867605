"""Conversations by hand: a string is text, a number a picture."""

from __future__ import annotations

from hypothesis import strategies as st

from vlmdata.datasets.dialogue import Album, marked_parts
from vlmdata.types import Image, ImagePart, Message, Rendered, Role, TextPart


def talk(*turns: tuple[str | int, ...]) -> tuple[Message, ...]:
    """``talk(("user", 0, "What?"), ("assistant", "That."))``"""
    return tuple(
        Message(role, tuple(ImagePart(item) if isinstance(item, int) else TextPart(item) for item in items))
        for role, *items in turns
    )


def as_published(*turns: tuple[Role, str]) -> tuple[Message, ...]:
    """Turns as a data set writes them, ``<image>`` inside, read as the adapters read them."""
    count = sum(text.count("<image>") for _, text in turns)
    album = Album([Image() for _ in range(count)])
    return tuple(Message(role, marked_parts(text, album)) for role, text in turns)


def pieces(rendered: Rendered, kind: str) -> list[str]:
    """The characters of each span of a kind."""
    return [rendered.text[span.start : span.end] for span in rendered.spans if span.kind == kind]


WORDS = st.sampled_from(
    ["What is it?", "猫は何をしていますか。", "Yes", "one\ntwo", " spaced ", "{x} {{y}} {% z %}", "é́👩‍👧"]
)


@st.composite
def conversations(draw: st.DrawFn, *, system: bool = True, pictures: bool = True) -> tuple[Message, ...]:
    """Turns of user and assistant, pictures among the words of the user."""
    turns: list[tuple[str | int, ...]] = []
    if system and draw(st.booleans()):
        turns.append(("system", draw(WORDS)))
    shown = 0
    for _ in range(draw(st.integers(1, 3))):
        marks = draw(st.lists(st.booleans(), min_size=1, max_size=4)) if pictures else [False]
        content: list[str | int] = []
        for is_picture in marks:
            content.append(shown if is_picture else draw(WORDS))
            shown += is_picture
        turns += [("user", *content), ("assistant", draw(WORDS))]
    return talk(*turns)
