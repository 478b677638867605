"""Conceptual Captions, 3 million and 12 million pictures of the web with cleaned alt texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.formats.files import RowFormat
from vlmdata.datasets.hub.files import Shelf
from vlmdata.datasets.hub.tars import HubTars
from vlmdata.datasets.pretrain.prompts import BRIEF
from vlmdata.datasets.release.part import Part, Web
from vlmdata.datasets.url_lists import UrlList

_SHARDS = "shards"
_IMAGES = Terms(
    name="each picture's own", commercial="unclear", conditions="the licence covers the list, not the pictures"
)
_ROT = Problem(
    what="at least 15% of the addresses were dead in 2023",
    treatment="config shards has the pictures that were alive in 2021; with addresses the dead are counted",
)


class Conceptual(UrlList):
    """Either tars of pictures on the Hub (config ``shards``) or the published addresses.

    Class variables:
        packed: the repository of the tars, and how they begin.
    """

    packed: ClassVar[tuple[str, str]]

    config: str | None = _SHARDS

    @model_validator(mode="after")
    def _addresses_have_options(self) -> Self:
        given = [name for name in ("where", "sample", "hash_column") if getattr(self, name) is not None]
        if given and self.config == _SHARDS:
            raise ValueError(f"{given[0]} is for lists of addresses: it goes with config urls, not with {_SHARDS}")
        return self

    @property
    def by_address(self) -> bool:
        return self.config != _SHARDS

    @property
    def repo_name(self) -> str | None:
        return self.packed[0] if self.config == _SHARDS else super().repo_name

    @cached_property
    def reader(self) -> RowFormat:
        if self.config != _SHARDS:
            return self.addresses()
        tars = tuple(file.path for file in self.matching(f"{self.packed[1]}-{self.split}-*.tar"))
        return HubTars.over(Shelf(self.repository, tars, self.listing), self.title, limit=self.limit)


class Cc3m(Conceptual):
    """Three million pictures of the web with cleaned, hypernymed alt texts.

    Config ``shards`` has the pictures, as img2dataset got them in 2021; its JSON (address, sizes) goes to ``meta``.
    Config ``urls`` reads addresses from the Hub, or from the official TSV in ``--files DIR``; ``labeled`` adds
    labels made by a classifier, their ids and confidences.
    """

    entry: ClassVar[Entry] = Entry(
        title="Conceptual Captions (CC3M)",
        homepage="https://ai.google.com/research/ConceptualCaptions/",
        paper="https://aclanthology.org/P18-1238/",
        citation="Sharma et al. 2018",
        phase="pretrain",
        tasks=("caption",),
        splits=(
            Split(name="train", config="shards", rows=2_905_954),
            Split(name="validation", config="shards", rows=13_443),
            Split(name="train", config="urls", rows=3_318_333),
            Split(name="validation", config="urls", rows=15_840),
            Split(name="train", config="labeled", rows=2_007_090),
        ),
        configs=(
            ("shards", "pictures and captions in tars (pixparse/cc3m-wds)"),
            ("urls", "addresses and captions"),
            ("labeled", "addresses, captions and labels by a classifier"),
        ),
        annotations=Terms(name="Conceptual Captions", commercial="yes", conditions="free for any purpose; name Google"),
        images=_IMAGES,
        by_hand=(
            "Config urls also reads the official Train_GCC-training.tsv and Validation_GCC-1.1.0-Validation.tsv of "
            "https://ai.google.com/research/ConceptualCaptions/download in --files DIR"
        ),
        repos=("pixparse/cc3m-wds", "google-research-datasets/conceptual_captions", "conceptual_captions"),
        problems=(
            Problem(
                what="the TSV has no header and its columns are caption, address: the other way round than in CC12M",
                treatment="the column of addresses is told by its content",
            ),
            Problem(
                what="captions are lower case, with blanks before ' and . as a tokenizer left them", treatment="kept"
            ),
            Problem(what="names of people and places became person, actor, city", treatment="kept: the names are gone"),
            _ROT,
            Problem(what="the tars of validation have no JSON", treatment="their samples have no address"),
        ),
        prompts=BRIEF,
    )
    repo: ClassVar[str | None] = "google-research-datasets/conceptual_captions"
    packed: ClassVar[tuple[str, str]] = ("pixparse/cc3m-wds", "cc3m")
    address: ClassVar[tuple[str, ...]] = ("image_url", "url")

    dataset: Literal["cc3m"] = "cc3m"

    def patterns(self) -> tuple[str, ...]:
        if self.config == "labeled":
            return ("labeled/train-*.parquet",)
        return (f"unlabeled/{self.split}-*.parquet", f"{self.split.capitalize()}*GCC*.tsv*")


_TSV = Web("https://storage.googleapis.com/conceptual_12m/cc12m.tsv")


class Cc12m(Conceptual):
    """Twelve million pictures of the web with alt texts, less cleaned than those of CC3M.

    Config ``shards`` has the pictures, as img2dataset got them; its JSON (address, sizes) goes to ``meta``. Config
    ``urls`` is the official list of addresses.
    """

    entry: ClassVar[Entry] = Entry(
        title="Conceptual 12M (CC12M)",
        homepage="https://github.com/google-research-datasets/conceptual-12m",
        paper="https://arxiv.org/abs/2102.08981",
        citation="Changpinyo et al. 2021",
        phase="pretrain",
        tasks=("caption",),
        splits=(
            Split(name="train", config="shards", rows=10_968_539),
            Split(name="train", config="urls", rows=12_423_374),
        ),
        configs=(
            ("shards", "pictures and captions in tars (pixparse/cc12m-wds)"),
            ("urls", "addresses and captions"),
        ),
        annotations=Terms(name="Conceptual 12M", commercial="yes", conditions="free for any purpose; name Google"),
        images=_IMAGES,
        repos=("pixparse/cc12m-wds", "google-research-datasets/conceptual_12m", "conceptual_12m"),
        problems=(
            Problem(
                what="the TSV has no header and its columns are address, caption: the other way round than in CC3M",
                treatment="the column of addresses is told by its content",
            ),
            Problem(what="names of people became <PERSON>", treatment="kept: the names are gone"),
            Problem(what="63,000 addresses are also in CC3M", treatment="dedup.exact over both finds them"),
            _ROT,
        ),
        prompts=BRIEF,
    )
    packed: ClassVar[tuple[str, str]] = ("pixparse/cc12m-wds", "cc12m")

    dataset: Literal["cc12m"] = "cc12m"

    def whole_parts(self) -> Sequence[Part]:
        return () if self.config == _SHARDS else (_TSV,)
