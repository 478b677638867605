"""Rows that name pictures of several publishers, those of each below a folder of its own: ``coco/train2017/``."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from vlmdata.datasets.coco.pictures import SPARSE, coco_pictures
from vlmdata.datasets.conversations import Conversations
from vlmdata.datasets.dialogue import as_pictures
from vlmdata.datasets.pictures import identity
from vlmdata.datasets.published import Wanted
from vlmdata.datasets.release.part import OnHub, Part, Web
from vlmdata.datasets.release.pictures import Archived, Found, Store
from vlmdata.datasets.release.unpacked import file_below
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.hub import listed, pinned
from vlmdata.types import Image

GQA = "https://downloads.cs.stanford.edu/nlp/data/gqa/images.zip"
TEXTVQA = "https://dl.fbaipublicfiles.com/textvqa/images/train_val_images.zip"
VISUAL_GENOME = "https://cs.stanford.edu/people/rak248/VG_100K_2"
_LCS = "liuhaotian/LLaVA-Pretrain"


@dataclass(frozen=True, eq=False)
class GotByHand:
    """Pictures that no program can get, below a folder; without it each of them is ``missing_file``, with ``how``."""

    folder: Path | None
    how: str

    @property
    def digest(self) -> str:
        return "by hand"

    def taken(self, names: Sequence[str]) -> dict[str, Found]:
        return {name: self._taken(name) for name in names}

    def _taken(self, name: str) -> Found:
        path = file_below(self.folder, name) if self.folder else None
        if path is None:
            return BadRecord("missing_file", f"no file {name!r}: {self.how}")
        return Image(uri=str(path), source=name, id=identity(name))


@dataclass(frozen=True, slots=True)
class Root:
    """A folder that names of pictures begin with, and what it stands for.

    Attributes:
        begins: the folder, with ``/`` at its end; "" for all names.
        inside: what names begin with in the store, instead.
        family: what shared identities of its pictures begin with, where their names do not tell one.
    """

    begins: str
    store: Store
    inside: str = ""
    family: str | None = None

    def name(self, name: str) -> str:
        """What the store calls a picture."""
        return self.inside + name.removeprefix(self.begins)

    def identified(self, image: Image, name: str) -> Image:
        if image.id or self.family is None:
            return image
        return replace(image, id=f"{self.family}:{PurePosixPath(name).stem}")


class Rooted(Conversations):
    """Conversations in one JSON list, whose pictures lie below several roots."""

    @property
    @abstractmethod
    def roots(self) -> Sequence[Root]:
        """Where pictures are, best a ``cached_property``."""

    @property
    @abstractmethod
    def file(self) -> str:
        """The JSON in the repository."""

    @cached_property
    def table(self) -> JsonTable:
        return JsonTable((self.on_hub(self.file),), files=self.folder)

    def whole_parts(self) -> Sequence[Part]:
        return self.table.parts

    def stores(self) -> Sequence[Store]:
        return tuple(dict.fromkeys(root.store for root in self.roots))

    def wanted(self, row: Row) -> Iterator[Wanted]:
        for name in _named(row):
            if root := self._root_of(name):
                yield root.store, root.name(name)

    def pictures(self, row: Row) -> Sequence[Image]:
        return as_pictures(row.get("image"), self._shown)

    def _shown(self, name: object) -> Image:
        if not isinstance(name, str):
            raise BadRecord("bad_field", f"a picture is named by a string, not {type(name).__name__}")
        root = self._root_of(name)
        if root is None:
            known = ", ".join(one.begins for one in self.roots)
            raise BadRecord("missing_file", f"{name!r} is in none of the folders {known}")
        return root.identified(self.picture(root.store, root.name(name)), name)

    def _root_of(self, name: str) -> Root | None:
        return next((root for root in self.roots if name.startswith(root.begins)), None)


def coco(files: Path | None, limit: int | None, begins: str = "coco/train2017/") -> Root:
    """COCO's train2017."""
    return Root(begins, coco_pictures("train2017", files, limit).store, "train2017/")


def gqa(files: Path | None, limit: int | None) -> Root:
    """GQA, whose pictures are Visual Genome's."""
    store = Archived(Web(GQA), _below(files, "gqa"), sparse=_sparse(limit))
    return Root("gqa/images/", store, "images/", "vg")


def textvqa(files: Path | None, limit: int | None) -> Root:
    """TextVQA's train and validation pictures, of Open Images; TextCaps has the same."""
    store = Archived(Web(TEXTVQA), files, ("textvqa", "."), _sparse(limit))
    return Root("textvqa/train_images/", store, "train_images/", "textvqa")


def visual_genome(files: Path | None, limit: int | None) -> tuple[Root, Root]:
    """Visual Genome, which is published in two archives."""
    folder = _below(files, "vg")
    first, second = (
        Archived(Web(f"{VISUAL_GENOME}/{archive}.zip"), folder, (name,), _sparse(limit))
        for archive, name in (("images", "VG_100K"), ("images2", "VG_100K_2"))
    )
    return Root("vg/VG_100K/", first, "VG_100K/"), Root("vg/VG_100K_2/", second, "VG_100K_2/")


def ocr_vqa(files: Path | None) -> Root:
    """OCR-VQA's covers of books, which have to be got one by one."""
    how = "get OCR-VQA's pictures by its own script, all saved as .jpg, into ocr_vqa/images below --files"
    return by_hand("ocr_vqa/images/", files, how, "ocrvqa")


def lcs(files: Path | None, limit: int | None) -> Root:
    """The pictures of LLaVA-Pretrain, of LAION, CC and SBU: of its repository, or unpacked by hand."""
    begins, family = "llava/llava_pretrain/images/", "llava-pretrain"
    if files and (files / begins).is_dir():
        return by_hand(begins, files, f"it is not in {begins}", family)
    repo = pinned(_LCS)
    file = listed(repo).get("images.zip")
    if file is None:
        raise InputError(f"{_LCS} has no images.zip any more: unpack its pictures to {begins} below --files")
    return Root(begins, Archived(OnHub(repo, file), sparse=_sparse(limit)), "", family)


def by_hand(begins: str, files: Path | None, how: str, family: str) -> Root:
    """A folder below ``files``."""
    return Root(begins, GotByHand(files, how), begins, family)


def _below(files: Path | None, name: str) -> Path | None:
    """A folder of its own for archives that are not the only ones of their name."""
    return files / name if files else None


def _sparse(limit: int | None) -> bool:
    return limit is not None and limit <= SPARSE


def _named(row: Row) -> list[str]:
    value = row.get("image")
    return [name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)]
