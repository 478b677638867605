"""The captions that BLIP wrote and filtered for its own pretraining, by address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.pretrain.prompts import BRIEF
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.url_lists import UrlList

_AT = "https://storage.googleapis.com/sfr-vision-language-research/BLIP/datasets"
_FILES = {"ccs": "ccs_synthetic_filtered_large.json", "laion": "laion_synthetic_filtered_large.json"}


class BlipCapfilt(UrlList):
    """Pictures of CC3M, CC12M, SBU and LAION with captions that BLIP wrote and its filter kept; addresses only.

    It is what BLIP-2 and MiniGPT-4 were aligned with, as far as that is published.
    """

    entry: ClassVar[Entry] = Entry(
        title="BLIP CapFilt",
        homepage="https://github.com/salesforce/BLIP",
        paper="https://arxiv.org/abs/2201.12086",
        citation="Li et al. 2022",
        phase="pretrain",
        tasks=("caption",),
        splits=(
            Split(name="train", config="ccs", note="its publishers give no count"),
            Split(name="train", config="laion", note="of 115 million pictures"),
        ),
        configs=(("ccs", "CC3M, CC12M and SBU"), ("laion", "LAION, 115 million pictures")),
        revision="2022",
        annotations=Terms(
            name="none stated", commercial="unclear", conditions="the code that wrote them is BSD-3-Clause"
        ),
        images=Terms(name="each picture's own", commercial="unclear", conditions="pictures of the web and of Flickr"),
        generator="BLIP (ViT-L, CapFilt)",
        generator_terms="BSD-3-Clause, which says nothing of what the model writes",
        problems=(
            Problem(
                what="each file is one JSON list of many gigabytes",
                treatment="downloaded whole, which is said before it begins; read element by element after that",
            ),
            Problem(
                what="config laion names pictures of LAION-400M, which was taken back in 2023",
                treatment="it cannot be told which of them are still in Re-LAION; decide whether you want it",
            ),
            Problem(what="many addresses are dead by now", treatment="counted by their reasons"),
        ),
        prompts=BRIEF,
    )
    caption: ClassVar[tuple[str, ...]] = ("caption",)

    dataset: Literal["blip-capfilt"] = "blip-capfilt"
    config: str | None = "ccs"

    def whole_parts(self) -> Sequence[Part]:
        return (Web(f"{_AT}/{_FILES[self.config or 'ccs']}"),)
