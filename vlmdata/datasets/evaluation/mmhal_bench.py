"""MMHal-Bench: open questions that models answer with things that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.release.pictures import InRepo, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string
from vlmdata.types import Sample


class MmHalBench(Published):
    """96 open questions about photographs of OpenImages, in eight kinds, each with what the picture really shows.

    A sample is one question with the answer of people. ``meta.image_content`` lists the objects there are, which the
    judge of this benchmark is told.
    """

    entry: ClassVar[Entry] = Entry(
        title="MMHal-Bench",
        homepage="https://huggingface.co/datasets/Shengcao1006/MMHal-Bench",
        paper="https://arxiv.org/abs/2309.14525",
        citation="Sun et al. 2023",
        phase="eval",
        tasks=("vqa", "hallucination"),
        splits=(Split(name="test", rows=96, role="eval"),),
        annotations=Terms(name="Apache-2.0", commercial="yes"),
        images=Terms(name="CC-BY-2.0", commercial="yes", conditions="photographs of Flickr, as OpenImages lists them"),
        repos=("Shengcao1006/MMHal-Bench",),
        problems=(
            Problem(what="it is published with a loading script", treatment="the JSON is read, no script is run"),
            Problem(what="some addresses of pictures are dead", treatment="pictures come from the repository"),
            Problem(what="model_answer is an empty field to be filled in", treatment="left out"),
        ),
    )
    repo: ClassVar[str | None] = "Shengcao1006/MMHal-Bench"
    needs: ClassVar[tuple[str, ...]] = ("image_id", "image_src", "question", "gt_answer")
    marks: ClassVar[tuple[str, ...]] = ("vqa", "hallucination")

    dataset: Literal["mmhal-bench"] = "mmhal-bench"
    split: str = "test"

    @cached_property
    def table(self) -> JsonTable:
        return JsonTable((self.on_hub("response_template.json"),), files=self.folder)

    @cached_property
    def store(self) -> InRepo:
        return InRepo(self.repository, dict(self.listing), "images")

    def whole_parts(self) -> Sequence[Part]:
        return self.table.parts

    def stores(self) -> Sequence[Store]:
        return (self.store,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return [(self.store, _name(row["image_src"]))] if isinstance(row["image_src"], str) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        image = self.picture(self.store, _name(string(row, "image_src")))
        album = Album([replace(image, id=f"mmhal-bench:{string(row, 'image_id')}")])
        talk = Talk(album.rest())
        talk.ask(string(row, "question"))
        talk.answer(string(row, "gt_answer"))
        return self.made(place, album, talk.spoken(), meta_of(row, ("question", "gt_answer", "model_answer")))


def _name(address: str) -> str:
    return address.rpartition("/")[2]
