"""Pictures that are not safe to train on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr

from vlmdata.errors import BadRecord
from vlmdata.io import model_file
from vlmdata.models import exported
from vlmdata.models.safety import GRAPH, PACKAGED, Classifier, loaded
from vlmdata.steps.base import Context, Step
from vlmdata.steps.scored import Scorer, scored
from vlmdata.types import Drop, Sample

_NONE = "none"
_SCORE = "nsfw_score"
_WORDS: Mapping[str, float] = MappingProxyType({"unlikely": 0.0, "unsure": 0.5, "nsfw": 1.0})
"""LAION-400M has these words in its column NSFW. Their order is LAION's, the numbers are ours."""


class SafetyNsfw(Step):
    """Drop samples with pornographic pictures, by a published score or by a model on this machine.

    ## Why
    Web data holds such pictures. Where ``column`` names a score of the source (``punsafe`` of LAION-5B,
    ``nsfw_score_opennsfw2`` of COYO-700M, ``NSFW`` of LAION-400M, whose words ``UNLIKELY``, ``UNSURE`` and ``NSFW``
    count as 0, 0.5 and 1), that is taken; samples without one are looked at by ``model``. All scores run from 0 (safe)
    to 1. Of several pictures the worst counts.

    - ``open_nsfw``: Yahoo's network for pornographic photographs, in the extra ``[safety]``. Yahoo calls scores below
      0.2 likely safe and above 0.8 highly probable to be unsafe. Drawings and violence it does not know.
    - ``nudenet``: a detector of body parts, to be installed by ``pip install --no-deps nudenet==3.4.2``; the score is
      that of the surest intimate part that is exposed. Its licence is unsettled: MIT in its metadata, AGPL-3.0 in its
      licence file, nothing on its training pictures.
    - a classifier of your own: an ``.onnx`` file or its folder, or ``hub:OWNER/NAME@REVISION`` with
      ``onnx/model.onnx``. ``preprocessor_config.json`` says how pictures are prepared, ``config.json`` which labels
      there are, and ``unsafe`` those whose chances are summed.
    - ``none``: published scores alone; a sample with pictures and without a score is dropped.

    Pictures are looked at as pending edits make them. Notes: by sample ``by_column`` or ``by_model``, and
    ``not_a_score`` where the column holds something else; by picture ``left_alone:REASON``, such as ``clip``, or why it
    cannot be read.

    ## Drops
    - ``nsfw``: the score is above ``at_most``
    - ``no_score``: there are pictures, no published score, and ``model: none``

    ## Example
        - safety.nsfw: {column: punsafe, at_most: 0.3}
    """

    name = "safety.nsfw"
    extras = ("safety",)
    judges = True
    looks = True

    model: str = "open_nsfw"
    unsafe: Annotated[tuple[str, ...], Field(description="labels of a model of your own, such as porn")] = ()
    column: Annotated[str | None, Field(description="of meta, with a published score")] = None
    at_most: Annotated[float, Field(ge=0, le=1)] = 0.5
    keep_score: Annotated[bool, Field(description="write nsfw_score into meta")] = False

    _base: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    def ready(self) -> str | None:
        if self.model == _NONE and self.column is None:
            return "model: none needs a column with published scores"
        if not self._is_own:
            return f"model: {self.model} has no labels to name in unsafe" if self.unsafe else None
        if wrong := exported.complaint(self.model, GRAPH, Path(self._base)):
            return f"{wrong}; by name there are {', '.join(PACKAGED)} and {_NONE}"
        return None if self.unsafe else f"unsafe has to name the labels of {self.model} that are not wanted"

    def pinned(self) -> Self:
        return self.model_copy(update={"model": model_file.pinned(self.model)}) if self._is_own else self

    def digest(self) -> str:
        return "" if self.model == _NONE else self._classifier.digest

    def setup(self) -> None:
        if self.model != _NONE:
            _ = self._classifier

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        score = self._published(sample, ctx)
        if score is not None:
            ctx.note("by_column")
        elif self.model == _NONE:
            return Drop(reason="no_score", value=self.column) if sample.images else sample
        else:
            score = self._worst(sample, ctx)
        if score is None:
            return sample
        if not score <= self.at_most:  # nor what is no number
            return Drop(reason="nsfw", value=f"{score:.4f}", threshold=f"{self.at_most:g}")
        return replace(sample, meta={**sample.meta, _SCORE: score}) if self.keep_score else sample

    def _published(self, sample: Sample, ctx: Context) -> float | None:
        value = sample.meta.get(self.column) if self.column else None
        if value is None or value == "":
            return None
        score = _score(value)
        if score is None:
            ctx.note("not_a_score")
        return score

    def _worst(self, sample: Sample, ctx: Context) -> float | None:
        """The highest score of the pictures, None where there is none that can be read."""
        scores = []
        for image in sample.images:
            try:
                scores.append(scored(image, ctx, lambda: self._scorer))
            except BadRecord as bad:
                ctx.note(f"left_alone:{bad.reason}")
        if scores:
            ctx.note("by_model")
        return max(scores, default=None)

    @property
    def _is_own(self) -> bool:
        return self.model not in PACKAGED and self.model != _NONE

    @property
    def _classifier(self) -> Classifier:
        return loaded(self.model, self.unsafe, self._base)

    @property
    def _scorer(self) -> Scorer:
        made = self._classifier
        return Scorer(f"{self.name} {made.digest} {self.unsafe}", made.side, made.score)


def _score(value: object) -> float | None:
    """A published score, None where this is none."""
    word = str(value).strip().casefold()
    try:
        score = _WORDS[word] if word in _WORDS else float(word)
    except ValueError:
        return None
    return score if 0 <= score <= 1 else None
