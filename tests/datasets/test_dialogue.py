from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.datasets.dialogue import Album, as_pictures, marked_parts, messages_of, pairs
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.errors import BadRecord
from vlmdata.types import Image, ImagePart, TextPart

FOLDER = PictureFolder(Path("/nowhere"), "nowhere")


def album(images: int, clips: int = 0) -> Album:
    return Album(
        [Image(data=b"x") for _ in range(images)], [Image(data=b"x", media_type="video/mp4") for _ in range(clips)]
    )


@pytest.mark.parametrize(
    ("text", "images", "expected"),
    [
        ("<image>\nWhat?", 1, [0, "What?"]),
        ("What?\n<image>", 1, ["What?", 0]),
        ("A\n<image>\nB", 1, ["A\n", 0, "B"]),
        ("<image>\n<image>\nWhich?", 2, [0, 1, "Which?"]),
        ("<image>\n\nTwo lines", 1, [0, "\nTwo lines"]),
        (" <image> ", 1, [" ", 0, " "]),
        ("<image>", 1, [0]),
        ("no marker\n", 0, ["no marker\n"]),
        ("", 0, []),
    ],
)
def test_a_marker_takes_the_next_picture_and_one_newline(text: str, images: int, expected: list[object]) -> None:
    parts = marked_parts(text, album(images))
    assert [part.text if isinstance(part, TextPart) else part.image for part in parts] == expected


@given(st.lists(st.text(alphabet="ab \n<>"), min_size=1, max_size=5))
def test_the_text_around_markers_is_kept_but_for_a_newline_each(pieces: list[str]) -> None:
    text = "<image>".join(pieces)
    markers = text.count("<image>")
    parts = marked_parts(text, album(markers))
    assert [part.image for part in parts if isinstance(part, ImagePart)] == list(range(markers))
    kept = "".join(part.text for part in parts if isinstance(part, TextPart))
    lost = len(text.replace("<image>", "")) - len(kept)
    assert 0 <= lost <= markers
    assert kept.replace("\n", "") == text.replace("<image>", "").replace("\n", "")


def test_clips_are_numbered_after_images() -> None:
    parts = marked_parts("<video>\nand <image>", album(1, clips=1))
    assert parts == (ImagePart(1), TextPart("and "), ImagePart(0))


@pytest.mark.parametrize("text", ["<image>", "<video>", "<image><image>"])
def test_more_markers_than_pictures(text: str) -> None:
    with pytest.raises(BadRecord, match="marker_count"):
        marked_parts(text, album(1 if text.count("<image>") == 2 else 0))


def test_pictures_without_a_place_go_first_into_the_first_user_turn() -> None:
    turns = [
        {"from": "system", "value": "Be brief."},
        {"from": "human", "value": "And <image>?"},
        {"from": "gpt", "value": "Yes."},
    ]
    system, user, answer = messages_of(turns, album(3), FOLDER)
    assert (system.role, user.role, answer.role) == ("system", "user", "assistant")
    assert user.content == (ImagePart(1), ImagePart(2), TextPart("And "), ImagePart(0), TextPart("?"))


def test_a_user_turn_is_made_for_pictures_where_there_is_none() -> None:
    messages = messages_of([{"from": "system", "value": "s"}, {"from": "gpt", "value": "A cat."}], album(1), FOLDER)
    assert [message.role for message in messages] == ["system", "user", "assistant"]
    assert messages[1].content == (ImagePart(0),)


def test_pairs_put_pictures_before_the_first_question() -> None:
    texts = [{"user": "One?", "assistant": "1"}, {"user": "Two?", "assistant": "2", "source": "x"}]
    messages = pairs(texts, album(2))
    assert messages[0].content == (ImagePart(0), ImagePart(1), TextPart("One?"))
    assert [message.text for message in messages] == ["One?", "1", "Two?", "2"]


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([], "no_messages"),
        (None, "no_messages"),
        ("text", "bad_field"),
        ({"from": "human"}, "bad_field"),
        ([None], "bad_field"),
        ([{"from": "human"}], "bad_field"),
        ([{"from": "human", "value": 5}], "bad_field"),
        ([{"from": "narrator", "value": "x"}], "unknown_role"),
        ([{"from": 1, "value": "x"}], "unknown_role"),
        ([{"from": {}, "value": "x"}], "unknown_role"),
        ([{"role": "user", "content": ["x"]}], "bad_field"),
        ([{"role": "user", "content": [{"type": "audio"}]}], "bad_field"),
        ([{"role": "user", "content": [{"type": {}}]}], "bad_field"),
        ([{"role": "user", "content": [{"type": "text", "text": 1}]}], "bad_field"),
        ([{"role": "user", "content": [{"type": "image"}]}], "marker_count"),
        ([{"role": "user", "content": [{"type": "image", "index": 3}]}], "marker_count"),
        ([{"role": "user", "content": [{"type": "image", "image": 7}]}], "bad_field"),
    ],
)
def test_bad_turns_have_a_reason(turns: object, reason: str) -> None:
    with pytest.raises(BadRecord) as caught:
        messages_of(turns, album(0), FOLDER)
    assert caught.value.reason == reason


def test_a_field_of_pictures_is_one_or_several_or_none() -> None:
    image = Image(data=b"x")
    assert (
        as_pictures(None, lambda _: image) == as_pictures("", lambda _: image) == as_pictures([], lambda _: image) == []
    )
    assert as_pictures("a", lambda _: image) == [image]
    assert as_pictures(["a", "b"], lambda _: image) == [image, image]
