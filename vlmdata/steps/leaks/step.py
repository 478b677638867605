"""Taking out what measures a model later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from vlmdata.errors import BadRecord, UsageError
from vlmdata.io import model_file
from vlmdata.io.digest import combined, sha256_file
from vlmdata.models import exported
from vlmdata.models.embed import VISION_GRAPH
from vlmdata.pixels.perceptual import mirrored
from vlmdata.steps.base import Context, Step
from vlmdata.steps.leaks.alike import is_empty
from vlmdata.steps.leaks.index import Index, Like, loaded
from vlmdata.steps.leaks.look import Model, signature, vector
from vlmdata.steps.leaks.question import SPECIFIC, Question, questions, told
from vlmdata.steps.leaks.words import NGRAM
from vlmdata.types import Drop, Sample

DISTANCE = 16
"""Bits of 64 in which hashes may differ to be compared further: more than for duplicates, as no index limits it."""
MIN_SIMILARITY = 0.88
"""Less than for duplicates: to lose a good sample costs less than to keep a leak. Of 10 million pairs of cuts of
different photographs none is as alike (``docs/cleaning/leaks.md``)."""
WITH_QUESTION = 0.7
"""How alike a picture must be to one that the same question is asked about."""
_TAG = "leak"

P = ParamSpec("P")
T = TypeVar("T")


class Named(BaseModel):
    """A published data set: ``{dataset: seedbench, config: v2}``, a split of it, its first rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    split: str | None = None
    config: str | None = None
    limit: Annotated[int | None, Field(gt=0)] = None
    files: str | None = None


def _checked(value: object) -> object:
    """A mapping as ``Named``, so that what is wrong with it is said of it."""
    if not isinstance(value, Mapping):
        return value
    try:
        return Named.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        known = ", ".join(Named.model_fields)
        said = f"is not one of {known}" if first["type"] == "extra_forbidden" else first["msg"]
        raise ValueError(f"{name}: {said}") from error


Against = Annotated[str | Named, BeforeValidator(_checked)]


def is_path(text: str) -> bool:
    """Whether an item of ``against`` is a file or folder rather than the name of a data set."""
    return ("/" in text and not text.startswith("hub:")) or text.endswith(".parquet")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | Mapping) else value


@dataclass(frozen=True, slots=True)
class _Leak:
    """``reason`` as it is counted; ``pair`` the sample of the evaluation set, and how alike they are."""

    reason: str
    pair: str
    threshold: str | None = None


