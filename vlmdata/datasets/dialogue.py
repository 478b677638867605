"""Conversations as data sets write them, to messages made of parts.

Where a picture belongs is written as ``<image>`` (``<video>`` for a clip) inside the text, or as an item of a
content list. Each marker takes the next picture of the row. LLaVA writes ``<image>\\n`` before a question or
``\\n<image>`` after it (haotian-liu/LLaVA, ``llava/train/train.py``, ``preprocess_multimodal``): that one newline
belongs to the marker and goes with it; all other text stays as it is.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from vlmdata.datasets.pictures import PictureFolder
from vlmdata.errors import BadRecord
from vlmdata.types import Image, ImagePart, Message, Part, Role, TextPart

_MARKER = re.compile(r"(?:\n(?=<(?:image|video)>(?!\n)))?<(image|video)>\n?")

_ROLES: dict[str, Role] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
}
_ITEM_TYPES = {"image": "image", "image_url": "image", "video": "video", "video_url": "video"}


class Album:
    """The pictures of one row: numbered images first, then clips; each is handed to one place in the text."""

    def __init__(self, images: Iterable[Image] = (), clips: Iterable[Image] = ()) -> None:
        still = list(images)
        self.images = [*still, *clips]
        self._numbered = len(still)
        self._waiting = {"image": deque(range(len(still))), "video": deque(range(len(still), len(self.images)))}

    @property
    def tags(self) -> tuple[str, ...]:
        clips = sum(image.is_clip for image in self.images)
        several = ("multi-image",) if len(self.images) - clips > 1 else ()
        return (*several, "video") if clips else several

    def place(self, kind: str) -> ImagePart:
        """The next picture of this kind. ``BadRecord`` ``marker_count`` when there is none left."""
        if not self._waiting[kind]:
            raise BadRecord("marker_count", f"more <{kind}> places in the text than {kind}s ({self._count(kind)})")
        return ImagePart(self._waiting[kind].popleft())

    def place_number(self, number: int) -> ImagePart:
        """Image ``number``, counted from 0. ``BadRecord`` ``marker_count`` when there is none."""
        if not 0 <= number < self._numbered:
            raise BadRecord("marker_count", f"the text shows image {number} of {self._numbered}")
        if number in self._waiting["image"]:
            self._waiting["image"].remove(number)
        return ImagePart(number)

    def place_new(self, image: Image) -> ImagePart:
        """A picture that the text brings along itself."""
        self.images.append(image)
        return ImagePart(len(self.images) - 1)

    def rest(self) -> list[ImagePart]:
        """Pictures without a place in the text; they have one after this."""
        numbers = sorted(number for waiting in self._waiting.values() for number in waiting)
        for waiting in self._waiting.values():
            waiting.clear()
        return [ImagePart(number) for number in numbers]

    def _count(self, kind: str) -> int:
        return sum(image.is_clip == (kind == "video") for image in self.images)


def as_pictures(value: object, picture: Callable[[object], Image]) -> list[Image]:
    """The pictures of a field that holds one, a list of them, or none (null or an empty string)."""
    if value is None or value == "":
        return []
    return [picture(item) for item in value] if isinstance(value, list) else [picture(value)]


def messages_of(turns: object, album: Album, folder: PictureFolder) -> tuple[Message, ...]:
    """Messages of ``[{from, value}]`` (LLaVA, ShareGPT) or ``[{role, content}]`` (OpenAI, Hugging Face).

    Content is a string with markers or a list of typed items. Pictures without a place go first into the first
    user turn. ``BadRecord``: ``no_messages``, ``bad_field``, ``unknown_role``, ``marker_count``, and what
    ``PictureFolder`` raises.
    """
    if not turns:
        raise BadRecord("no_messages", "the conversation is empty")
    if not isinstance(turns, list):
        raise BadRecord("bad_field", f"a conversation is a list of turns, not {type(turns).__name__}")
    return with_rest([_turn(turn, album, folder) for turn in turns], album)


def with_rest(messages: Sequence[Message], album: Album) -> tuple[Message, ...]:
    """With the pictures that have no place yet at the front of the first user turn; one is made where none is."""
    rest = album.rest()
    if not rest:
        return tuple(messages)
    for number, message in enumerate(messages):
        if message.role == "user":
            first = Message("user", (*rest, *message.content))
            return (*messages[:number], first, *messages[number + 1 :])
    head = sum(1 for message in messages[:1] if message.role == "system")
    return (*messages[:head], Message("user", tuple(rest)), *messages[head:])


def pairs(texts: Sequence[Mapping[str, object]], album: Album) -> tuple[Message, ...]:
    """Turns of ``[{user, assistant}]`` (The Cauldron, FineVision). Their text has no markers."""
    messages = []
    roles: tuple[Role, Role] = ("user", "assistant")
    for turn in texts:
        for role in roles:
            text = turn.get(role)
            if not isinstance(text, str):
                raise BadRecord("bad_field", f"the {role} text of a turn is a string, not {type(text).__name__}")
            messages.append(Message(role, text_parts(text)))
    return with_rest(messages, album)


def marked_parts(text: str, album: Album) -> tuple[Part, ...]:
    """Text cut at its ``<image>`` and ``<video>`` markers, each replaced by its picture."""
    pieces = _MARKER.split(text)
    parts: list[Part] = [*text_parts(pieces[0])]
    for kind, after in zip(pieces[1::2], pieces[2::2], strict=True):
        parts += [album.place(kind), *text_parts(after)]
    return tuple(parts)


def text_parts(text: str) -> tuple[TextPart, ...]:
    """One part, or none where there is no text."""
    return (TextPart(text),) if text else ()


def _turn(turn: object, album: Album, folder: PictureFolder) -> Message:
    if not isinstance(turn, Mapping):
        raise BadRecord("bad_field", f"a turn is an object, not {type(turn).__name__}")
    name = _first(turn, "from", "role")
    role = _ROLES.get(name) if isinstance(name, str) else None
    if role is None:
        raise BadRecord("unknown_role", f"{name!r:.60}; known are {', '.join(_ROLES)}")
    content = _first(turn, "value", "content")
    if isinstance(content, str):
        return Message(role, marked_parts(content, album))
    if isinstance(content, list):
        return Message(role, tuple(_items(content, album, folder)))
    raise BadRecord("bad_field", f"what the {name} says is a string or a list, not {type(content).__name__}")


def _items(content: Sequence[object], album: Album, folder: PictureFolder) -> Iterator[Part]:
    for item in content:
        if not isinstance(item, Mapping):
            raise BadRecord("bad_field", f"an item of content is an object, not {type(item).__name__}")
        kind = item.get("type")
        if kind == "text":
            text = item.get("text")
            if not isinstance(text, str):
                raise BadRecord("bad_field", f"the text of a text item is a string, not {type(text).__name__}")
            yield from text_parts(text)
        elif isinstance(kind, str) and kind in _ITEM_TYPES:
            yield _picture_item(item, kind, album, folder)
        else:
            raise BadRecord("bad_field", f"unknown content type {kind!r:.60}; known are text, {', '.join(_ITEM_TYPES)}")


def _picture_item(item: Mapping[Any, Any], kind: str, album: Album, folder: PictureFolder) -> ImagePart:
    """The picture is in the item itself, or ``index`` says which of the row's it is, or it is the next of them."""
    medium = _ITEM_TYPES[kind]
    value = _first(item, kind, medium, "url", "path")
    if isinstance(value, Mapping) and value.get("url") is not None:
        value = value["url"]
    if value is not None:
        return album.place_new(folder.clip(value) if medium == "video" else folder.image(value))
    index = item.get("index")
    if isinstance(index, int) and medium == "image":
        return album.place_number(index)
    return album.place(medium)


def _first(mapping: Mapping[Any, Any], *names: str) -> Any:
    """The value of the first name that is there and not null, as Parquet structs hold nulls for absent fields."""
    return next((mapping[name] for name in names if mapping.get(name) is not None), None)
