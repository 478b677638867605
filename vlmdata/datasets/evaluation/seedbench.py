"""SEED-Bench and SEED-Bench-2: multiple-choice questions over many dimensions of sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from vlmdata.datasets.choice import lettered, posed
from vlmdata.datasets.coco.pictures import SPARSE
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import optional, string, strings
from vlmdata.errors import BadRecord
from vlmdata.types import Image, Sample

_CHOICES = ("choice_a", "choice_b", "choice_c", "choice_d")
_CLIPS = (".mp4", ".avi", ".webm", ".mkv", ".mov")
_PICTURED = ("Image Generation", "Image & Text Generation")
"""Kinds of questions whose last pictures are the options (AILab-CVC/SEED-Bench, ``DATASET.md``, 25 to 27)."""


class SeedBench(Published):
    """Multiple-choice questions about pictures and sequences of them, in 12 dimensions (v1) or 27 (v2).

    A sample is one question. In v2 pictures stand where the question says ``<img>``; where the options are pictures,
    each stands beside its letter; clips come as frames. Questions of v1 about clips are dropped.
    """

    entry: ClassVar[Entry] = Entry(
        title="SEED-Bench",
        homepage="https://github.com/AILab-CVC/SEED-Bench",
        paper="https://arxiv.org/abs/2307.16125",
        citation="Li et al. 2023",
        phase="eval",
        tasks=("vqa", "reasoning", "multi-image", "interleaved", "video"),
        splits=(
            Split(name="test", config="v1", role="eval", note="some 14,000 questions about pictures, 5,000 on clips"),
            Split(name="test", rows=24_371, config="v2", role="eval"),
        ),
        configs=(("v1", "SEED-Bench"), ("v2", "SEED-Bench-2")),
        annotations=Terms(name="CC-BY-NC-4.0", commercial="no"),
        images=Terms(name="unknown", commercial="unclear", conditions="of CC3M and other sources; their own terms"),
        generator="GPT-4",
        generator_terms="OpenAI's terms: not to build models that compete with theirs",
        repos=(
            "AILab-CVC/SEED-Bench", "AILab-CVC/SEED-Bench-2", "lmms-lab/SEED-Bench", "lmms-lab/SEED-Bench-2",
        ),
        problems=(
            Problem(
                what="clips of v1 are those of Something-Something, EPIC-Kitchens and Breakfast",
                treatment="their questions are dropped as video_question",
            ),
            Problem(what="pictures of v1 have names without an extension", treatment="their type is told by content"),
            Problem(what="ids are texts or whole numbers, data_id a text or a list", treatment="both are read"),
            Problem(what="rows of v1 were filtered in 2024", treatment="the files at the commit are counted"),
        ),
    )  # fmt: skip
    fills: ClassVar[frozenset[str]] = frozenset({"choices"})
    needs: ClassVar[tuple[str, ...]] = ("question", "data_id", "data_type", *_CHOICES)
    marks: ClassVar[tuple[str, ...]] = ("vqa",)

    dataset: Literal["seedbench"] = "seedbench"
    config: str | None = "v1"
    split: str = "test"

    @property
    def repo_name(self) -> str | None:
        return "AILab-CVC/SEED-Bench-2" if self.config == "v2" else "AILab-CVC/SEED-Bench"

    @cached_property
    def table(self) -> JsonTable:
        part = self.on_hub("SEED-Bench_v2*.json" if self.config == "v2" else "SEED-Bench.json")
        return JsonTable((part,), ("questions",), files=self.folder)

    @cached_property
    def cc3m(self) -> Archived:
        """The pictures of CC3M, all there are in v1."""
        part = self.on_hub("cc3m-image.zip" if self.config == "v2" else "SEED-Bench-image.zip")
        return Archived(part, self.folder, sparse=self.limit is not None and self.limit <= SPARSE)

    @cached_property
    def others(self) -> Archived:
        """The other pictures of v2, in a zip that was cut into pieces: ranges of those are read."""
        return Archived(self.on_hub("SEED-Bench-2-image.zip*"), self.folder)

    def whole_parts(self) -> Sequence[Part]:
        return self.table.parts

    def stores(self) -> Sequence[Store]:
        return (self.cc3m, self.others) if self.config == "v2" else (self.cc3m,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        try:
            return [(self._store(row), name) for one in _named(row) for name in self._places(row, one)]
        except BadRecord:
            return ()

    def sample(self, row: Row, place: Place) -> Sample:
        names = _named(row)
        album = Album([self._image(row, name) for name in names])
        question, options = _marked(row, len(names))
        said = posed(album, question, lettered(options), optional(row, "answer"))
        if str(row["data_type"]).lower() == "video":
            said = replace(said, tags=(*said.tags, "video"))
        return self.made(place, album, said, meta_of(row, ("question", "answer", *_CHOICES)))

    def _store(self, row: Row) -> Archived:
        return self.cc3m if row.get("data_source", "cc3m") == "cc3m" else self.others

    def _places(self, row: Row, name: str) -> tuple[str, str]:
        """Where a picture may be in its archive: in a folder that bears its name, or not."""
        folder = PurePosixPath(self._store(row).part.name.partition(".zip")[0])
        return str(folder / name), name

    def _image(self, row: Row, name: str) -> Image:
        store = self._store(row)
        within, bare = self._places(row, name)
        try:
            image = self.picture(store, within)
        except BadRecord as bad:
            if bad.reason != "missing_file":
                raise
            image = self.picture(store, bare)
        family = "seedbench" if store is self.cc3m else "seedbench-2"
        return replace(image, id=f"{family}:{name}")


def _named(row: Row) -> list[str]:
    """The pictures of a row. ``BadRecord`` ``video_question`` where it is about a clip."""
    names = strings(row, "data_id")
    if not names:
        raise BadRecord("missing_file", "'data_id' is empty")
    if any(name.lower().endswith(_CLIPS) for name in names) or row["data_type"] == "video":
        raise BadRecord("video_question", f"{names[0]} is a clip of a data set that is not distributed with this one")
    return names


def _marked(row: Row, pictures: int) -> tuple[str, list[str]]:
    """Question and options with ``<image N>`` where a picture stands."""
    first, *rest = string(row, "question").split("<img>")
    question = first + "".join(f"<image {number}>{text}" for number, text in enumerate(rest, start=1))
    options = [text for name in _CHOICES if (text := optional(row, name))]
    kind = row["data_type"]
    if kind not in _PICTURED:
        return question, options
    before = pictures - len(options)
    if before < 0:
        raise BadRecord("marker_count", f"{len(options)} options and {pictures} pictures")
    shown = [f"<image {before + number}>" for number in range(1, len(options) + 1)]
    if kind == "Image Generation":  # the options are the names of their pictures
        return question, shown
    return question, [f"{picture} {text}" for picture, text in zip(shown, options, strict=True)]