class Decontaminate(Step):
    """Take out samples whose pictures or questions are those of an evaluation set.

    ## Why
    What a model was trained on does not measure it, and public mixtures hold pictures and questions of benchmarks.
    ``against`` names published evaluation sets (``vlmdata datasets``; all splits of the first configuration, or what
    ``{dataset: NAME, split: …, config: …, limit: …}`` says), data set directories, and files that
    ``vlmdata fingerprints`` wrote. A text with a ``/``, or that ends in ``.parquet``, is a path, from the recipe's
    folder. Named sets are fetched into the cache once; their fingerprints are kept there.

    Pictures are compared as their source has them, whatever edits wait: their bytes, with ``ids`` the identity under
    which they are published (``coco:391895``), and with ``images: near`` how they look, so that resizing,
    recompression, small crops and captions written over them do not hide them; with ``mirrored`` flips do not either.
    One picture of a sample is enough. Pictures of one colour are no evidence; those with little in them (sky, one small
    spot) have to be the same to about a level of brightness.

    With ``texts``, questions, answers and documents are compared with the questions of the set: all runs of 13 words
    (Brown et al. 2020, arXiv:2005.14165, appendix C; 26 letters in scripts without spaces) but those that more than
    five of its questions share; and whole questions by their telling words, alone, with their options in any order
    or with their answer, if these are 8 or more. A shorter question is evidence only about a picture that looks like
    the one it was asked about, if only from a similarity of 0.7 on. Sentences about the form of an answer do not count.

    ``model`` is an image encoder in ONNX, such as CLIP's or SSCD's, whose cosines find other takes of a scene;
    fingerprint files then have to be made with it, too. Needs the extra ``[safety]``.

    ``action: tag`` keeps such samples, with the tag ``leak`` and in ``meta.leak`` what was found.

    Notes, by picture: ``left_alone:REASON`` where it cannot be looked at. By sample: ``tagged:REASON``.

    ## Drops
    - ``leak_image_exact``: a picture has the bytes of one of the set; the value is the key, data set and source of the
      sample there, as below
    - ``leak_image_id``: a picture is published under the same identity
    - ``leak_image_near``: a picture looks like one of the set; the value ends with the similarity
    - ``leak_image_semantic``: the model sees the same; the value ends with the cosine
    - ``leak_question``: a question is one of the set
    - ``leak_text_ngram``: 13 words in a row are those of a question of the set

    ## Example
        - decontaminate: {against: [mmbench, pope, {dataset: seedbench, config: v2}]}
    """

    name = "decontaminate"
    judges = True
    looks = True

    against: Annotated[tuple[Against, ...], BeforeValidator(_as_list), Field(min_length=1)]
    images: Annotated[Literal["near", "exact", "none"], Field(description="how pictures are compared")] = "near"
    min_similarity: Annotated[float, Field(ge=WITH_QUESTION, le=1)] = MIN_SIMILARITY
    mirrored: Annotated[bool, Field(description="find flipped pictures, too")] = False
    ids: Annotated[bool, Field(description="pictures by the identity under which they are published")] = True
    texts: Annotated[bool, Field(description="compare texts")] = True
    model: Annotated[
        str | None,
        Field(description="image encoder: folder or .onnx, relative to the recipe, or hub:OWNER/NAME@REVISION"),
    ] = None
    min_cosine: Annotated[float, Field(ge=0, le=1, description="of what the model sees")] = 0.95
    action: Literal["drop", "tag"] = "drop"

    _base: str = PrivateAttr(default="")
    _files: tuple[tuple[str, str], ...] | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Mapping):
            self._base = str(context.get("base", ""))

    @property
    def named(self) -> tuple[Named, ...]:
        """The published sets, in the order of ``against``."""
        return tuple(one for one in map(self.resolved, self.against) if isinstance(one, Named))

    def resolved(self, one: Against) -> Named | Path:
        """What an item of ``against`` means: a published set or an absolute path."""
        if isinstance(one, Named):
            return one.model_copy(update={"files": str(self._located(one.files))}) if one.files else one
        return self._located(one) if is_path(one) else Named(dataset=one)

    def _located(self, path: str) -> Path:
        return Path(self._base, path).expanduser().absolute()

    def over(self, files: Sequence[Path]) -> Self:
        """With the files of fingerprints that ``against`` stands for."""
        step = self.model_copy()
        step._files = tuple((str(path), sha256_file(path)) for path in files)
        return step

    @property
    def encoder(self) -> Model | None:
        return Model(self.model, self._base) if self.model else None

    def ready(self) -> str | None:
        return exported.complaint(self.model, VISION_GRAPH, Path(self._base)) if self.model else None

    def pinned(self) -> Self:
        return self.model_copy(update={"model": model_file.pinned(self.model)}) if self.model else self

    def digest(self) -> str:
        seen_by = [self.encoder.digest] if self.encoder else []
        return combined([*(digest for _, digest in self._files or ()), *seen_by])

    def setup(self) -> None:
        """``UsageError`` where nobody has said which files ``against`` stands for: nothing would be found."""
        if self._files is None:
            raise UsageError("decontaminate was not given the fingerprints of its evaluation sets: see `over`")
        self._index()

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        leak = next(self._leaks(sample, ctx), None)
        if leak is None:
            return sample
        if self.action == "drop":
            return Drop(reason=leak.reason, value=leak.pair, threshold=leak.threshold)
        ctx.note(f"tagged:{leak.reason}")
        tags = tuple(dict.fromkeys((*sample.tags, _TAG)))
        return replace(sample, tags=tags, meta={**sample.meta, _TAG: f"{leak.reason}: {leak.pair}"})

    def _leaks(self, sample: Sample, ctx: Context) -> Iterator[_Leak]:
        """What is found, the surest first."""
        index = self._index()
        if self.images != "none":
            exact = (index.with_bytes(image.sha256) for image in sample.images)
            yield from (_Leak("leak_image_exact", index.shown(row)) for row in exact if row is not None)
        if self.ids:
            named = ((image.id, index.with_id(image.id)) for image in sample.images)
            yield from (_Leak("leak_image_id", f"{index.shown(row)}: {name}") for name, row in named if row is not None)
        alike = list(self._alike(sample, index, ctx))
        if alike and alike[0].similarity >= self.min_similarity:
            yield _Leak("leak_image_near", _compared(index, alike[0].row, alike[0]), str(self.min_similarity))
        if self.encoder:
            yield from self._seen_alike(sample, self.encoder, index, ctx)
        if self.texts:
            yield from _said(sample, index, alike)

    def _alike(self, sample: Sample, index: Index, ctx: Context) -> list[Like]:
        """Pictures of the set that one of the sample looks like, best first."""
        if self.images != "near" or not index.looks:
            return []
        found = []
        for image in sample.images:
            look = _noted(ctx, signature, image, ctx)
            if look and not is_empty(look):
                for view in (look, mirrored(look)) if self.mirrored else (look,):
                    found += index.like(view, DISTANCE, WITH_QUESTION)
        return sorted(found, key=lambda one: (-one.similarity, one.row))

    def _seen_alike(self, sample: Sample, encoder: Model, index: Index, ctx: Context) -> Iterator[_Leak]:
        for image in sample.images:
            numbers = _noted(ctx, vector, image, encoder, ctx)
            best = None if numbers is None else index.seen_like(numbers)
            if best and best.similarity >= self.min_cosine:
                yield _Leak("leak_image_semantic", _compared(index, best.row, best, "cosine"), str(self.min_cosine))

    def _index(self) -> Index:
        return loaded(self._files or (), self.encoder.digest if self.encoder else None)


def _said(sample: Sample, index: Index, alike: Sequence[Like]) -> Iterator[_Leak]:
    asked = tuple(questions(sample))
    for question in asked:
        yield from _about_alike(question, index, alike)
    for question in (*asked, *told(sample)):
        if (row := index.with_question(question.specific)) is not None:
            yield _Leak("leak_question", index.shown(row), f"{SPECIFIC} words")
        if (row := index.with_ngram(question.ngrams)) is not None:
            yield _Leak("leak_text_ngram", index.shown(row), f"{NGRAM} words")


def _about_alike(question: Question, index: Index, alike: Sequence[Like]) -> Iterator[_Leak]:
    for like in alike:
        if (row := index.asked_of(question.stem, like.row)) is not None:
            yield _Leak("leak_question", _compared(index, row, like), str(WITH_QUESTION))


def _compared(index: Index, row: int, like: Like, measure: str = "similarity") -> str:
    return f"{index.shown(row)}: {measure} {like.similarity:.3f}"


def _noted(ctx: Context, look: Callable[P, T], *asked: P.args, **named: P.kwargs) -> T | None:
    """What ``look`` finds, or a note why it cannot."""
    try:
        return look(*asked, **named)
    except BadRecord as bad:
        ctx.note(f"left_alone:{bad.reason}")
        return None
