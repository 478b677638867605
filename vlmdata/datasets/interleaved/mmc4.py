"""MMC4: Common Crawl pages of C4 with pictures put to the sentences they fit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import as_json, meta_of
from vlmdata.datasets.interleaved.document import Page
from vlmdata.datasets.published import Published
from vlmdata.datasets.release.part import OnHub
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.json_table import JsonTable
from vlmdata.datasets.tables.table import Row
from vlmdata.datasets.values import string, whole
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

_REPOS = {"core-ff": "jmhessel/mmc4-core-ff", "ff": "jmhessel/mmc4-ff"}
_SIZES = {"core-ff": "20 GB", "ff": "218 GB"}


class Mmc4(Published):
    """Web pages of C4 with pictures, each beside the sentence that it fits best by CLIP.

    A sample is a page: one ``document`` message, each picture before its sentence (``side: after`` for behind it),
    sentences joined by a blank. Pictures are addresses: one that cannot be had leaves its place, and the page stays.
    ``meta.image_info`` tells of each picture, by its ``raw_url``, how well it fits; the matrix of all similarities is
    left out for its size.
    """

    entry: ClassVar[Entry] = Entry(
        title="Multimodal C4, fewer faces",
        homepage="https://github.com/allenai/mmc4",
        paper="https://arxiv.org/abs/2304.06939",
        citation="Zhu et al. 2023",
        phase="pretrain",
        tasks=("interleaved", "multi-image"),
        configs=(
            ("core-ff", "filtered more strictly: 5.5 million pages, 22.4 million pictures, 20 GB of text"),
            ("ff", "77.7 million pages, 375 million pictures, 218 GB of text"),
        ),
        # Published are rounded numbers only.
        splits=(Split(name="train", note="pages"),),
        annotations=Terms(name="ODC-BY-1.0", commercial="yes", conditions="and the terms of Common Crawl"),
        images=Terms(
            name="as on their pages", commercial="unclear", conditions="addresses, not pictures, are published"
        ),
        repos=tuple(_REPOS.values()),
        problems=(
            Problem(
                what="mmc4 and mmc4-core, with faces, were deleted by accident in February 2025",
                treatment="the versions with fewer faces are read, of which copies are left",
            ),
            Problem(what="14 of the shards 0 to 23098 were never made", treatment="those there are, are read"),
            Problem(
                what="pictures stand in no order, and the page says only which sentence each belongs to",
                treatment="sorted by matched_text_index, each before its sentence",
            ),
            Problem(
                what="pictures that fit badly (matched_sim is often cut at 0.24)",
                treatment="all are taken unless min_similarity is set",
            ),
            Problem(
                what="pages that may be there under another address, too (could_have_url_duplicate)",
                treatment="kept and told in meta, where filter.expr sees it",
            ),
            Problem(
                what="many pictures are gone from the web",
                treatment="a picture that cannot be had is left out of its page; a page that loses all is dropped",
            ),
        ),
    )
    needs: ClassVar[tuple[str, ...]] = ("text_list", "image_info")
    marks: ClassVar[tuple[str, ...]] = ("interleaved",)

    dataset: Literal["mmc4"] = "mmc4"
    config: str = "core-ff"
    side: Literal["before", "after"] = Field(default="before", description="on which side of its sentence a picture is")
    min_similarity: Annotated[
        float | None, Field(description="leave out pictures that fit their sentence less than this, such as 0.24")
    ] = None

    @property
    def by_address(self) -> bool:
        return True

    @property
    def repo_name(self) -> str:
        return _REPOS[self.config]

    @cached_property
    def table(self) -> JsonTable:
        shards = self.matching("*docs_no_face_shard_*.jsonl.zip", "*.jsonl.zip")
        parts = (OnHub(self.repository, shard, PurePosixPath(shard.path).stem) for shard in shards)
        return JsonTable(tuple(parts), files=self.folder)

    def remarks(self) -> Sequence[str]:
        if self.limit is not None:
            return ()
        size = _SIZES[self.config]
        return (f"all shards ({size}) are downloaded and unpacked in the cache first, to count their pages",)

    def sample(self, row: Row, place: Place) -> Sample:
        sentences = row["text_list"]
        if not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
            raise BadRecord("bad_field", "'text_list' is a list of sentences")
        shown = self._shown(row["image_info"], len(sentences))
        page = Page()
        for number, sentence in enumerate(sentences):
            urls = [string(one, "raw_url") for index, one in shown if index == number]
            if self.side == "before":
                page.show(*urls)
            page.go_on(sentence)
            if self.side == "after":
                page.show(*urls)
        meta = meta_of(row, {*self.needs, "similarity_matrix"})
        meta["image_info"] = [as_json(one) for _, one in shown]
        return self.made(place, Album(page.images), page.spoken(), meta)

    def _shown(self, listed: Any, sentences: int) -> list[tuple[int, dict[str, Any]]]:
        """The pictures that are taken, in the order of their sentences, whose numbers come first.

        ``BadRecord`` where one belongs to none.
        """
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise BadRecord("bad_field", "'image_info' is a list of objects")
        least = self.min_similarity
        shown = [(whole(one, "matched_text_index"), one) for one in listed if least is None or _fits(one, least)]
        if (lost := next((index for index, _ in shown if not 0 <= index < sentences), None)) is not None:
            raise BadRecord("bad_field", f"'matched_text_index' is {lost}, and there are {sentences} sentences")
        return sorted(shown, key=itemgetter(0))


def _fits(picture: dict[str, Any], least: float) -> bool:
    found = picture.get("matched_sim")
    return isinstance(found, int | float) and found >= least
