"""From a rendered conversation to the ids and labels a trainer takes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr

from vlmdata.errors import BadRecord, UsageError
from vlmdata.io import model_file
from vlmdata.io.digest import combined, input_digest
from vlmdata.models.image_tokens import IMAGE_TOKENS, OF_POLICY, ImageTokensName
from vlmdata.models.image_tokens.written import shown, written
from vlmdata.models.presets import Preset
from vlmdata.models.tiling import TilingPolicy
from vlmdata.models.tokens.encoded import Encoded, encode
from vlmdata.models.tokens.labels import RULES, LabelRule, trained
from vlmdata.models.tokens.tokenizer import CONFIG, FILES, TextTokenizer, load_tokenizer
from vlmdata.steps.base import Context, Step
from vlmdata.types import IGNORED, Drop, Rendered, Sample, Tokens

_AUTO, _NONE = "auto", "none"


class Tokenize(Step):
    """Turn the text that ``chat.render`` wrote into token ids, with labels for what is trained.

    ## Why
    A trainer then reads sequences as they are. Ids are those of the model's own processor: the text is tokenized as a
    whole, each picture written out as ``image_tokens`` has it, as often as ``tile.anyres`` counted. A picture that
    ``tile.anyres`` did not cut is counted as the published ``policy`` would cut it. ``image_tokens`` follows from the
    layout, and that or ``policy`` from the recipe's ``model``. Where a model's code and transformers differ there are
    two names:

    - ``llava`` leaves the id -200 once, for the network to expand; ``llava-hf`` writes every ``<image>``
    - ``phi-3.5`` writes ids below zero, the number of the picture negated
    - ``qwen`` takes frames of a clip as pictures; ``qwen-video`` (2 and 2.5) and ``qwen3-video``, which writes
      timestamps too, take those that follow each other as one video, two frames at a time

    Labels are the ids of trained tokens, not shifted, else -100; pictures never have any. ``labels`` says which tokens:

    - ``assistant``: every token with a character that ``chat.render`` marked as trained: answers and their ends
    - ``llava``: the space before an answer, too
    - ``internvl``: a token that an answer shares with its header is not trained
    - ``qwen``, ``nanovlm``: as ``internvl``, and the newline behind an answer's end
    - ``llava-next-qwen``: the header of answers, and ``<|im_start|>``, ``<|im_end|>`` and newlines anywhere

    A sample of more than ``max_length`` tokens is dropped, or cut at its end. Nothing is cut in the middle of a
    character, and no picture is cut away: such a sample is dropped.

    ## Drops
    - ``not_rendered``: there is no text yet; put ``chat.render`` before this step
    - ``image_count``: the text has more or fewer places for pictures than the messages
    - ``clip``: a video that is not yet frames
    - ``no_layout``: neither ``tile.anyres`` nor a ``policy`` says how many tokens a picture takes
    - ``other_layout``: a picture is cut in a way that ``image_tokens`` cannot write
    - ``too_thin``, ``too_small``: the model's own code fails on such a size
    - ``unknown_token``: the vocabulary lacks a token that pictures are written with
    - ``stray_image_token``: the text itself has a token that stands for pictures
    - ``too_long``: more tokens than ``max_length``
    - ``no_trained_tokens``: nothing is trained, or nothing that is left

    ## Example
        - tokenize: {tokenizer: "hub:Qwen/Qwen2.5-VL-7B-Instruct", policy: qwen2.5-vl, max_length: 4096}
    """

    name = "tokenize"
    takes = frozenset({"text"})
    fills = frozenset({"input_ids", "attention_mask", "labels"})
    fixes_geometry = True
    once = True

    tokenizer: Annotated[
        str, Field(description="a tokenizer.json or its folder, relative to the recipe, or hub:OWNER/NAME@REVISION")
    ]
    add_tokens: Annotated[
        tuple[str, ...], Field(description="special tokens that come behind its last id where it lacks them")
    ] = ()
    image_tokens: ImageTokensName | None = None
    policy: Annotated[TilingPolicy | None, Field(description="of pictures that tile.anyres has not cut")] = None
    labels: LabelRule = "assistant"
    max_length: Annotated[int | None, Field(gt=0, description="tokens of a sample, pictures among them")] = None
    truncation: Literal["drop", "cut"] = "drop"
    bos: Annotated[str, Field(min_length=1, description="auto: what the tokenizer adds; none; or a token")] = _AUTO
    eos: Annotated[str, Field(min_length=1, description="auto: what the tokenizer adds; none; or a token")] = _AUTO

    _base: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    def with_model(self, preset: Preset) -> Self:
        return self if self.policy else self.model_copy(update={"policy": preset.tiling})

    def ready(self) -> str | None:
        if self.truncation == "cut" and self.max_length is None:
            return "truncation: cut needs a max_length"
        return model_file.complaint(self.tokenizer, FILES, Path(self._base))

    def pinned(self) -> Self:
        return self.model_copy(update={"tokenizer": model_file.pinned(self.tokenizer)})

    def digest(self) -> str:
        return combined(input_digest(file) for file in (self._file, self._config) if file)

    def setup(self) -> None:
        if (name := self._known_way) and (token := self._lacking[name]):
            raise UsageError(
                f"{self.name}: {self.tokenizer} has no token {token!r}, which image_tokens {name} needs: take the "
                "tokenizer of the model, or name the tokens that training adds in add_tokens"
            )
        _ = self._around

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        if sample.rendered is None:
            return Drop(reason="not_rendered")
        try:
            encoded = self._encoded(sample, sample.rendered)
        except BadRecord as bad:
            return Drop(reason=bad.reason, value=bad.detail or None)
        before, behind = self._added(encoded)
        ids = [*before, *encoded.ids, *behind]
        carries = trained(RULES[self.labels], encoded, self._anywhere)
        carries = [*[False] * len(before), *carries, *[encoded.ends_trained] * len(behind)]
        stop = len(ids)
        if self.max_length is not None and stop > self.max_length:
            cut = encoded.cut(self.max_length - len(before)) if self.truncation == "cut" else 0
            if not cut:
                return Drop(reason="too_long", value=str(stop), threshold=str(self.max_length))
            ctx.note("cut")
            stop = len(before) + cut
        if not any(carries[:stop]):
            return Drop(reason="no_trained_tokens")
        return replace(sample, tokens=_tokens(ids[:stop], carries[:stop]))

    def _encoded(self, sample: Sample, rendered: Rendered) -> Encoded:
        pictures, places = len(shown(sample)), sum(span.kind == "image" for span in rendered.spans)
        if places != pictures:
            raise BadRecord("image_count", f"{pictures} shown, {places} in the text")
        found = written(sample, self.image_tokens, self.policy)
        if found is None:
            return self._checked(encode(self._tokenizer, rendered, ()), self._known_way)
        name, runs = found
        if token := self._lacking[name]:
            raise BadRecord("unknown_token", token)
        return self._checked(encode(self._tokenizer, rendered, runs, IMAGE_TOKENS[name].once), name)

    def _checked(self, encoded: Encoded, name: ImageTokensName | None) -> Encoded:
        """``BadRecord`` where what stands for pictures stands where none is."""
        marks = {self._tokenizer.id_of(mark): mark for mark in IMAGE_TOKENS[name].marks} if name else {}
        if not marks.keys().isdisjoint(encoded.ids):
            for number, pictured in zip(encoded.ids, encoded.pictured, strict=True):
                if number in marks and not pictured:
                    raise BadRecord("stray_image_token", marks[number])
        return encoded

    def _added(self, encoded: Encoded) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Ids around the text, without those it has itself. What begins a text may stand behind its pictures."""
        begins, ends = self._around
        first = next((span.start for span in encoded.spans if span.kind != "image"), 0)
        if begins and encoded.text.startswith(self._spelled(begins), first):
            begins = ()
        if ends and encoded.text.endswith(self._spelled(ends)):
            ends = ()
        return begins, ends

    def _spelled(self, ids: Sequence[int]) -> str:
        return "".join(map(self._tokenizer.token_of, ids))

    @property
    def _known_way(self) -> ImageTokensName | None:
        """How pictures are written as far as the recipe says, before any layout is seen."""
        return self.image_tokens or OF_POLICY.get(self.policy or "")

    @cached_property
    def _file(self) -> Path:
        return model_file.model_file(self.tokenizer, FILES, Path(self._base))

    @cached_property
    def _config(self) -> Path | None:
        return model_file.file_beside(self.tokenizer, CONFIG, Path(self._base))

    @cached_property
    def _tokenizer(self) -> TextTokenizer:
        return load_tokenizer(self._file, self._config, self.add_tokens)

    @cached_property
    def _lacking(self) -> Mapping[str, str | None]:
        """The first token that the vocabulary lacks, for each way to write pictures."""
        return {
            name: next((token for token in (*way.marks, *way.beside) if self._tokenizer.id_of(token) is None), None)
            for name, way in IMAGE_TOKENS.items()
        }

    @cached_property
    def _around(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        tokenizer = self._tokenizer
        return self._named("bos", self.bos, tokenizer.prefix), self._named("eos", self.eos, tokenizer.suffix)

    def _named(self, field: str, token: str, own: tuple[int, ...]) -> tuple[int, ...]:
        if token in (_AUTO, _NONE):
            return own if token == _AUTO else ()
        number = self._tokenizer.id_of(token)
        if number is None:
            raise UsageError(f"{self.name}: {field}: {self.tokenizer} has no token {token!r}")
        return (number,)

    @cached_property
    def _anywhere(self) -> frozenset[int]:
        """Ids of the tokens that the rule trains wherever they stand, of those that are one token."""
        found = (self._tokenizer.encode(token)[0] for token in RULES[self.labels].anywhere)
        return frozenset(ids[0] for ids in found if len(ids) == 1)


def _tokens(ids: Sequence[int], carries: Sequence[bool]) -> Tokens:
    labels = (number if carried else IGNORED for number, carried in zip(ids, carries, strict=True))
    return Tokens(input_ids=array("i", ids), attention_mask=array("i", [1]) * len(ids), labels=array("i", labels))
