"""Conversations as the text a model reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr

from vlmdata.errors import BadRecord, UsageError
from vlmdata.io import model_file
from vlmdata.io.digest import combined, input_digest
from vlmdata.models.chat import (
    CHAT_FORMATS,
    ChatFormat,
    ChatFormatName,
    ChatOptions,
    Placement,
    TrainOn,
    checked,
    render,
)
from vlmdata.models.chat.format import tokens
from vlmdata.models.chat.pictures import placed
from vlmdata.models.chat.template import FILES, ChatTemplate, Variable, found, read
from vlmdata.models.dialects import DialectName
from vlmdata.models.presets import Preset
from vlmdata.steps.base import Context, Step
from vlmdata.steps.boxes_render import RenderBoxes
from vlmdata.types import Drop, Message, Rendered, Sample, TextPart


class RenderChat(Step):
    """Write each conversation as one text, the way a model was trained to read it.

    ## Why
    The text has the model's own marks around turns and one mark for each picture; its ``spans`` say which characters
    are trained, which are context and which stand for a picture. ``format`` is the recipe's ``model`` where it is left
    out: ``vlmdata models NAME`` says where it is published. ``plain`` is a picture and its caption, without the
    question (LLaVA's first stage).

    ``template`` takes a Hugging Face chat template in its place: a ``chat_template.jinja``, ``chat_template.json`` or
    ``tokenizer_config.json``, the folder of one, or ``hub:OWNER/NAME@REVISION``. It runs in a sandbox without a clock.
    Pictures are found by the mark it writes. What it puts into ``generation`` blocks is trained, else each answer with
    its end token.

    Regions are written in ``dialect``, the model's by default; where a dialect has options, put ``boxes.render``
    before. A message of the system in the data comes before ``system``, and that before the format's own.

    ``train_on`` says what carries loss. ``answer``: what the assistant says and its end token; ``last_answer``: the
    last of these alone; ``turn``: the newline behind it too, as Qwen's and nanoVLM's code; ``header``: the role before
    it too, as LLaVA-NeXT's; ``all``: everything but pictures. Documents are trained as a whole, without marks of
    turns, and closed by the end token.

    ``image_position`` says where pictures stand in a turn, by default as the model's code has them. ``as_published``
    leaves them; ``first`` puts them before the words, as LLaVA does (which keeps but one of several);
    ``single_first`` does so where there is one, as LLaVA-NeXT; ``front`` puts all before the first question. Formats
    that write ``<image>`` and a newline get that newline wherever pictures stand at the edge of a turn.

    Every picture must be shown once. Clips that are not frames have a mark in Qwen's and SmolVLM's formats.
    Alternatives and options stay as they are.

    ## Drops
    - ``nothing_trained``: training data without an answer
    - ``placeholder_in_text``: the text of the data holds a mark that would become a special token; the value is it
    - ``picture_not_shown``, ``picture_shown_twice``, ``unknown_picture``: the value is the number of the picture
    - ``clip_not_taken``: a video that is not frames, and no mark for it
    - ``turns_out_of_order``: user and assistant do not take turns, or a document stands among them
    - ``several_turns``: ``plain`` and ``paligemma`` take one question and one answer: put ``explode`` before
    - ``system_not_taken``: a system message where the model has none
    - ``no_dialect``: regions, and no dialect to write them in
    - ``unknown_region``, ``no_box``, ``no_point``, ``no_place``, ``no_label``, ``unwritable_label``,
      ``unwritable_box``, ``too_thin``: as ``boxes.render``
    - ``template_refused``: the template raises an error; ``template_limit``: it does not end
    - ``picture_count``, ``answer_not_found``: what the template wrote has another number of marks or answers

    ## Example
        - chat.render: {format: qwen2-vl, dialect: qwen2-vl}
    """

    name = "chat.render"
    fills = frozenset({"text", "spans"})
    fixes_geometry = True
    once = True

    format: ChatFormatName | None = None
    template: Annotated[str | None, Field(description="a chat template: file, folder, or hub:OWNER/NAME@REVISION")] = (
        None
    )
    variables: Annotated[dict[str, Variable], Field(default_factory=dict, description="what else the template is told")]
    mark: Annotated[
        str | None, Field(min_length=1, description="what stands for a picture; in a format {n} is its number")
    ] = None
    system: Annotated[str | None, Field(description="of conversations without one; empty for none")] = None
    dialect: DialectName | None = None
    train_on: TrainOn = "answer"
    image_position: Placement | None = None
    number_images: Annotated[bool | None, Field(description="write the number before each picture")] = None

    _base: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    def with_model(self, preset: Preset) -> Self:
        own = CHAT_FORMATS[preset.chat.name]
        update: dict[str, object] = {"dialect": self.dialect or preset.dialect}
        if self.template is None:
            update["format"] = self.format or own.name
            update["mark"] = self.mark or (own.image if self.format == "plain" else None)
        return self.model_copy(update=update)

    def ready(self) -> str | None:
        if self.template is None:
            return self._wrong_format()
        if self.format is not None:
            return "format and template are two ways to write a conversation: give one of them"
        if self.train_on in ("turn", "header"):
            return "a template says itself what belongs to an answer: train_on takes answer, last_answer or all"
        if self.number_images is not None:
            return "a template numbers pictures itself, or has a variable for it: number_images goes with a format"
        return model_file.complaint(self.template, FILES, Path(self._base))

    def _wrong_format(self) -> str | None:
        if self.format is None:
            return "no format: give one (`vlmdata steps chat.render` names them), a template, or a model of the recipe"
        chat = CHAT_FORMATS[self.format]
        if self.variables:
            return "variables go with a template"
        if self.system and chat.system is None:
            return f"{chat.name} has no system message"
        return f"{chat.name} does not number pictures" if self.number_images and not chat.number else None

    def pinned(self) -> Self:
        return self.model_copy(update={"template": model_file.pinned(self.template)}) if self.template else self

    def digest(self) -> str:
        return combined(map(input_digest, found(self.template, Path(self._base)))) if self.template else ""

    def setup(self) -> None:
        _ = self._writer

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        spoken = sample.spoken_of
        if mark := self._reserved_in(sample, spoken):
            return Drop(reason="placeholder_in_text", value=mark)
        if spoken and self.dialect is None:
            return Drop(reason="no_dialect", value=min(spoken))
        written = self._places.apply(sample, ctx) if spoken else sample
        if isinstance(written, Drop):
            return written
        clips = {number for number, image in enumerate(sample.images) if image.is_clip}
        try:
            checked(written.messages, len(sample.images))
            rendered = self._rendered(written.messages, clips)
        except BadRecord as bad:
            return Drop(reason=bad.reason, value=bad.detail or None)
        if sample.role == "train" and not any(span.kind == "trained" for span in rendered.spans):
            return Drop(reason="nothing_trained")
        return replace(written, rendered=rendered)

    def _rendered(self, messages: tuple[Message, ...], clips: set[int]) -> Rendered:
        if isinstance(self._writer, ChatTemplate):
            if self.system and messages and messages[0].role not in ("system", "document"):
                messages = (Message("system", (TextPart(self.system),)), *messages)
            return self._writer.render(placed(messages, self.image_position or "as_published"), self.train_on, clips)
        options = ChatOptions(
            system=self.system,
            train_on=self.train_on,
            placement=self.image_position,
            numbered=self.number_images,
        )
        return render(messages, self._writer, options, clips)

    def _reserved_in(self, sample: Sample, spoken: frozenset[str]) -> str | None:
        """The first string of the data's own words that would be read as a mark."""
        parts = (part for message in sample.messages for part in message.content)
        texts = [part.text for part in parts if isinstance(part, TextPart)]
        marks = (mark for mark in sample.annotations if mark.id in spoken)
        texts += [words for mark in marks for words in (mark.label, mark.text) if words]
        matches = map(self._reserved.search, texts)
        return next((match[0] for match in matches if match), None)

    @cached_property
    def _reserved(self) -> re.Pattern[str]:
        own = self._writer.reserved
        return tokens(self.mark, pattern=own.pattern) if self.mark and self.template is None else own

    @cached_property
    def _places(self) -> RenderBoxes:
        return RenderBoxes(dialect=self.dialect)

    @cached_property
    def _writer(self) -> ChatFormat | ChatTemplate:
        if wrong := self.ready():
            raise UsageError(f"{self.name}: {wrong}")
        if self.template is not None:
            files = read(found(self.template, Path(self._base)))
            return ChatTemplate(files, self.mark, self.variables)
        chat = CHAT_FORMATS[self.format or ""]
        return replace(chat, image=self.mark) if self.mark else chat
