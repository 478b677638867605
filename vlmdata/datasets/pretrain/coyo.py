"""COYO-700M: pictures of Common Crawl with their alt texts and many scores, by address."""

from __future__ import annotations

from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.pretrain.prompts import BRIEF
from vlmdata.datasets.url_lists import UrlList


class Coyo700m(UrlList):
    """747 million pictures with English alt texts and scores of watermark, faces, aesthetics; addresses only.

    All scores go to ``meta``: ``--where "clip_similarity_vitl14 > 0.25 and watermark_score < 0.5"`` takes a part.
    """

    entry: ClassVar[Entry] = Entry(
        title="COYO-700M",
        homepage="https://github.com/kakaobrain/coyo-dataset",
        citation="Byeon et al. 2022",
        phase="pretrain",
        tasks=("caption",),
        splits=(Split(name="train", rows=746_972_269),),
        annotations=Terms(name="CC-BY-4.0", commercial="unclear", conditions="its authors advise use in research only"),
        images=Terms(name="each picture's own", commercial="unclear", conditions="texts and pictures of the web"),
        repos=("kakaobrain/coyo-700m",),
        problems=(
            Problem(what="an address comes with several texts", treatment="each is a sample; dedup.exact finds them"),
            Problem(
                what="pairs are unique by image_phash and text: 580 million different pictures at most",
                treatment="image_phash stays in meta; dedup.near finds the rest",
            ),
            Problem(
                what="id is no row number: it jumps, and is of a pair, not of a picture",
                treatment="kept in meta; keys come from file and row",
            ),
            Problem(what="pictures are of any format, some transparent", treatment="converted by the pixel policy"),
            Problem(
                what="many addresses are dead or serve another picture by now", treatment="counted by their reasons"
            ),
        ),
        prompts=BRIEF,
    )
    repo: ClassVar[str | None] = "kakaobrain/coyo-700m"
    caption: ClassVar[tuple[str, ...]] = ("text",)

    dataset: Literal["coyo700m"] = "coyo700m"

    def patterns(self) -> tuple[str, ...]:
        return ("data/*.parquet", "*.parquet")
