"""MiniGPT-4's second stage: few, long, corrected descriptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import ByHand
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string
from vlmdata.types import Sample

_NAME = "cc_sbu_align"
_HOW = f"download {_NAME}.zip, Google Drive file 1nJXhoEcy3KTExr17I7BXqY5Y9Lx_-n-9, or unpack it to {_NAME}"


class MiniGpt4Align(Published):
    """Descriptions of pictures of Conceptual Captions and SBU by a first MiniGPT-4, corrected by ChatGPT.

    The file has no questions: one of the prompts is put before each description, chosen by the key of the sample.
    """

    entry: ClassVar[Entry] = Entry(
        title="MiniGPT-4 cc_sbu_align",
        homepage="https://github.com/Vision-CAIR/MiniGPT-4",
        paper="https://arxiv.org/abs/2304.10592",
        citation="Zhu et al. 2023",
        phase="instruct",
        tasks=("caption",),
        splits=(Split(name="train", rows=3_439),),
        annotations=Terms(
            name="BSD-3-Clause",
            commercial="unclear",
            conditions="of the repository; the terms of OpenAI, whose model corrected the texts",
        ),
        images=Terms(name="CC3M, CC12M, SBU", commercial="unclear", conditions="pictures of the web, each its owner's"),
        generator="MiniGPT-4 and ChatGPT",
        generator_terms="OpenAI's terms of use: its output may not be used to develop models that compete with it",
        by_hand=f"{_HOW}, and give its folder",
        repos=("Vision-CAIR/cc_sbu_align",),
        problems=(
            Problem(
                what="Vision-CAIR/cc_sbu_align on the Hub has some 100 of the pictures, and loads without captions",
                treatment="not used: the zip of Google Drive is read",
            ),
            Problem(what="it has no instructions", treatment="one of the prompts, chosen by the key of the sample"),
        ),
        prompts=(
            "Describe this image in detail.",
            "What is in this picture? Describe all of it.",
            "Please give a detailed description of the photo.",
            "Tell me what you see in this image.",
        ),
    )
    needs: ClassVar[tuple[str, ...]] = ("image_id", "caption")
    marks: ClassVar[tuple[str, ...]] = ("caption",)

    dataset: Literal["minigpt4-cc-sbu-align"] = "minigpt4-cc-sbu-align"

    @property
    def folder(self) -> Path | None:
        """Also where the unpacked folder itself is given."""
        given = super().folder
        return given.parent if given and given.name == _NAME else given

    @cached_property
    def table(self) -> JsonTable:
        part = ByHand(f"{_NAME}.zip", _HOW, f"{_NAME}/filter_cap.json")
        return JsonTable((part,), at=("annotations",), files=self.folder)

    @cached_property
    def store(self) -> Archived:
        return Archived(ByHand(f"{_NAME}.zip", _HOW), self.folder, (_NAME,))

    def stores(self) -> Sequence[Store]:
        return (self.store,)

    def wanted(self, row: Row) -> Iterator[Wanted]:
        if isinstance(row["image_id"], str):
            yield self.store, _named(row["image_id"])

    def sample(self, row: Row, place: Place) -> Sample:
        number = string(row, "image_id")
        album = Album([replace(self.picture(self.store, _named(number)), id=f"{self.dataset}:{number}")])
        talk = Talk(album.rest())
        talk.ask(self.prompt(place.key))
        talk.answer(string(row, "caption"))
        return self.made(place, album, talk.spoken(), meta_of(row, ("caption",)))


def _named(identity: str) -> str:
    return f"{_NAME}/image/{identity}.jpg"
