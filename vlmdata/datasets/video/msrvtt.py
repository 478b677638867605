"""MSR-VTT: short clips of the web with twenty captions each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import captioned, meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.part import ByHand, Part, by_hand
from vlmdata.datasets.release.pictures import Archived, Store
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.gathered import Gathered, Side
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import string, strings
from vlmdata.datasets.video.clips import clip, clips_found
from vlmdata.types import Sample

_FOLDERS = ("videos", "video", "MSRVTT_Videos/video", "TrainValVideo", "TestVideo")
_ZIP = "MSRVTT_Videos.zip"
_OFFICIAL = {"train": "train", "validation": "validate", "test": "test"}
_RETRIEVAL = {
    ("1k-a", "train"): "msrvtt_train_9k.json",
    ("1k-a", "test"): "msrvtt_test_1k.json",
    ("1k-a-7k", "train"): "msrvtt_train_7k.json",
    ("1k-a-7k", "test"): "msrvtt_test_1k.json",
}
_FEW = 1_000
"""Up to so many clips ranges of the zip are read; for more it is downloaded."""


class MsrVtt(Published):
    """Clips of ten to thirty seconds with captions of twenty people each, split as published or for retrieval.

    A sample is one clip: its first caption is the text, the others stand in ``alternatives``. A configuration is one
    protocol, and no split of one belongs with a split of another: clips of a test in one are for training in another.
    ``--files`` is looked into first, for ``train_val_videodatainfo.json`` and ``test_videodatainfo.json`` as published
    and for the clips below ``videos/``; a copy on the Hub has the rest.
    """

    entry: ClassVar[Entry] = Entry(
        title="MSR-VTT",
        homepage="https://www.microsoft.com/en-us/research/publication/"
        "msr-vtt-a-large-video-description-dataset-for-bridging-video-and-language/",
        paper="https://openaccess.thecvf.com/content_cvpr_2016/html/Xu_MSR-VTT_A_Large_CVPR_2016_paper.html",
        citation="Xu et al. 2016",
        phase="task",
        tasks=("caption", "video"),
        configs=(
            ("official", "split as published, for captioning"),
            ("1k-a", "retrieval: 9,000 clips to train, 1,000 to test with one caption each"),
            ("1k-a-7k", "the same test, and the 7,010 official clips of train and validation to train"),
        ),
        splits=(
            Split(name="train", rows=6_513, config="official", note="clips"),
            Split(name="validation", rows=497, config="official", note="clips"),
            Split(name="test", rows=2_990, config="official", role="eval", note="clips"),
            Split(name="train", rows=9_000, config="1k-a", note="clips"),
            Split(name="test", rows=1_000, config="1k-a", role="eval", note="clips"),
            Split(name="train", rows=7_010, config="1k-a-7k", note="clips"),
            Split(name="test", rows=1_000, config="1k-a-7k", role="eval", note="clips"),
        ),
        annotations=Terms(name="MSR-VTT terms", commercial="no", conditions="research only"),
        images=Terms(name="YouTube", commercial="no", conditions="cut from videos of YouTube, whose rights stay"),
        repos=("friedrichor/MSR-VTT", "AlexZigma/msr-vtt", "VLM2Vec/MSR-VTT"),
        problems=(
            Problem(
                what="its official pages are gone; copies are left",
                treatment="files got by hand go first, then the copy that keeps the published form",
            ),
            Problem(
                what="1k-a trains on clips of the official test, and the other way round",
                treatment="one configuration each; clips keep one identity (msrvtt:videoN), by which leaks are found",
            ),
            Problem(
                what="captions repeat and are often ungrammatical", treatment="all are kept; sample.captions chooses"
            ),
        ),
    )
    repo: ClassVar[str | None] = "friedrichor/MSR-VTT"
    fills: ClassVar[frozenset[str]] = frozenset({"alternatives"})
    marks: ClassVar[tuple[str, ...]] = ("video",)

    dataset: Literal["msrvtt"] = "msrvtt"
    config: str = "official"

    @property
    def repo_name(self) -> str | None:
        """None where everything is there already."""
        return None if self._local and by_hand(ByHand(self._published, ""), self.folder) else self.repo

    @cached_property
    def table(self) -> Gathered | JsonTable:
        if self.config != "official":
            return JsonTable((self._annotations,), files=self.folder)
        videos = Side("videos", self._annotations, "video_id", ("videos",), only=("split", _OFFICIAL[self.split]))
        sentences = Side("sentences", self._annotations, "video_id", ("sentences",), needs=("caption",))
        return Gathered((videos, sentences), self.folder)

    @property
    def needed(self) -> tuple[str, ...]:
        return ("videos", "sentences") if self.config == "official" else ("video_id", "caption")

    @cached_property
    def clips(self) -> Unpacked | Archived:
        return self._local or Archived(self.on_hub(_ZIP), sparse=self._sparse)

    def stores(self) -> Sequence[Store]:
        return (self.clips,)

    def whole_parts(self) -> Sequence[Part]:
        return (self._annotations, *(() if self._local or self._sparse else (self.on_hub(_ZIP),)))

    def wanted(self, row: Row) -> Iterable[Wanted]:
        name = self._video(row).get("video_id")
        return [(self.clips, self._member(name))] if isinstance(name, str) else ()

    def sample(self, row: Row, place: Place) -> Sample:
        video = self._video(row)
        name = string(video, "video_id")
        album = Album(clips=[clip(self.picture(self.clips, self._member(name)), f"msrvtt:{name}")])
        meta = meta_of(video, ("caption", "video"))
        captions = strings(video, "caption")
        if self.config == "official":
            captions = [string(one, "caption") for one in row["sentences"]]
            meta["sen_id"] = [one.get("sen_id") for one in row["sentences"]]
        return self.made(place, album, captioned(captions, album.rest()), meta)

    @cached_property
    def _local(self) -> Unpacked | Archived | None:
        """The clips, where they were got by hand."""
        own = ByHand(_ZIP, "")
        packed = Archived(own, self.folder) if by_hand(own, self.folder) else None
        return clips_found(self.folder, _FOLDERS) or packed

    @property
    def _sparse(self) -> bool:
        return self.limit is not None and self.limit <= _FEW

    @property
    def _published(self) -> str:
        """The published file of the split."""
        if self.config != "official":
            return _RETRIEVAL[self.config, self.split]
        return "test_videodatainfo.json" if self.split == "test" else "train_val_videodatainfo.json"

    @cached_property
    def _annotations(self) -> Part:
        own = ByHand(self._published, "")
        if by_hand(own, self.folder):
            return own
        return self.on_hub("raw_data/MSRVTT_data.json" if self.config == "official" else self._published)

    def _member(self, name: str) -> str:
        return f"video/{name}.mp4" if isinstance(self.clips, Archived) else f"{name}.mp4"

    def _video(self, row: Row) -> Row:
        """What is said of the clip itself."""
        found: Row = row["videos"][0] if self.config == "official" else row
        return found
