"""Documents cut to length: nothing lost, nothing out of order, no text cut."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.steps.base import Context
from vlmdata.steps.document import DocumentSplit
from vlmdata.types import (
    Alternative,
    Annotation,
    Drop,
    Image,
    ImagePart,
    Message,
    Origin,
    RegionPart,
    Sample,
    TextPart,
)


def page(*documents: str, **fields: object) -> Sample:
    """A page of documents: ``#`` is a picture, letters in a row are a text."""
    images: list[Image] = []
    messages = []
    for document in documents:
        parts: list[ImagePart | TextPart] = []
        for piece in document.replace("#", " # ").split():
            if piece == "#":
                parts.append(ImagePart(len(images)))
                images.append(Image(id=f"p{len(images)}"))
            else:
                parts.append(TextPart(piece))
        messages.append(Message("document", tuple(parts)))
    sample = Sample(
        key="page",
        origin=Origin(dataset="d", source="f#1"),
        images=tuple(images),
        messages=tuple(messages),
        tags=("interleaved", "multi-image"),
    )
    return replace(sample, **fields)  # type: ignore[arg-type]


def written(sample: Sample) -> str:
    """Its documents with the names of their pictures, parted by a bar."""
    return "|".join(
        " ".join(
            part.text if isinstance(part, TextPart) else str(sample.images[part.image].id)
            for part in message.content
            if isinstance(part, TextPart | ImagePart)
        )
        for message in sample.messages
    )


def cut(sample: Sample, **options: object) -> list[str]:
    outcome = DocumentSplit(**options).apply(sample, Context(0, "document.split"))  # type: ignore[arg-type]
    assert not isinstance(outcome, Drop)
    return [written(one) for one in (outcome if isinstance(outcome, list) else [outcome])]


@pytest.mark.parametrize(
    ("text", "options", "pieces"),
    [
        ("aaaa #bbbb #cccc #dddd", {}, ["aaaa p0 bbbb p1 cccc p2 dddd"]),
        ("aaaa #bbbb #cccc #dddd", {"max_images": 1}, ["aaaa p0 bbbb", "p1 cccc", "p2 dddd"]),
        ("aaaa #bbbb #cccc #dddd", {"max_characters": 8}, ["aaaa p0 bbbb", "p1 cccc p2 dddd"]),
        ("aaaa #bbbb #cccc #dddd", {"max_characters": 7}, ["aaaa", "p0 bbbb", "p1 cccc", "p2 dddd"]),
        ("aaaa #bbbb #cccc", {"max_characters": 7, "picture_first": False}, ["aaaa p0", "bbbb p1", "cccc"]),
        ("aaaaaaaaa b #cccccccccc", {"max_characters": 5}, ["aaaaaaaaa", "b", "p0 cccccccccc"]),
        ("## aa ## bb", {"max_images": 3}, ["p0 p1 aa p2", "p3 bb"]),
        ("####", {"max_images": 3}, ["p0 p1 p2", "p3"]),
        ("aa #bb", {"min_images": 1}, ["aa p0 bb"]),
        ("aa #bb cc", {"max_characters": 4, "min_images": 1}, ["aa p0 bb"]),
    ],
)
def test_pieces(text: str, options: dict[str, object], pieces: list[str]) -> None:
    assert cut(page(text), **options) == pieces


def test_documents_of_one_page_stay_together_unless_asked() -> None:
    sample = page("a #b", "c", "#d")
    assert cut(sample) == ["a p0 b|c|p1 d"]
    assert cut(sample, by_document=True) == ["a p0 b", "c", "p1 d"]
    assert cut(sample, by_document=True, min_images=1) == ["a p0 b", "p1 d"]
    assert cut(sample, max_images=1) == ["a p0 b|c", "p1 d"]


def test_children_are_whole_samples() -> None:
    sample = page("aa ##bb #cc", annotations=(Annotation(id="x", image=1), Annotation(id="y", image=2)))
    ctx = Context(0, "document.split")
    children = DocumentSplit(max_images=2).apply(sample, ctx)
    assert isinstance(children, list)
    assert [child.key for child in children] == ["page-c1", "page-c2"]
    assert [[(mark.id, mark.image) for mark in child.annotations] for child in children] == [[("x", 1)], [("y", 0)]]
    assert [child.tags for child in children] == [("interleaved", "multi-image"), ("interleaved",)]
    assert all(child.origin == sample.origin for child in children)


def test_what_is_left_out_is_counted() -> None:
    ctx = Context(0, "document.split")
    children = DocumentSplit(max_characters=3, min_images=1).apply(page("aaaa bb #cccc dd"), ctx)
    assert isinstance(children, list)
    assert [child.key for child in children] == ["page-c1"]
    assert ctx.notes == {"left_out:min_images": 3, "too_long": 1}
    outcome = DocumentSplit(min_images=3).apply(page("aa ##bb"), ctx)
    assert outcome == Drop(reason="min_images", value="2", threshold="3")


@pytest.mark.parametrize(
    "sample",
    [
        replace(page("aa #bb"), messages=(Message("user", (ImagePart(0), TextPart("aaaaaa"))),)),
        page("aa #bb", alternatives=(Alternative(0, "other"),)),
        replace(page("aa #bb"), messages=(Message("document", (ImagePart(0), RegionPart(("x",)), TextPart("aaaa"))),)),
        replace(page("aa #bb cc"), images=(Image(), Image())),
        page(),
        page(""),
    ],
    ids=["conversation", "alternatives", "regions", "unplaced", "empty", "no-parts"],
)
def test_what_is_no_plain_document_is_left_alone(sample: Sample) -> None:
    assert DocumentSplit(max_characters=1, max_images=1, min_images=1).apply(sample, Context(0, "x")) is sample


def test_contradictions_are_told() -> None:
    assert "min_images 3 is above max_images 2" in (DocumentSplit(min_images=3, max_images=2).ready() or "")
    assert DocumentSplit(min_images=2, max_images=2).ready() is None


@given(
    documents=st.lists(st.text("#ab ", max_size=20), min_size=1, max_size=4),
    images=st.none() | st.integers(1, 4),
    characters=st.none() | st.integers(1, 9),
    by_document=st.booleans(),
    picture_first=st.booleans(),
)
def test_pieces_put_together_are_the_document(
    documents: list[str], images: int | None, characters: int | None, by_document: bool, picture_first: bool
) -> None:
    sample = page(*documents)
    step = DocumentSplit(
        max_images=images, max_characters=characters, by_document=by_document, picture_first=picture_first
    )
    outcome = step.apply(sample, Context(0, "document.split"))
    children = outcome if isinstance(outcome, list) else [outcome]
    assert all(isinstance(child, Sample) for child in children)
    flat = " ".join(written(child) for child in children if isinstance(child, Sample)).replace("|", " ").split()
    assert flat == written(sample).replace("|", " ").split()
    for child in children:
        assert isinstance(child, Sample)
        texts = [part.text for message in child.messages for part in message.content if isinstance(part, TextPart)]
        assert len(child.images) <= (images or 99)
        assert sum(map(len, texts)) <= (characters or 999) or len(texts) == 1
        assert len(child.messages) == 1 or not by_document or outcome is sample
