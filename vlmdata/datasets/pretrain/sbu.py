"""SBU Captions: photographs of Flickr with what their owners wrote, by address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.pretrain.prompts import BRIEF
from vlmdata.datasets.release.bring import brought
from vlmdata.datasets.release.part import Part, Web, label
from vlmdata.datasets.tables.parallel import parallel_lists
from vlmdata.datasets.url_lists import UrlList
from vlmdata.io.table.files import TableFile

_LISTS = Web("https://www.cs.rice.edu/~vo9/sbucaptions/sbu-captions-all.tar.gz", "sbu-captions-all.json")


class Sbu(UrlList):
    """A million photographs of Flickr with captions that their owners wrote; addresses only.

    The file is one object of lists of the same length (addresses, captions, users); an entry of each is a row.
    """

    entry: ClassVar[Entry] = Entry(
        title="SBU Captions",
        homepage="https://www.cs.rice.edu/~vo9/sbucaptions/",
        paper="https://papers.nips.cc/paper/4470-im2text-describing-images-using-1-million-captioned-photographs",
        citation="Ordonez et al. 2011",
        phase="pretrain",
        tasks=("caption",),
        splits=(Split(name="train", rows=1_000_000),),
        revision="2011",
        annotations=Terms(name="none stated", commercial="unclear", conditions="texts of Flickr's users"),
        images=Terms(name="Flickr, per picture", commercial="unclear", conditions="each owner's licence on Flickr"),
        repos=("vicenteor/sbu_captions",),
        problems=(
            Problem(
                what="the copy on the Hub is a program that fetches the official file",
                treatment="the official file is read; no program is run",
            ),
            Problem(
                what="140,000 of the photographs were gone by 2022", treatment="counted by the reasons of their servers"
            ),
        ),
        prompts=BRIEF,
    )
    address: ClassVar[tuple[str, ...]] = ("image_urls", "url")
    caption: ClassVar[tuple[str, ...]] = ("captions", "caption")

    dataset: Literal["sbu"] = "sbu"

    def whole_parts(self) -> Sequence[Part]:
        return (_LISTS,)

    def tables(self) -> Mapping[str, TableFile]:
        return {label(_LISTS): TableFile(parallel_lists(brought(_LISTS, self.folder)), "parquet", None)}
