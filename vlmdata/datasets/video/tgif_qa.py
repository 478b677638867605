"""TGIF-QA: questions about animated GIFs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.talk import Talk
from vlmdata.datasets.values import string, whole
from vlmdata.datasets.video.clips import clips_by_hand
from vlmdata.io.table.files import TableFile
from vlmdata.types import Sample

_AT = "https://raw.githubusercontent.com/YunseokJANG/tgif-qa/master/dataset"
_HOW = (
    "get the GIFs of TGIF (github.com/raingo/TGIF-Release lists their addresses, github.com/YunseokJANG/tgif-qa has a "
    "link to all of them) and put them into gifs/ as {gif_name}.gif"
)
_OPTIONS = ("a1", "a2", "a3", "a4", "a5")
_TYPES = ("object", "number", "color", "location")


class TgifQa(Published):
    """Questions about animated GIFs: what is done so often, what happens before or after, how often, what is seen.

    A sample is one question; ``group`` puts those of one GIF together. ``action`` and ``transition`` have five
    options. The GIFs have to be got by hand.
    """

    entry: ClassVar[Entry] = Entry(
        title="TGIF-QA",
        homepage="https://github.com/YunseokJANG/tgif-qa",
        paper="https://arxiv.org/abs/1704.04497",
        citation="Jang et al. 2017",
        phase="task",
        tasks=("vqa", "video"),
        configs=(
            ("frameqa", "what one frame shows; open answers"),
            ("action", "which action is repeated; five options"),
            ("transition", "what happens before or after; five options"),
            ("count", "how often; a number"),
        ),
        splits=(
            Split(name="train", rows=39_392, config="frameqa", note="questions"),
            Split(name="test", rows=13_691, config="frameqa", role="eval", note="questions"),
            Split(name="train", rows=20_471, config="action", note="questions; its README says 20,475"),
            Split(name="test", rows=2_274, config="action", role="eval", note="questions"),
            Split(name="train", rows=52_704, config="transition", note="questions"),
            Split(name="test", rows=6_232, config="transition", role="eval", note="questions"),
            Split(name="train", rows=26_839, config="count", note="questions; its README says 26,843"),
            Split(name="test", rows=3_554, config="count", role="eval", note="questions"),
        ),
        annotations=Terms(name="TGIF-QA terms", commercial="no", conditions="academic use only"),
        images=Terms(name="Tumblr", commercial="no", conditions="academic use only; rights stay with who posted them"),
        revision="master",
        by_hand=_HOW,
        problems=(
            Problem(what="tables are named .csv, and tabs part their fields", treatment="read as what they are"),
            Problem(what="clips are GIFs, not videos", treatment="stored as image/gif, tagged video"),
            Problem(what="many GIFs are gone from Tumblr", treatment="dropped as missing_file"),
        ),
    )
    fills: ClassVar[frozenset[str]] = frozenset({"choices"})
    marks: ClassVar[tuple[str, ...]] = ("vqa", "video")

    dataset: Literal["tgif-qa"] = "tgif-qa"
    config: str = "frameqa"

    @cached_property
    def table(self) -> Columnar:
        (part,) = self.whole_parts()
        return Columnar({part.name: TableFile(brought(part, self.folder), "tsv", None)}, self.limit)

    def whole_parts(self) -> Sequence[Part]:
        return (Web(f"{_AT}/{self.split.capitalize()}_{self.config}_question.csv"),)

    @property
    def needed(self) -> tuple[str, ...]:
        return ("gif_name", "question", *(_OPTIONS if self._chosen else ()), "answer")

    @cached_property
    def gifs(self) -> Unpacked:
        return clips_by_hand(self.folder, ("gifs",), _HOW)

    def stores(self) -> Sequence[Store]:
        return (self.gifs,)

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return [(self.gifs, f"{row['gif_name']}.gif")]

    def sample(self, row: Row, place: Place) -> Sample:
        name = string(row, "gif_name")
        album = Album([replace(self.picture(self.gifs, f"{name}.gif"), id=f"tgif:{name}")])
        talk = Talk(album.rest())
        if self._chosen:
            talk.choose(string(row, "question"), [_text(row, option) for option in _OPTIONS], whole(row, "answer"))
        else:
            talk.ask(string(row, "question"))
            talk.answer(str(whole(row, "answer")) if self.config == "count" else _text(row, "answer"))
        meta = meta_of(row, self.needed)
        if self.config == "frameqa" and row.get("type") in range(len(_TYPES)):
            meta["type"] = _TYPES[row["type"]]
        return self.made(place, album, talk.spoken(), meta)

    @property
    def _chosen(self) -> bool:
        """Whether there are options to choose from."""
        return self.config in ("action", "transition")


def _text(row: Row, name: str) -> str:
    """An answer, which may be a number."""
    value = row[name]
    return str(value) if isinstance(value, int) else string(row, name)
