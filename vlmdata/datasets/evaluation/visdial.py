"""Visual Dialog: ten questions about a picture, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal

from vlmdata.datasets.coco.pictures import SPARSE, CocoPictures, coco_pictures
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.tables.visdial import Dialogs
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import optional, string, whole
from vlmdata.errors import BadRecord
from vlmdata.types import Choices, Image, Sample

_AT = "https://www.dropbox.com/s"
_DIALOGS = {"train": "ix8keeudqrd8hn8", "val": "ibs3a0zhw74zisc", "test": "o7mucbre2zm7i5n"}
_PICTURES = {"val": "twmtutniktom7tu", "test": "mwlrg31hx0430mt"}
"""Folders of the files (batra-mlp-lab/visdial, ``README.md``, ``data/prepro.py``)."""


class VisDial(Published):
    """Dialogs about COCO pictures between one who sees the picture and one who knows its caption, up to ten rounds.

    A sample is a dialog. The 100 answers that a model ranks stand in ``choices`` of their question, unrendered; the
    caption that the dialog began with stands in ``meta``. A dialog of the test split ends with its last question.
    """

    entry: ClassVar[Entry] = Entry(
        title="VisDial v1.0",
        homepage="https://visualdialog.org/data",
        paper="https://arxiv.org/abs/1611.08669",
        citation="Das et al. 2017",
        phase="eval",
        tasks=("vqa", "dialogue"),
        splits=(
            Split(name="train", rows=123_287, role="eval", note="dialogs about pictures of COCO train2014 and val2014"),
            Split(name="val", rows=2_064, role="eval", note="dialogs"),
            Split(name="test", rows=8_000, role="eval", note="dialogs whose last question has no answer"),
        ),
        annotations=Terms(name="CC-BY-4.0", commercial="yes"),
        images=Terms(
            name="COCO (Flickr, per picture)", commercial="unclear", conditions="each picture keeps its Flickr licence"
        ),
        revision="1.0",
        by_hand="If the links are dead: visdial_1.0_*.zip and VisualDialog_*2018.zip from visualdialog.org/data",
        repos=("HuggingFaceM4/VisDial", "jxu124/visdial"),
        problems=(
            Problem(what="questions and answers are numbers in two tables", treatment="looked up, on disk"),
            Problem(what="questions lack their question mark", treatment="it is put there; answers stay as they are"),
            Problem(what="dialogs of the test split have ten rounds or less", treatment="as many as there are"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices"})
    needs: ClassVar[tuple[str, ...]] = ("image_id", "caption", "dialog")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "dialogue")

    dataset: Literal["visdial"] = "visdial"
    split: str = "val"

    @cached_property
    def table(self) -> Dialogs:
        name = f"visdial_1.0_{self.split}"
        part = Web(f"{_AT}/{_DIALOGS[self.split]}/{name}.zip?dl=1", f"{name}.json")
        return Dialogs((part,), ("data", "dialogs"), files=self.folder)

    @cached_property
    def coco(self) -> tuple[CocoPictures, ...]:
        """The folders that a picture of the train split is in one of."""
        return tuple(coco_pictures(one, self.folder, self.limit) for one in ("train2014", "val2014"))

    @cached_property
    def own(self) -> Archived:
        """The pictures of the other splits, which are not in COCO."""
        part = Web(f"{_AT}/{_PICTURES[self.split]}/VisualDialog_{self.split}2018.zip?dl=1")
        return Archived(part, self.folder, sparse=self.limit is not None and self.limit <= SPARSE)

    def whole_parts(self) -> Sequence[Part]:
        return self.table.parts

    def stores(self) -> Sequence[Store]:
        return [one.store for one in self.coco] if self.split == "train" else [self.own]

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return self._places(row["image_id"]) if isinstance(row["image_id"], int) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self._image(whole(row, "image_id"))])
        rounds = row["dialog"]
        if not isinstance(rounds, list) or not rounds or not all(isinstance(one, dict) for one in rounds):
            raise BadRecord("bad_field", "'dialog' is a list of rounds")
        talk = Talk(album.rest())
        for number, one in enumerate(rounds):
            _told(talk, one, last=number == len(rounds) - 1)
        return self.made(place, album, talk.spoken(), meta_of(row, ("dialog",)))

    def _places(self, number: int) -> list[Wanted]:
        if self.split == "train":
            return [(one.store, one.name(number)) for one in self.coco]
        folder = f"VisualDialog_{self.split}2018"
        return [(self.own, f"{folder}/{folder}_{number:012d}.jpg")]

    def _image(self, number: int) -> Image:
        missing = BadRecord("missing_file", f"no picture {number}")
        for store, name in self._places(number):
            try:
                image = self.picture(store, name)
            except BadRecord as bad:
                if bad.reason != "missing_file":
                    raise
                missing = bad
            else:
                return image if self.split == "train" else replace(image, id=f"visdial:{number}")
        raise missing


def _told(talk: Talk, one: dict[str, Any], last: bool) -> None:
    """A round: its question, the answers to choose from, and the one that was given."""
    question = string(one, "question")
    number = talk.ask(question if question.endswith("?") else f"{question}?")
    options = one.get("answer_options")
    if options:
        chosen = one.get("gt_index")
        known = isinstance(chosen, int) and 0 <= chosen < len(options)
        talk.choices.append(Choices(number, tuple(options), chosen if known else None))
    answer = optional(one, "answer")
    if answer is not None:
        talk.answer(answer)
    elif not last:
        raise BadRecord("missing_text", "a round before the last has no answer")
