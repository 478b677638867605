"""WebVid: stock videos with their captions, withdrawn by their publishers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import captioned, meta_of
from vlmdata.datasets.published import Published, Wanted
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import ByHand
from vlmdata.datasets.release.pictures import Store
from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import string, whole
from vlmdata.datasets.video.clips import clip, clips_found
from vlmdata.io.table.files import TableFile
from vlmdata.types import Image, Sample

_WITHDRAWN = (
    "its publishers withdrew WebVid on 23 February 2024, and nothing offers it now. Whoever holds the tables from "
    "before that time reads them from here"
)
_PARTS = {"train": "train", "validation": "val"}


class WebVid(Published):
    """Stock videos of some ten seconds with the captions of their sellers; read from tables that a user holds.

    A sample is one video. Where ``--files`` has ``videos/{page_dir}/{videoid}.mp4``, clips are read there; else they
    are got from ``contentUrl``.
    """

    entry: ClassVar[Entry] = Entry(
        title="WebVid",
        homepage="https://github.com/m-bain/webvid",
        paper="https://arxiv.org/abs/2104.00650",
        citation="Bain et al. 2021",
        phase="pretrain",
        tasks=("caption", "video"),
        configs=(("2M", "2.5 million videos"), ("10M", "10.7 million videos")),
        splits=(Split(name="train", note="videos"), Split(name="validation", note="videos")),
        annotations=Terms(
            name="WebVid terms", commercial="no", conditions="internal non-commercial use, no redistribution"
        ),
        images=Terms(name="Shutterstock", commercial="no", conditions="all rights reserved; watermarked previews"),
        revision="2021",
        by_hand=(
            f"{_WITHDRAWN}: put results_2M_train.csv (or 2M_val, 10M_train, 10M_val) into a folder, with the clips "
            "below videos/ as its own download.py lays them down, if they are there"
        ),
        problems=(
            Problem(
                what="withdrawn on 23 February 2024 at Shutterstock's demand; the addresses of its tables are dead",
                treatment="read only from tables that a user already holds; copies of others are not looked for",
            ),
            Problem(what="the videos carry a watermark", treatment="none: expect models to learn it"),
            Problem(what="many videos are gone from their addresses", treatment="counted as failed downloads"),
        ),
    )
    needs: ClassVar[tuple[str, ...]] = ("videoid", "contentUrl", "page_dir", "name")
    marks: ClassVar[tuple[str, ...]] = ("video",)

    dataset: Literal["webvid"] = "webvid"
    config: str = "2M"

    @property
    def by_address(self) -> bool:
        return self.local is None

    def remarks(self) -> Sequence[str]:
        return (f"{_WITHDRAWN}; for internal, non-commercial use only",)

    @cached_property
    def table(self) -> Columnar:
        name = f"results_{self.config}_{_PARTS[self.split]}.csv"
        return Columnar({name: TableFile(brought(ByHand(name, _WITHDRAWN), self.folder), "csv", None)}, self.limit)

    @cached_property
    def local(self) -> Unpacked | None:
        """Clips of this machine, where there are any."""
        return clips_found(self.folder, ("videos",))

    def stores(self) -> Sequence[Store]:
        return (self.local,) if self.local else ()

    def wanted(self, row: Row) -> Iterable[Wanted]:
        return [(self.local, _path(row))] if self.local else ()

    def sample(self, row: Row, place: Place) -> Sample:
        url, number = string(row, "contentUrl"), whole(row, "videoid")
        video = self.picture(self.local, _path(row)) if self.local else Image(uri=url, source=url)
        album = Album(clips=[clip(video, f"webvid:{number}")])
        return self.made(place, album, captioned([string(row, "name")], album.rest()), meta_of(row, ("name",)))


def _path(row: Row) -> str:
    return f"{row['page_dir']}/{row['videoid']}.mp4"
