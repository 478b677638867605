"""MIMIC-IT: instructions about several pictures or frames, with examples before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import ClassVar, Literal

from pydantic import Field

from vlmdata.datasets.coco.pictures import CocoPictures, coco_pictures
from vlmdata.datasets.conversations import without_markers
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.instruct.keyed import Base64Pictures, Keyed
from vlmdata.datasets.instruct.mimic_entry import ENTRY, HOW
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import ByHand, OnHub, Part
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.json_table import KEY, JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, strings
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.json_rows import row_object
from vlmdata.types import Image, Sample, TextPart

_OF_COCO = re.compile(r"(?:LA|CGD)_IMG_(\d{1,12})")
_FRAME = re.compile(r"(.+)_\d+")
_CLIPS = ("DC", "TVC", "E4D")


class MimicIt(Published):
    """Instructions about one picture, several, or frames of a clip, each with others before it as examples.

    The examples, by ``rel_ins_ids``, are earlier turns of the sample, with their own pictures; the last turn is the
    instruction itself. A picture is shown once, where it is first spoken of.
    """

    entry: ClassVar[Entry] = ENTRY
    repo: ClassVar[str | None] = "pufanyi/MIMICIT"
    needs: ClassVar[tuple[str, ...]] = ("instruction", "answer")

    dataset: Literal["mimic-it"] = "mimic-it"
    config: str | None = "LADD"
    in_context: bool = Field(default=True, description="whether the examples of an instruction come before it")

    @property
    def kind(self) -> str:
        return self.config or "LADD"

    @property
    def scene(self) -> str:
        """What the files of pictures are called: four configurations share those of LA."""
        return "LA" if self.kind.startswith("LA") else self.kind

    @property
    def repo_name(self) -> str | None:
        """None where the instructions were got by hand: the repository is not asked then."""
        return None if self._here(f"{self.kind}_instructions.json") else self.repo

    @cached_property
    def table(self) -> JsonTable:
        part, folder = self._located(f"{self.kind}_instructions.json")
        return JsonTable((part,), at=("data",), keyed=True, files=folder)

    def whole_parts(self) -> Sequence[Part]:
        texts = self.table.parts
        return (*texts, self.store.part) if isinstance(self.store, Base64Pictures) else texts

    @cached_property
    def coco(self) -> CocoPictures:
        return coco_pictures("train2017", self.folder, self.limit)

    @cached_property
    def store(self) -> Store:
        names = [f"{self.scene}{ending}" for ending in (".parquet", ".json", "_images.parquet", "_images.json")]
        for name in names:
            if folder := self._here(name):
                return Base64Pictures(ByHand(name, HOW), folder)
        if self.scene in ("LA", "CGD"):
            return self.coco.store
        return Base64Pictures(*self._located(*names))

    @cached_property
    def others(self) -> Keyed:
        """The instructions by their names, for examples."""
        return Keyed(brought(self.table.parts[0], self.table.files), ("data",))

    def stores(self) -> Sequence[Store]:
        return (self.store,)

    def wanted(self, row: Row) -> Iterator[Wanted]:
        with suppress(BadRecord):
            for name in strings(row, "image_ids"):
                yield self.store, self._name(name)

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album()
        talk = Talk(tags=["video"] if self.kind in _CLIPS else [])
        seen: dict[str, None] = {}
        lost = self._examples(row, talk, album, seen) if self.in_context else []
        self._turn(row, talk, album, seen)
        meta = meta_of(row, (KEY, "instruction", "answer"))
        more = {"examples_left_out": lost} if lost else {}
        return self.made(place, album, talk.spoken(), {"id": row.get(KEY), **meta, **more})

    def _examples(self, row: Row, talk: Talk, album: Album, seen: dict[str, None]) -> list[str]:
        """Put examples before an instruction; the names of those that are not there, or not whole."""
        lost = []
        for name in dict.fromkeys(strings(row, "rel_ins_ids")):
            raw = self.others.raw(name)
            try:
                if name != row.get(KEY) and raw is not None:
                    self._turn(row_object(raw), talk, album, seen)
                    continue
            except BadRecord:
                pass
            lost.append(name)
        return lost

    def _turn(self, row: Mapping[str, object], talk: Talk, album: Album, seen: dict[str, None]) -> None:
        """An instruction with those of its pictures that were not shown before. ``BadRecord`` before any is added."""
        question = without_markers(string(row, "instruction"))
        answer = string(row, "answer")
        new = [name for name in dict.fromkeys(strings(row, "image_ids")) if name not in seen]
        shown = [self._image(name) for name in new]
        seen.update(dict.fromkeys(new))
        talk.ask([*(album.place_new(image) for image in shown), TextPart(question)])
        talk.answer(answer)

    def _image(self, name: str) -> Image:
        image = self.picture(self.store, self._name(name))
        of_coco = _OF_COCO.fullmatch(name)
        identity = f"coco:{int(of_coco[1])}" if of_coco else f"mimic-it:{name}"
        frame = _FRAME.fullmatch(name) if self.kind in _CLIPS else None
        return replace(image, id=identity, clip=f"mimic-it:{frame[1]}" if frame else None)

    def _name(self, name: str) -> str:
        """What the store calls a picture."""
        if isinstance(self.store, Base64Pictures):
            return name
        of_coco = _OF_COCO.fullmatch(name)
        return self.coco.name(int(of_coco[1])) if of_coco else name

    def _here(self, name: str) -> Path | None:
        """The folder of files got by hand that has this one."""
        if self.folder is None:
            return None
        folders = (self.folder, self.folder / self.kind, self.folder / self.scene)
        return next((folder for folder in folders if (folder / name).is_file()), None)

    def _located(self, *names: str) -> tuple[Part, Path | None]:
        """The first of some files that is there, by hand or in the repository. ``InputError`` with how to get it."""
        for name in names:
            if folder := self._here(name):
                return ByHand(name, HOW), folder
        if self.repo_name is None:
            raise InputError(f"{self.dataset}: {self.folder} has no {' or '.join(names)}: {HOW}")
        named = {PurePosixPath(path).name: file for path, file in self.listing.items()}
        found = next((named[name] for name in names if name in named), None)
        if found is None:
            raise InputError(f"{self.dataset}: {self.repository.id} has no {' or '.join(names)}: {HOW}")
        return OnHub(self.repository, found), None
