"""Whether a text is about its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr

from vlmdata.errors import BadRecord
from vlmdata.io import model_file
from vlmdata.io.digest import combined
from vlmdata.models import exported
from vlmdata.models.embed import TEXT_GRAPH, VISION_GRAPH, Encoder, loaded
from vlmdata.steps.base import Context, Step
from vlmdata.steps.scored import Scorer, scored
from vlmdata.types import Drop, Role, Sample

if TYPE_CHECKING:
    from vlmdata.pixels.raster import Pixels

_GRAPHS = (VISION_GRAPH, TEXT_GRAPH)
_SCORE = "image_text_similarity"
_SPEAKER: Mapping[str, Role] = {"caption": "assistant", "question": "user"}


class FilterSimilarity(Step):
    """Keep samples whose text is about their picture, by the cosine of a model such as CLIP or SigLIP.

    ## Why
    Captions of the web often say something else. Where the source publishes a similarity, ``filter.expr`` takes it and
    needs no model; else ``model`` is a folder with ``onnx/vision_model.onnx`` and ``onnx/text_model.onnx``,
    ``preprocessor_config.json``, ``tokenizer.json`` and ``tokenizer_config.json``, or ``hub:OWNER/NAME@REVISION``. A
    cosine is compared, without the model's ``logit_scale``, and what is a good one depends on the model: of CLIP
    ViT-B/32 LAION-400M took 0.3 and more, LAION-5B 0.28. For another, look at ``keep_score`` of a few hundred first.

    ``text`` is the first text of the answers (``caption``) or of the questions; what the model does not take is cut at
    its end. Of several pictures the one that fits best counts, as pending edits make it.

    Notes: by sample ``no_text``; by picture ``left_alone:REASON``, such as ``clip``, or why it cannot be read.

    ## Drops
    - ``dissimilar``: the cosine is below ``at_least``

    ## Example
        - filter.similarity: {model: "hub:Xenova/clip-vit-base-patch32", at_least: 0.28}
    """

    name = "filter.similarity"
    extras = ("safety",)
    judges = True
    looks = True

    model: Annotated[str, Field(description="a folder relative to the recipe, or hub:OWNER/NAME@REVISION")]
    at_least: Annotated[float, Field(ge=-1, le=1, description="cosine")]
    text: Annotated[Literal["caption", "question"], Field(description="what is compared with the picture")] = "caption"
    keep_score: Annotated[bool, Field(description="write image_text_similarity into meta")] = False

    _base: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    def ready(self) -> str | None:
        found = (exported.complaint(self.model, graph, Path(self._base)) for graph in _GRAPHS)
        return next(filter(None, found), None)

    def pinned(self) -> Self:
        return self.model_copy(update={"model": model_file.pinned(self.model)})

    def digest(self) -> str:
        return self._encoder.digest

    def setup(self) -> None:
        self._encoder.check(texts=True)

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        text = self._text(sample)
        if text is None:
            ctx.note("no_text")
            return sample
        scores = []
        for image in sample.images:
            try:
                scores.append(scored(image, ctx, lambda: self._scorer(text)))
            except BadRecord as bad:
                ctx.note(f"left_alone:{bad.reason}")
        if not scores:
            return sample
        score = max(scores)
        if not score >= self.at_least:  # which a number that is none is not, either
            return Drop(reason="dissimilar", value=f"{score:.4f}", threshold=f"{self.at_least:g}")
        return replace(sample, meta={**sample.meta, _SCORE: score}) if self.keep_score else sample

    def _text(self, sample: Sample) -> str | None:
        said = (message.text.strip() for message in sample.messages if message.role == _SPEAKER[self.text])
        return next(filter(None, said), None)

    def _scorer(self, text: str) -> Scorer:
        encoder = self._encoder

        def score(pixels: Pixels) -> float:
            return float(encoder.images([pixels])[0] @ encoder.texts([text])[0])

        return Scorer(f"{self.name} {encoder.digest} {combined([text])}", encoder.side, score)

    @property
    def _encoder(self) -> Encoder:
        return loaded(self.model, self._base, texts=True)
