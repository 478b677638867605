"""A-OKVQA: questions about COCO pictures with options, ten answers in people's own words, and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.coco.pictures import CocoPictures, coco_pictures
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk, most_frequent
from vlmdata.datasets.tasks.coco_questions import COCO_PHOTOS
from vlmdata.datasets.values import literal, options, string, strings, whole
from vlmdata.errors import BadRecord
from vlmdata.types import Choices, Image, Sample

_OFFICIAL = "https://prior-datasets.s3.us-east-2.amazonaws.com/aokvqa/aokvqa_v1p0.tar.gz"
_USED = ("image", "image_id", "split", "question", "choices", "correct_choice_idx", "direct_answers")
_SHORT = {"train": "train", "validation": "val", "test": "test"}


class AOkVqa(Published):
    """Questions about COCO pictures that need knowledge and reasoning, each with four options and ten free answers.

    A sample is one question, answered by the letter of the right option. With ``config: direct-answer`` it is asked
    without options (they stay in ``choices``) and answered by the most frequent of the ten answers, which all stand in
    ``alternatives``. ``meta`` has the three reasons that people gave (``rationales``). The test split has no answers.
    """

    entry: ClassVar[Entry] = Entry(
        title="A-OKVQA",
        homepage="https://allenai.org/project/a-okvqa/home",
        paper="https://arxiv.org/abs/2206.01718",
        citation="Schwenk et al. 2022",
        phase="task",
        tasks=("vqa", "reasoning"),
        splits=(
            Split(name="train", rows=17_056),
            Split(name="validation", rows=1_145),
            Split(name="test", rows=6_702, role="eval", note="without answers"),
        ),
        configs=(
            ("multiple-choice", "options A to D, answered by a letter; from the copy on the Hub"),
            ("direct-answer", "the question alone, answered in words; from the copy on the Hub"),
            ("official", "multiple choice from the authors' JSON, with COCO's pictures by their numbers"),
        ),
        annotations=Terms(name="Apache-2.0", commercial="yes"),
        images=COCO_PHOTOS,
        revision="1.0",
        repos=("HuggingFaceM4/A-OKVQA",),
        problems=(
            Problem(
                what="`direct_answers` on the Hub is a text that holds a Python list",
                treatment="read as a literal; nothing is run",
            ),
            Problem(
                what="the copy on the Hub does not say which COCO picture it shows",
                treatment="no identity there, so overlaps with COCO stay unseen; `config: official` has it",
            ),
            Problem(
                what="questions marked `difficult_direct_answer` are left out when free answers are scored",
                treatment="kept; the mark is in meta, for filter.expr",
            ),
        ),
    )
    repo: ClassVar[str | None] = "HuggingFaceM4/A-OKVQA"
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives", "choices"})
    needs: ClassVar[tuple[str, ...]] = ("question", "choices")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "reasoning")

    dataset: Literal["aokvqa"] = "aokvqa"
    config: str | None = "multiple-choice"

    @property
    def official(self) -> bool:
        return self.config == "official"

    @property
    def repo_name(self) -> str | None:
        return None if self.official else self.repo

    @property
    def needed(self) -> tuple[str, ...]:
        answers = () if self.split == "test" else ("correct_choice_idx", "direct_answers")
        return ("image_id" if self.official else "image", *self.needs, *answers)

    @cached_property
    def table(self) -> Columnar | JsonTable:
        if self.official:
            return JsonTable(tuple(self.whole_parts()), files=self.folder)
        return Columnar.on_hub(self.repository, self.matching(f"data/{self.split}-*.parquet"), self.limit)

    def whole_parts(self) -> Sequence[Part]:
        return [Web(_OFFICIAL, f"aokvqa_v1p0_{_SHORT[self.split]}.json")] if self.official else ()

    @cached_property
    def coco(self) -> CocoPictures:
        return coco_pictures(f"{_SHORT[self.split]}2017", self.folder, self.limit)

    def stores(self) -> Sequence[Store]:
        return (self.coco.store,) if self.official else ()

    def wanted(self, row: Row) -> Iterable[Wanted]:
        number = row.get("image_id")
        return [(self.coco.store, self.coco.name(number))] if self.official and isinstance(number, int) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self._shown(row)])
        talk = Talk(album.rest())
        question, listed = string(row, "question"), options(row, "choices")
        right = None if self.split == "test" else whole(row, "correct_choice_idx")
        given = _direct(row)
        meta = meta_of(row, _USED)
        if self.config == "direct-answer":
            talk.choices.append(Choices(talk.ask(question), tuple(listed), right))
            if (answer := most_frequent(given)) is not None:
                talk.answer(answer, [(one, 1.0) for one in given])
        else:
            talk.choose(question, listed, right)
            meta |= {"direct_answers": given} if given else {}
        return self.made(place, album, talk.spoken(), meta)

    def _shown(self, row: Row) -> Image:
        if self.official:
            return self.picture(self.coco.store, self.coco.name(whole(row, "image_id")))
        return self.embedded(row["image"])


def _direct(row: Row) -> list[str]:
    """The free answers: a list, the text of a Python list, or nothing."""
    if not row.get("direct_answers"):
        return []
    given = literal(row, "direct_answers")
    if not isinstance(given, list):
        raise BadRecord("bad_field", f"'direct_answers' is a list, not {given!r:.60}")
    return strings({"direct_answers": given}, "direct_answers")
