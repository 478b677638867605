"""Documents go on without the pictures that did not come; other samples do not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.engine.received import received
from vlmdata.errors import BadRecord
from vlmdata.types import Alternative, Image, ImagePart, Message, Origin, Part, Role, Sample, StepTally, TextPart


def answered(count: int, lost: set[int]) -> list[Image | BadRecord]:
    return [BadRecord("http_404", "") if number in lost else Image(source=str(number)) for number in range(count)]


def told(count: int, role: Role = "document") -> Sample:
    """Each picture after its number; the last one in a message of its own."""
    parts: list[Part] = [part for number in range(count) for part in (TextPart(str(number)), ImagePart(number))]
    return Sample(
        key="a",
        origin=Origin(dataset="a", source="a#0"),
        images=tuple(Image(uri=str(number)) for number in range(count)),
        messages=(Message(role, tuple(parts[:-1])), Message(role, tuple(parts[-1:]))),
        tags=("interleaved", "multi-image"),
    )


@given(count=st.integers(1, 6), lost=st.sets(st.integers(0, 5)))
@settings(max_examples=60, deadline=None)
def test_every_picture_that_came_stands_where_it_stood(count: int, lost: set[int]) -> None:
    tally = StepTally(name="download")
    lost = {number for number in lost if number < count}
    if len(lost) == count:
        with pytest.raises(BadRecord, match="http_404"):
            received(told(count), answered(count, lost), tally)
        return
    made = received(told(count), answered(count, lost), tally)
    parts = [part for message in made.messages for part in message.content]
    shown = [
        (part.text, made.images[after.image].source)
        for part, after in pairwise(parts)
        if isinstance(part, TextPart) and isinstance(after, ImagePart)
    ]
    assert shown == [(str(number), str(number)) for number in range(count) if number not in lost]
    assert [part.text for part in parts if isinstance(part, TextPart)] == [str(number) for number in range(count)]
    assert all(message.content for message in made.messages)
    assert tally.notes == (Counter({"left_out:http_404": len(lost)}) if lost else Counter())
    assert ("multi-image" in made.tags) == (not lost or len(made.images) > 1)


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_conversation_needs_all_its_pictures(role: Role) -> None:
    with pytest.raises(BadRecord, match="http_404"):
        received(told(3, role), answered(3, {1}), StepTally(name="download"))


def test_pictures_without_a_text_are_no_document() -> None:
    album = Sample(key="a", origin=Origin(dataset="a", source="a#0"), images=(Image(uri="0"), Image(uri="1")))
    with pytest.raises(BadRecord, match="http_404"):
        received(album, answered(2, {1}), StepTally(name="download"))


def test_a_document_that_something_refers_to_needs_all_its_pictures() -> None:
    sample = replace(told(2), alternatives=(Alternative(1, "other"),))
    with pytest.raises(BadRecord, match="http_404"):
        received(sample, answered(2, {1}), StepTally(name="download"))
