"""InstructBLIP's training data, as far as it is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from vlmdata.datasets.coco.pictures import coco_pictures
from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import metas_of
from vlmdata.datasets.instruct.vg_pictures import vg_pictures
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.chained import Chained
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk, most_frequent
from vlmdata.datasets.values import string, strings
from vlmdata.errors import BadRecord
from vlmdata.types import Image, Sample

_AT = "https://storage.googleapis.com/sfr-vision-language-research"
_FILES = {
    "coco-caption": "datasets/coco_karpathy_train.json",
    "vqav2": "LAVIS/datasets/vqav2/vqa_train.json",
    "okvqa": "LAVIS/datasets/okvqa/okvqa_train.json",
    "aokvqa": "LAVIS/datasets/aokvqa/aokvqa_v1p0_train.json",
    "vg-qa": "LAVIS/datasets/visual_genome/vg_qa.json",
    "vg-caption": "LAVIS/datasets/visual_genome/vg_caption.json",
}
_USED = ("image", "caption", "question", "answer", "direct_answers")
_SUBSETS = ("train2014", "val2014")


class InstructBlip(Published):
    """Captions of and questions about COCO's and Visual Genome's pictures: what LAVIS publishes of InstructBLIP's mix.

    InstructBLIP itself was not released as data. A sample is a picture with all its questions, or with its captions,
    of which the first answers one of the prompts and the others stand in ``alternatives``. Of several answers the most
    frequent one is given and all stand in ``alternatives``. Without a config all parts come, one after another.
    """

    entry: ClassVar[Entry] = Entry(
        title="InstructBLIP (published parts)",
        homepage="https://github.com/salesforce/LAVIS/tree/main/projects/instructblip",
        paper="https://arxiv.org/abs/2305.06500",
        citation="Dai et al. 2023",
        phase="instruct",
        tasks=("caption", "vqa", "reasoning"),
        configs=(
            ("coco-caption", "COCO Captions, Karpathy's training split"),
            ("vqav2", "VQA v2, training questions"),
            ("okvqa", "OK-VQA, training questions"),
            ("aokvqa", "A-OKVQA, training questions"),
            ("vg-qa", "Visual Genome, questions (BLIP's mix)"),
            ("vg-caption", "Visual Genome, captions of regions (BLIP's mix)"),
        ),
        splits=(
            Split(name="train", rows=113_287, config="coco-caption", note="pictures; 566,747 captions"),
            Split(name="train", note="one sample per picture of a part"),
        ),
        annotations=Terms(name="CC-BY-4.0", commercial="unclear", conditions="each part keeps its licence"),
        images=Terms(
            name="COCO (Flickr, per picture), Visual Genome",
            commercial="unclear",
            conditions="each picture keeps its Flickr licence",
        ),
        by_hand="pictures: train2014.zip and val2014.zip of cocodataset.org or their folders, vg/VG_100K, vg/VG_100K_2",
        problems=(
            Problem(
                what="InstructBLIP's own mix was never released",
                treatment="this reads the parts that LAVIS publishes as JSON, with their official pictures",
            ),
            Problem(
                what="Web CapFilt, TextCaps, OCR-VQA and LLaVA-Instruct belong to the mix, too",
                treatment="take blip-capfilt, the-cauldron (textcaps, ocrvqa) and llava-instruct-150k beside it",
            ),
            Problem(
                what="InstructBLIP's instructions are templates of its paper",
                treatment="questions stay as they are; captions answer one of the prompts",
            ),
            Problem(
                what="files of Karpathy's split name pictures of val2014, and A-OKVQA's those of 2014",
                treatment="both train2014.zip and val2014.zip are read",
            ),
        ),
        prompts=("Describe this picture briefly.", "Give a short caption.", "What does the picture show, in brief?"),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    needs: ClassVar[tuple[str, ...]] = ("rows",)

    dataset: Literal["instructblip"] = "instructblip"

    @cached_property
    def table(self) -> Chained:
        sides = (
            Side("rows", Web(f"{_AT}/{file}"), "image", needs=("caption" if "caption" in name else "question",))
            for name, file in _FILES.items()
            if self.config in (None, name)
        )
        return Chained(tuple(Gathered((side,), self.folder) for side in sides))

    def whole_parts(self) -> Sequence[Part]:
        first = self.table.tables[:1] if self.limit is not None else self.table.tables
        return [side.part for table in first if isinstance(table, Gathered) for side in table.sides]

    @cached_property
    def folders(self) -> dict[str, Store]:
        """Stores by the folder that names of their pictures begin with; "" for Visual Genome's."""
        coco = {} if self._is_vg else {one: coco_pictures(one, self.folder, self.limit).store for one in _SUBSETS}
        genome: dict[str, Store] = {"": vg_pictures(self.folder, self.limit)} if self._has_vg else {}
        return {**coco, **genome}

    @property
    def _is_vg(self) -> bool:
        return self.config in ("vg-qa", "vg-caption")

    @property
    def _has_vg(self) -> bool:
        return self.config is None or self._is_vg

    def stores(self) -> Sequence[Store]:
        return tuple(self.folders.values())

    def wanted(self, row: Row) -> Iterator[Wanted]:
        if place := self._where(row):
            yield place

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album([self._picture(row)])
        talk = Talk(album.rest())
        if "caption" in row["rows"][0]:
            captions = [text for one in row["rows"] for text in strings(one, "caption")]
            if not captions:
                raise BadRecord("missing_text", "'caption' is empty")
            talk.tags = ["caption"]
            talk.ask(self.prompt(place.key))
            talk.answer(captions[0], [(caption, 1.0) for caption in captions[1:]])
        else:
            talk.tags = ["vqa"]
            for one in row["rows"]:
                _asked(one, talk)
        return self.made(place, album, talk.spoken(), metas_of(row["rows"], _USED))

    def _picture(self, row: Row) -> Image:
        found = self._where(row)
        if found is None:
            raise BadRecord("missing_file", f"{row['rows'][0]['image']!r} is of none of {', '.join(_SUBSETS)}")
        return self.picture(*found)

    def _where(self, row: Row) -> Wanted | None:
        name = str(row["rows"][0]["image"])
        path = PurePosixPath(name)
        if path.parts[:1] and path.parts[0] in self.folders:
            return self.folders[path.parts[0]], name
        return (self.folders[""], path.name) if "" in self.folders else None


def _asked(one: Row, talk: Talk) -> None:
    """A question with its most frequent answer (LAVIS: ``answer``, in A-OKVQA ``direct_answers``), all beside it."""
    answers = strings(one, "direct_answers") or strings(one, "answer")
    answer = most_frequent(answers)
    if answer is None:
        raise BadRecord("missing_text", "the question has no answer")
    talk.ask(string(one, "question"))
    talk.answer(answer, [(given, 1.0) for given in answers] if len(answers) > 1 else ())
