"""A Hugging Face chat template as a way to write conversations: text, pictures and what is trained."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.chat.format import Messages, TrainOn, tokens
from vlmdata.models.chat.spans import cut
from vlmdata.models.chat.template.answers import Range, marked, ranges_of, with_space
from vlmdata.models.chat.template.files import TemplateFiles
from vlmdata.models.chat.template.run import BEGIN, END, compiled
from vlmdata.types import ImagePart, Message, TextPart
from vlmdata.types.sequence import Rendered

Variable = str | int | bool
Style = Literal["parts", "mixed", "text"]

_SYSTEM = Message("system", (TextPart("S1zq"),))
_CONVERSATION = tuple(
    Message("assistant" if number % 2 else "user", (TextPart(said),))
    for number, said in enumerate(("Q1zq", "A1zq", "Q2zq", "A2zq"))
)
_NO_TOOLS: Mapping[str, Any] = {"tools": None, "documents": None, "add_generation_prompt": False}
_UNTOLD = "its answers cannot be told from the rest; put {% generation %} and {% endgeneration %} around them"
_HALF_A_TOKEN = re.compile(r"[<\[][^<>\[\]\s]*\Z")


class ChatTemplate:
    """A template that has been tried: it is known what it writes for a picture and how it takes content.

    Some templates take messages of parts and write a mark for each picture; some take those of the user alone so; the
    older ones take texts, and ``mark`` is put into them. Trained is what ``generation`` blocks write. Of a template
    without these it is learned what it writes behind an answer to end it; answers are found by a second rendering in
    which they are marked.

    Raises ``UsageError`` where the template does not do what a chat template does, ``BadRecord`` for one conversation.
    """

    def __init__(self, files: TemplateFiles, mark: str | None, variables: Mapping[str, Variable]) -> None:
        self._code = compiled(files.code)
        self._variables = {**files.tokens, **variables}
        self._end_of_text = files.tokens.get("eos_token", "")
        self._generates = re.search(r"\{%[-+]?\s*generation\s*[-+]?%\}", files.code) is not None
        try:
            self._style: Style = self._style_taken()
            self.mark = mark or self._mark_written("image")
            self._video = self._mark_written("video")
            self._end, self._last_end = ("", "") if self._generates else self._ends_written()
            self._tried()
        except BadRecord as bad:
            raise UsageError(f"the template cannot be used: {bad.detail or bad.reason}") from bad
        marks = (mark for mark in (self.mark, self._video) if mark)
        self.reserved = tokens(*files.reserved, *marks, BEGIN, END)

    def render(self, messages: Messages, train_on: TrainOn, clips: Collection[int] = ()) -> Rendered:
        """The text with its spans. ``train_on`` is ``answer``, ``last_answer`` or ``all``.

        Raises ``BadRecord``: ``template_refused``, ``template_limit``, ``picture_count``, ``answer_not_found``,
        ``turns_out_of_order``.
        """
        if any(message.role == "document" for message in messages):
            return self._document(messages, clips)
        text, generated = ranges_of(self._run(messages, clips))
        images = [found.span() for found in self._marks(clips).finditer(text)]
        shown = sum(isinstance(part, ImagePart) for message in messages for part in message.content)
        if len(images) != shown:
            raise BadRecord("picture_count", f"{shown} pictures, {len(images)} marks")
        if train_on == "all":
            return cut(text, [(0, len(text))], images)
        trained = generated if self._generates else self._answers(messages, clips, text)
        return cut(text, trained[-1:] if train_on == "last_answer" else trained, images)

    def _document(self, messages: Messages, clips: Collection[int]) -> Rendered:
        """Words and pictures in their order and the tokenizer's end token: templates know no documents."""
        if any(message.role != "document" for message in messages):
            raise BadRecord("turns_out_of_order", "a document among turns")
        text = "".join(self._text_of(message, clips) + self._end_of_text for message in messages)
        return cut(text, [(0, len(text))], [found.span() for found in self._marks(clips).finditer(text)])

    def _answers(self, messages: Messages, clips: Collection[int], text: str) -> list[Range]:
        """Where answers stand in ``text``, each with what ends it."""
        answers = [message for message in messages if message.role == "assistant"]
        same, found = ranges_of(self._run([marked(one) for one in messages], clips))
        if same != text or len(found) != len(answers):
            raise BadRecord("answer_not_found", f"{len(found)} of {len(answers)}")
        whole = [with_space(text, place, answer) for place, answer in zip(found, answers, strict=True)]
        ends = [self._end] * len(whole)
        if messages[-1].role == "assistant":
            ends[-1] = self._last_end
        return [
            (start, stop + len(end) if text.startswith(end, stop) else stop)
            for (start, stop), end in zip(whole, ends, strict=True)
        ]

    def _run(self, messages: Sequence[Message], clips: Collection[int]) -> str:
        content = [{"role": message.role, "content": self._content(message, clips)} for message in messages]
        return self._code.run({"messages": content, **_NO_TOOLS, **self._variables})

    def _content(self, message: Message, clips: Collection[int]) -> str | list[dict[str, str]]:
        if self._style == "text" or (self._style == "mixed" and message.role != "user"):
            return self._text_of(message, clips)
        return [
            {"type": "text", "text": part.text}
            if isinstance(part, TextPart)
            else {"type": "video" if isinstance(part, ImagePart) and part.image in clips else "image"}
            for part in message.content
        ]

    def _text_of(self, message: Message, clips: Collection[int]) -> str:
        return "".join(
            self._mark_of(part, clips) if isinstance(part, ImagePart) else part.text
            for part in message.content
            if isinstance(part, TextPart | ImagePart)
        )

    def _mark_of(self, part: ImagePart, clips: Collection[int]) -> str:
        mark = self._video if part.image in clips else self.mark
        if mark is None:
            raise BadRecord("picture_count", "the template writes no mark for it: give mark")
        return mark

    def _marks(self, clips: Collection[int]) -> re.Pattern[str]:
        """Finds what stands for pictures and, where there are clips, for those."""
        marks = [self.mark, self._video if clips else None]
        return re.compile("|".join(re.escape(mark) for mark in marks if mark) or r"(?!)")

    def _style_taken(self) -> Style:
        """The first in which every word comes out, and nothing of the structure around it."""
        styles: tuple[Style, ...] = ("parts", "mixed", "text")
        for messages in ((_SYSTEM, *_CONVERSATION), _CONVERSATION):
            for self._style in styles:
                try:
                    written = self._run(messages, ())
                except BadRecord:
                    continue
                if "'type'" not in written and all(message.text in written for message in messages):
                    return self._style
        return "text"

    def _mark_written(self, kind: Literal["image", "video"]) -> str | None:
        """What one more picture adds to a text. Numbers before the marks are not of them."""
        if self._style == "text":
            return None
        clips = {1, 2, 3} if kind == "video" else set()
        question = _CONVERSATION[0]
        shows = [replace(question, content=(*map(ImagePart, range(1, many)), *question.content)) for many in (2, 3, 4)]
        try:
            texts = [self._run([one], clips) for one in shows]
        except BadRecord:
            return None
        second, third = _added(*texts[:2]), _added(*texts[1:])
        shared = third[len(third) - _common(second[::-1], third[::-1]) :]
        begins = None if shared == third else re.search(r"[<\[]", shared)
        return shared[begins.start() if begins else 0 :].strip() or None

    def _ends_written(self) -> tuple[str, str]:
        """What stands behind an answer to end it: behind one that is followed, and behind the last."""
        text, found = ranges_of(self._run([marked(one) for one in _CONVERSATION], ()))
        if len(found) != 2:
            return "", ""
        alone = self._run(_CONVERSATION[:2], ())
        common = text[: _common(alone, text)]
        if len(common) < len(alone):
            common = _HALF_A_TOKEN.sub("", common)
        return text[found[0][1] : len(common.rstrip())], text[found[1][1] :].rstrip()

    def _tried(self) -> None:
        """A short conversation must come out with its answers, and those alone, as what is trained."""
        try:
            rendered = self.render(_CONVERSATION, "answer")
        except BadRecord as bad:
            raise BadRecord(bad.reason, _UNTOLD if bad.reason == "answer_not_found" else bad.detail) from bad
        trained = [rendered.text[span.start : span.end] for span in rendered.spans if span.kind == "trained"]
        said = [message.text for message in _CONVERSATION]
        found = [[word for word in said if word in text] for text in trained]
        if found != [[answer] for answer in said[1::2]]:
            raise BadRecord("answer_not_found", _UNTOLD)


def _added(text: str, longer: str) -> str:
    """What ``longer`` has after their common beginning that ``text`` lacks."""
    start = _common(text, longer)
    return longer[start : start + len(longer) - len(text)]


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
