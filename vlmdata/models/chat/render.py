"""A conversation as the text of a published format, each character known to be trained, context or a picture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from vlmdata.errors import BadRecord
from vlmdata.models.chat.format import ChatFormat, Messages, Placement, TrainOn
from vlmdata.models.chat.pictures import glued, placed
from vlmdata.models.chat.spans import Spanned
from vlmdata.types import ImagePart, Message, Part, TextPart
from vlmdata.types.sequence import Rendered, SpanKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions:
    """What is left open when a conversation is written; None is as the format has it.

    Attributes:
        system: what the system says where the conversation has no system message; empty for none.
        train_on: what carries loss, beside documents, which do as a whole. ``answer``: what the assistant says and
            its end token (LLaVA ``preprocess_v1``, InternVL ``preprocess_internvl2_5``, MiniCPM-V); ``last_answer``:
            the last of these alone; ``turn``: the newline after the end token too (Qwen's
            ``preprocess_qwen_visual``, nanoVLM); ``header``: the assistant's role before it too (LLaVA-NeXT
            ``preprocess_qwen``); ``all``: all but pictures.
        placement: where pictures stand.
        numbered: whether pictures are numbered.
    """

    system: str | None = None
    train_on: TrainOn = "answer"
    placement: Placement | None = None
    numbered: bool | None = None


def render(
    messages: Messages, chat: ChatFormat, options: ChatOptions | None = None, clips: Collection[int] = ()
) -> Rendered:
    """The text of a conversation, or of a document.

    ``messages`` hold text and pictures, no regions; ``clips`` are the numbers of those that are videos. The k-th
    ``image`` span is the k-th picture shown, in the order of the result, which is that of the messages.

    Raises ``BadRecord``: ``turns_out_of_order``, ``several_turns``, ``system_not_taken``, ``clip_not_taken``.
    """
    options = options or ChatOptions()
    if any(message.role == "document" for message in messages):
        return _document(messages, chat, clips)
    arranged = _arranged(messages, chat, options)
    several = sum(isinstance(part, ImagePart) for message in arranged for part in message.content) > 1
    numbered = chat.numbered and several if options.numbered is None else options.numbered
    writer = _Writer(chat, options.train_on, clips, numbered)
    writer.text.add(chat.start, "context")
    answers = [number for number, message in enumerate(arranged) if message.role == "assistant"]
    chosen = answers[-1:] if options.train_on == "last_answer" else answers
    for number, message in enumerate(arranged):
        writer.turn(message, trained=number in chosen)
    if arranged:
        writer.text.add(chat.finish, writer.kind_of(trained=len(arranged) - 1 in chosen))
    return writer.text.rendered()


def _arranged(messages: Messages, chat: ChatFormat, options: ChatOptions) -> Messages:
    """The turns as they are written: with a system message, in order, pictures in their places."""
    if messages and messages[0].role != "system":
        said = chat.default_system if options.system is None else options.system
        messages = (Message("system", (TextPart(said),)), *messages) if said else messages
    if chat.strip_turns:
        messages = tuple(replace(message, content=_stripped(message.content)) for message in messages)
    if chat.system is None and any(message.role == "system" for message in messages):
        raise BadRecord("system_not_taken", f"{chat.name} has no system message")
    messages = chat.arrange(placed(messages, options.placement or chat.placement))
    turns = messages[1:] if messages and messages[0].role == "system" else messages
    expected = ("user", "assistant")
    if chat.alternates and any(turn.role != expected[number % 2] for number, turn in enumerate(turns)):
        raise BadRecord("turns_out_of_order", ", ".join(turn.role for turn in turns))
    return tuple(replace(message, content=glued(message.content, chat.glue)) for message in messages)


def _stripped(content: tuple[Part, ...]) -> tuple[Part, ...]:
    parts = list(content)
    if parts and isinstance(parts[0], TextPart):
        parts[0] = TextPart(parts[0].text.lstrip())
    if parts and isinstance(parts[-1], TextPart):
        parts[-1] = TextPart(parts[-1].text.rstrip())
    return tuple(parts)


def _document(messages: Messages, chat: ChatFormat, clips: Collection[int]) -> Rendered:
    """Words and pictures in their order, all words trained; each document is closed."""
    if any(message.role != "document" for message in messages):
        raise BadRecord("turns_out_of_order", "a document among turns")
    writer = _Writer(chat, "all", clips, numbered=False)
    writer.text.add(chat.start, "context")
    for message in messages:
        writer.parts(message.content, "trained")
        writer.text.add(chat.end_of_text, "trained")
    return writer.text.rendered()


@dataclass(slots=True)
class _Writer:
    chat: ChatFormat
    train_on: TrainOn
    clips: Collection[int]
    numbered: bool
    text: Spanned = field(default_factory=Spanned)
    pictures: int = 0
    videos: int = 0

    def turn(self, message: Message, *, trained: bool) -> None:
        around = self.chat.around(message.role)
        kind = self.kind_of(trained)
        self.text.add(around.head, self.kind_of(trained and self.train_on == "header"))
        if not self._begins_with_picture(message):
            self.text.add(self.chat.gap, self.kind_of(trained=False))
        self.parts(message.content, kind)
        self.text.add(around.end, kind)
        self.text.add(around.tail, self.kind_of(trained and self.train_on in ("turn", "header")))

    def kind_of(self, trained: bool) -> SpanKind:
        return "trained" if trained or self.train_on == "all" else "context"

    def parts(self, content: tuple[Part, ...], kind: SpanKind) -> None:
        for part in content:
            if isinstance(part, TextPart):
                self.text.add(part.text, kind)
            elif isinstance(part, ImagePart):
                self._picture(part)

    def _picture(self, part: ImagePart) -> None:
        if part.image in self.clips:
            if self.chat.video is None:
                raise BadRecord("clip_not_taken", f"{self.chat.name} has no mark for a video: make it frames")
            self.videos += 1
            number, mark, count = self.chat.number_video, self.chat.video, self.videos
        else:
            self.pictures += 1
            number, mark, count = self.chat.number, self.chat.image, self.pictures
        if self.numbered:
            self.text.add(number.format(n=count, index=count - 1), "context")
        self.text.add(mark.replace("{n}", str(count)), "image")

    def _begins_with_picture(self, message: Message) -> bool:
        first = message.content[0] if message.content else None
        return isinstance(first, ImagePart) and first.image not in self.clips
