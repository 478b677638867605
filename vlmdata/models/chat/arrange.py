"""What published code does to messages before it writes them."""

from __future__ import annotations

from dataclasses import replace

from vlmdata.errors import BadRecord
from vlmdata.models.chat.format import Messages
from vlmdata.types import ImagePart, Message, Part, TextPart


def one_question(messages: Messages) -> tuple[Message, Message]:
    """The question and the answer of a format that has one of each. ``BadRecord`` ``several_turns``."""
    if [message.role for message in messages] != ["user", "assistant"]:
        roles = ", ".join(message.role for message in messages)
        raise BadRecord("several_turns", f"one question and one answer are taken, not {roles}")
    return messages[0], messages[1]


def system_before(messages: Messages, *, last: bool) -> Messages:
    """With the system message, an empty line after it, at the front of the first or the ``last`` user turn."""
    if not messages or messages[0].role != "system":
        return messages
    system, rest = messages[0], messages[1:]
    users = [number for number, message in enumerate(rest) if message.role == "user"]
    if not users:
        raise BadRecord("turns_out_of_order", "a system message without a user")
    number = users[-1 if last else 0]
    turn = replace(rest[number], content=(*system.content, TextPart("\n\n"), *rest[number].content))
    return (*rest[:number], turn, *rest[number + 1 :])


def begin_with(text: str, message: Message) -> Message:
    """The message with ``text`` before its first words, after pictures that come first."""
    head = first_words(message.content)
    return replace(message, content=(*message.content[:head], TextPart(text), *message.content[head:]))


def first_words(content: tuple[Part, ...]) -> int:
    """How many pictures come before any words."""
    return next((number for number, part in enumerate(content) if not isinstance(part, ImagePart)), len(content))


def shows_pictures(messages: Messages) -> bool:
    return any(isinstance(part, ImagePart) for message in messages for part in message.content)
