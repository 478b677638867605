"""MMAD: multiple-choice questions about products with and without defects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of, metas_of
from vlmdata.datasets.mask_regions import mask_regions
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import OnHub
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.json_table import KEY, JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import optional, string, strings
from vlmdata.errors import BadRecord
from vlmdata.types import Annotation, Image, Sample

_SPARSE = 1_000
"""Up to so many rows ranges of the zip are read."""

_ONE_SHOT = "one-shot"
_SOURCES = ("DS-MVTec", "MVTec-AD", "MVTec-LOCO", "VisA", "GoodsAD")
_MVTEC = "MVTec-AD/"
_TERMS = Terms(name="CC-BY-NC-SA-4.0", commercial="no", conditions="attribution, same licence; research only")


class Mmad(Published):
    """Multiple-choice questions about pictures from four collections of industrial inspection, for evaluation only.

    A sample is a picture with all its questions. In config ``one-shot`` a similar picture without a defect is shown
    before it, and the first question begins by saying so; the picture in question is image 0 in both. Each connected
    region of its mask is an annotation.
    """

    entry: ClassVar[Entry] = Entry(
        title="MMAD",
        homepage="https://github.com/jam-cc/MMAD",
        paper="https://arxiv.org/abs/2410.09453",
        citation="Jiang et al. 2025",
        phase="eval",
        tasks=("vqa", "industrial", "detection"),
        configs=(
            ("zero-shot", "the picture alone"),
            (_ONE_SHOT, "with a similar picture that has no defect"),
        ),
        splits=(Split(name="test", rows=8_366, role="eval", note="pictures; 39,672 questions"),),
        annotations=_TERMS,
        images=_TERMS,
        generator="GPT-4V",
        generator_terms="OpenAI's terms of use: output may not be used to build competing models; checked by people",
        repos=("jiang-cc/MMAD",),
        problems=(
            Problem(
                what="the key of the questions begins with conversation, and may go on",
                treatment="the first key that begins so is taken",
            ),
            Problem(
                what="mask_path is below two folders of the picture's path by one published program, below three by "
                "another",
                treatment="both are tried; where neither is there, or has another size, the sample comes without marks",
            ),
            Problem(
                what="pictures of MVTec AD are shown as examples, and those of its test split asked about",
                treatment="examples bear the identity they have in mvtec-ad",
            ),
        ),
        prompts=(
            "The first picture shows a product of the same kind without a defect; the question is about the second.",
        ),
    )
    repo: ClassVar[str | None] = "jiang-cc/MMAD"
    fills: ClassVar[frozenset[str]] = frozenset({"annotations", "choices"})
    needs: ClassVar[tuple[str, ...]] = ("similar_templates",)
    marks: ClassVar[tuple[str, ...]] = ("vqa", "industrial")

    dataset: Literal["mmad"] = "mmad"
    split: str = "test"

    @cached_property
    def questions(self) -> OnHub:
        return self.on_hub("mmad.json")

    @cached_property
    def table(self) -> JsonTable:
        return JsonTable((self.questions,), keyed=True, files=self.folder)

    def whole_parts(self) -> Sequence[OnHub]:
        return (self.questions,)

    @cached_property
    def store(self) -> Archived | Unpacked:
        for folder in (self.folder, self.folder / "MMAD", self.folder / "ALL_DATA") if self.folder else ():
            if any((folder / source).is_dir() for source in _SOURCES):
                return Unpacked(folder)
        sparse = self.limit is not None and self.limit <= _SPARSE
        return Archived(self.on_hub("ALL_DATA.zip"), self.folder, sparse=sparse)

    def stores(self) -> Sequence[Store]:
        return (self.store,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        names = [row[KEY], *_mask_places(row)]
        if self.config == _ONE_SHOT and isinstance(row.get("similar_templates"), list):
            names += row["similar_templates"][:1]
        return [(self.store, name) for name in names if isinstance(name, str)]

    def sample(self, row: Row, place: Place) -> Sample:
        image = self._shown(row[KEY])
        album = Album([image, *self._examples(row)])
        query, *examples = album.rest()
        talk = Talk([*examples, query])
        name, asked = _conversation(row)
        for number, one in enumerate(asked):
            preface = f"{self.entry.prompts[0]}\n" if examples and not number else ""
            _choose(talk, one, preface)
        said = metas_of(asked, ("Question", "Answer", "Options"))
        meta = {**meta_of(row, (KEY, name)), **said}
        return replace(self.made(place, album, talk.spoken(), meta), annotations=self._regions(row, image))

    def _examples(self, row: Row) -> list[Image]:
        if self.config != _ONE_SHOT:
            return []
        names = strings(row, "similar_templates")
        if not names:
            raise BadRecord("missing_image", "'similar_templates' is empty")
        return [self._shown(names[0])]

    def _shown(self, name: str) -> Image:
        plain = str(PurePosixPath(name).with_suffix(""))
        known = f"mvtec-ad:{plain.removeprefix(_MVTEC)}" if plain.startswith(_MVTEC) else f"mmad:{plain}"
        return replace(self.picture(self.store, name), id=known)

    def _regions(self, row: Row, image: Image) -> tuple[Annotation, ...]:
        for name in _mask_places(row):
            try:
                return tuple(mask_regions(self.picture(self.store, name), image, "defect"))
            except BadRecord:
                continue
        return ()


def _conversation(row: Row) -> tuple[str, list[dict[str, Any]]]:
    name = next((name for name in row if name.startswith("conversation")), None)
    asked = row[name] if name else None
    if not (isinstance(asked, list) and asked and all(isinstance(one, dict) for one in asked)):
        raise BadRecord("no_messages", f"no questions under a name like conversation; the row has {', '.join(row)}")
    assert name
    return name, asked


def _choose(talk: Talk, one: dict[str, Any], preface: str) -> None:
    options, answer = one.get("Options"), string(one, "Answer")
    if not isinstance(options, dict) or answer not in options:
        raise BadRecord("bad_field", f"the answer {answer!r:.20} is none of the options {options!r:.60}")
    texts = [string(options, letter) for letter in options]
    talk.choose(preface + string(one, "Question"), texts, list(options).index(answer))


def _mask_places(row: Row) -> list[str]:
    """Where the mask may be: ``mask_path`` is below the folder of the category, or below that of its pictures."""
    mask = optional(row, "mask_path") if isinstance(row.get("mask_path"), str) else None
    parts = PurePosixPath(row[KEY]).parts
    return ["/".join((*parts[:depth], mask)) for depth in (2, 3)] if mask else []
