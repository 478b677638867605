"""LLaVA-Pretrain, also called LCS-558K: pictures with BLIP's captions as answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, ClassVar, Literal

from vlmdata.datasets.dialogue import Album, messages_of
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import Spoken, meta_of
from vlmdata.datasets.pictures import PictureFolder
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row, Table
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

_CHAT, _META = "blip_laion_cc_sbu_558k.json", "blip_laion_cc_sbu_558k_meta.json"
_FEW = 2_000
"""Up to so many pictures ranges of the zip are read; for more it is downloaded."""


class LlavaPretrain(Published):
    """558,128 pictures of LAION, CC3M and SBU, spread over many concepts: an instruction, then BLIP's caption.

    The picture stands before or after the instruction, as published. Config ``meta`` joins each picture's address
    (its source) and the captions of the meta file.
    """

    entry: ClassVar[Entry] = Entry(
        title="LLaVA-Pretrain (LCS-558K)",
        homepage="https://huggingface.co/datasets/liuhaotian/LLaVA-Pretrain",
        paper="https://arxiv.org/abs/2310.03744",
        citation="Liu et al. 2023",
        phase="pretrain",
        tasks=("caption",),
        splits=(Split(name="train", rows=558_128),),
        configs=(
            ("chat", "instructions, captions and pictures"),
            ("meta", "the same with addresses and captions of the meta file"),
        ),
        annotations=Terms(
            name="LAION, CC3M, SBU and BLIP", commercial="unclear", conditions="the terms of each of these hold"
        ),
        images=Terms(
            name="each picture's own",
            commercial="unclear",
            conditions="uploaded to make LLaVA reproducible, for no other purpose",
        ),
        generator="BLIP",
        generator_terms="BSD-3-Clause, which says nothing of what the model writes",
        repos=("liuhaotian/LLaVA-Pretrain",),
        problems=(
            Problem(
                what="<image> stands before the instruction in some rows and after it in others",
                treatment="the picture keeps its place; the newline that goes with the marker is taken away",
            ),
            Problem(
                what="other sets (ShareGPT4V, LLaVA-ReCap) use the same pictures with other texts",
                treatment="pictures bear the id llava-pretrain:NUMBER",
            ),
        ),
    )
    repo: ClassVar[str | None] = "liuhaotian/LLaVA-Pretrain"
    needs: ClassVar[tuple[str, ...]] = ("conversations",)
    marks: ClassVar[tuple[str, ...]] = ("caption",)

    dataset: Literal["llava-pretrain"] = "llava-pretrain"
    config: str | None = "chat"

    def whole_parts(self) -> Sequence[Part]:
        names = (_CHAT, _META) if self.config == "meta" else (_CHAT,)
        return [self.on_hub(name) for name in names]

    @cached_property
    def table(self) -> Table:
        chat, *meta = self.whole_parts()
        if not meta:
            return JsonTable((chat,), files=self.folder)
        return Gathered((Side("conversations", chat, "id"), Side("meta", meta[0], "id")), self.folder)

    @cached_property
    def pictures(self) -> Archived:
        sparse = self.limit is not None and self.limit <= _FEW
        return Archived(self.on_hub("images.zip"), self.folder, sparse=sparse)

    def stores(self) -> Sequence[Store]:
        return (self.pictures,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        name = _chat(row).get("image")
        return [(self.pictures, name)] if isinstance(name, str) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        chat, name = _chat(row), _chat(row).get("image")
        meta: dict[str, Any] = next(iter(row.get("meta", ())), {})
        if not isinstance(name, str):
            raise BadRecord("missing_file", f"'image' is the name of a picture, not {name!r:.40}")
        image = replace(self.picture(self.pictures, name), id=f"{self.dataset}:{PurePosixPath(name).stem}")
        if isinstance(address := meta.get("url"), str):
            image = replace(image, source=address)
        album = Album([image])
        folder = PictureFolder(self.repository.root, self.repository.id)
        said = Spoken(messages=messages_of(chat.get("conversations"), album, folder))
        known = {"conversations", "image", "url"}
        return self.made(place, album, said, {**meta_of(meta, known), **meta_of(chat, known)})


def _chat(row: Row) -> dict[str, Any]:
    """The row of the conversation; where the meta file is joined, both have lists of rows."""
    return row["conversations"][0] if "meta" in row else row
