"""The Cauldron: fifty task sets in one form, with their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from vlmdata.datasets.conversations import answered
from vlmdata.datasets.dialogue import Album, as_pictures
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import Spoken, meta_of
from vlmdata.datasets.instruct.cauldron_parts import PARTS
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Record, Row
from vlmdata.errors import BadRecord, InputError
from vlmdata.io.hub import HubFile
from vlmdata.types import Image, Partition, Sample

_ROWS = {"ai2d": 2_445, "finqa": 5_276, "geomverse": 9_303, "hitab": 2_500, "vsr": 2_157, "websight": 10_000}


@dataclass(frozen=True)
class Tolerant(Columnar):
    """As ``Columnar``, but a file that cannot be read counts as one row, which is bad: the other files go on."""

    _broken: dict[str, str] = field(default_factory=dict)

    def is_broken(self, name: str) -> bool:
        self._look(name)
        return name in self._broken

    def records(self, name: str, start: int, stop: int) -> Iterator[Record]:
        if self.is_broken(name):
            yield BadRecord("broken_file", self._broken[name])
        else:
            yield from super().records(name, start, stop)

    def _look(self, name: str) -> tuple[int, tuple[str, ...]]:
        try:
            return super()._look(name)
        except InputError as error:
            self._broken[name] = str(error)
            self._looked[name] = 1, ()
            return self._looked[name]


class Turns(Published):
    """Parquet rows ``{images, texts: [{user, assistant}]}``, below a folder for each configuration.

    All pictures go before the first question: the text does not say where they belong. Turns without an answer are
    left out; ``meta.left_out_turns`` has their numbers, from 0.
    """

    needs: ClassVar[tuple[str, ...]] = ("images", "texts")

    def files_of(self, config: str) -> list[HubFile]:
        begins = f"{config}/"
        return [file for path, file in self.listing.items() if path.startswith(begins) and path.endswith(".parquet")]

    def sample(self, row: Row, place: Place) -> Sample:
        album = Album(as_pictures(row["images"], self._stored))
        messages, left_out = answered(row["texts"], album)
        meta = meta_of(row, self.needs)
        if left_out:
            meta["left_out_turns"] = left_out
        if "source" not in meta:
            sources = dict.fromkeys(turn["source"] for turn in row["texts"] if isinstance(turn.get("source"), str))
            meta |= {"source": ", ".join(sources)} if sources else {}
        config = PurePosixPath(place.file).parts[0]
        tags = PARTS.get(config.partition("(")[0], ("", ()))[1] if album.images else ("text",)
        sample = self.made(place, album, Spoken(messages=messages, tags=tags), meta)
        return replace(sample, origin=replace(sample.origin, config=config))

    def _stored(self, value: object) -> Image:
        if isinstance(value, Mapping) and value.get("bytes") is None:
            raise BadRecord("missing_file", f"a picture without its bytes, only the name {value.get('path')!r}")
        return self.embedded(value)


class TheCauldron(Turns):
    """Fifty task sets in one form, all questions of a picture in one row, collected for Idefics2.

    Without a config all of them come, one after another; a file that cannot be read is then one dropped row
    (``broken_file``), and the others go on. Tags are those of the task.
    """

    entry: ClassVar[Entry] = Entry(
        title="The Cauldron",
        homepage="https://huggingface.co/datasets/HuggingFaceM4/the_cauldron",
        paper="https://arxiv.org/abs/2405.02246",
        citation="Laurençon et al. 2024",
        phase="instruct",
        tasks=(
            "vqa",
            "caption",
            "reasoning",
            "ocr",
            "document",
            "chart",
            "table",
            "map",
            "gui",
            "math",
            "science",
            "medical",
            "multi-image",
        ),
        configs=tuple((name, what) for name, (what, _) in PARTS.items()),
        splits=(
            *(Split(name="train", rows=rows, config=name) for name, rows in _ROWS.items()),
            Split(
                name="train", note="3.6 million pictures, 30.3 million questions in all; rendered_text has 443 files"
            ),
        ),
        annotations=Terms(
            name="CC-BY-4.0",
            commercial="unclear",
            conditions="the prompts; each of the fifty keeps its licence, and several forbid commercial use",
        ),
        images=Terms(name="of each source", commercial="unclear", conditions="each of the fifty keeps its licence"),
        repos=("HuggingFaceM4/the_cauldron",),
        problems=(
            Problem(what="the text does not say where pictures belong", treatment="all go before the first question"),
            Problem(
                what="clevr_math, okvqa, spot_the_diff, nlvr2, mimic_cgd, ocrvqa, localized_narratives fail for others",
                treatment="a file that cannot be read is one dropped row, broken_file; a picture that is only a name "
                "is missing_file; all else goes on",
            ),
            Problem(what="some answers are empty", treatment="those turns are left out: meta.left_out_turns"),
            Problem(what="answers of websight are long HTML, those of datikz LaTeX", treatment="kept"),
            Problem(what="pictures are of many modes", treatment="converted by the pixel policy"),
            Problem(
                what="hateful_memes, okvqa, chartqa, scienceqa, iam and others limit commercial use",
                treatment="commercial use is given as unclear for all",
            ),
        ),
    )
    repo: ClassVar[str | None] = "HuggingFaceM4/the_cauldron"

    dataset: Literal["the-cauldron"] = "the-cauldron"

    @cached_property
    def table(self) -> Columnar:
        if self.config:
            return Columnar.on_hub(self.repository, self.matching(f"{self.config}/*.parquet"), self.limit)
        found = [file for name in PARTS for file in self.files_of(name)]
        if not found:
            self.matching("ai2d/*.parquet")
        return Tolerant.on_hub(self.repository, found, self.limit)

    def remarks(self) -> Sequence[str]:
        lost = [] if self.config else [name for name in PARTS if not self.files_of(name)]
        return [*super().remarks(), *(f"{self.dataset}: its repository has no file of {name}" for name in lost)]

    def _check(self, partition: Partition) -> None:
        if not (isinstance(self.table, Tolerant) and self.table.is_broken(partition.file)):
            super()._check(partition)
