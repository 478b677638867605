"""POPE: is this object in the picture?"""

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
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

_AT = "https://raw.githubusercontent.com/AoiDragon/POPE/main/output/coco"
_ANSWERS = ("yes", "no")


class Pope(Published):
    """Yes-or-no questions about objects in COCO photographs, half of which are not there: a measure of hallucination.

    A sample is one question. The absent objects are picked at random, by how popular they are, or by how often they
    occur with those that are there (``config``). ``question_id`` counts anew in each of the three files, so
    ``meta.category`` names the file beside it.
    """

    entry: ClassVar[Entry] = Entry(
        title="POPE",
        homepage="https://github.com/AoiDragon/POPE",
        paper="https://arxiv.org/abs/2305.10355",
        citation="Li et al. 2023",
        phase="eval",
        tasks=("vqa", "hallucination"),
        splits=(Split(name="test", rows=3_000, role="eval", note="questions about 500 pictures"),),
        configs=(
            ("random", "absent objects at random"),
            ("popular", "absent objects that are frequent"),
            ("adversarial", "absent objects that occur with present ones"),
        ),
        annotations=Terms(name="MIT", commercial="yes"),
        images=Terms(
            name="COCO (Flickr, per picture)", commercial="unclear", conditions="each picture keeps its Flickr licence"
        ),
        repos=("lmms-lab/POPE",),
        problems=(
            Problem(what="JSON Lines are named .json", treatment="told apart by content"),
            Problem(
                what="question_id is not unique: the three files share 500 pictures and 1,500 questions",
                treatment="keys bear the config, meta.category names it",
            ),
        ),
    )
    needs: ClassVar[tuple[str, ...]] = ("question_id", "image", "text", "label")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "hallucination")

    dataset: Literal["pope"] = "pope"
    config: str | None = "random"
    split: str = "test"

    @cached_property
    def table(self) -> JsonTable:
        return JsonTable((Web(f"{_AT}/coco_pope_{self.config or 'random'}.json"),), files=self.folder)

    @cached_property
    def coco(self) -> CocoPictures:
        return coco_pictures("val2014", self.folder, self.limit)

    def whole_parts(self) -> Sequence[Part]:
        return self.table.parts

    def stores(self) -> Sequence[Store]:
        return (self.coco.store,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return [(self.coco.store, f"val2014/{row['image']}")] if isinstance(row["image"], str) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self.picture(self.coco.store, f"val2014/{string(row, 'image')}")])
        label = string(row, "label")
        if label not in _ANSWERS:
            raise BadRecord("bad_field", f"'label' is yes or no, not {label!r:.40}")
        talk = Talk(album.rest())
        talk.ask(string(row, "text"))
        talk.answer(label)
        meta = {**meta_of(row, ("image", "text", "label")), "category": self.config or "random"}
        return self.made(place, album, talk.spoken(), meta)
