"""LAION: pictures of Common Crawl with their alt texts, by address, as Re-LAION publishes them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Literal

from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import field_named
from vlmdata.datasets.pretrain.prompts import BRIEF
from vlmdata.datasets.url_lists import UrlList
from vlmdata.types import Sample

_NON_COMMERCIAL = re.compile(r"\bnc\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}")

_IMAGES = Terms(
    name="each picture's own",
    commercial="unclear",
    conditions="the list grants nothing for the pictures; some rows state a licence found beside them",
)
_ADVICE = "released for research; its makers strongly advise against use in industry and end products"
_WITHDRAWN = Problem(
    what="LAION-5B was withdrawn on 2023-12-19, as it linked to known abuse material",
    treatment="this name reads Re-LAION-5B research-safe of August 2024, which was cleaned of it",
)
_ROT = Problem(what="many addresses are dead or serve another picture by now", treatment="counted by their reasons")
_COLUMNS = Problem(
    what="columns are called URL and TEXT, or url and caption", treatment="found by name, capitals do not matter"
)
_CONSENT = "log in at {0}, agree to what is asked there (it is granted at once), then `hf auth login` or HF_TOKEN"


def _gate(repo: str) -> str:
    return _CONSENT.format(f"https://huggingface.co/datasets/{repo}")


class Laion(UrlList):
    """Tables of LAION on the Hub. Scores (similarity, punsafe, pwatermark, NSFW …) go to ``meta`` by their names."""

    def patterns(self) -> tuple[str, ...]:
        return ("*.parquet",)

    def told(self, sample: Sample) -> Sample:
        """With the licence and the language that the row states."""
        terms = _stated(sample, "license")
        language = _stated(sample, "language")
        if language and _LANGUAGE.fullmatch(language):
            sample = replace(sample, language=language)
        if terms in (None, "", "?"):
            return sample
        commercial = "no" if _NON_COMMERCIAL.search(terms) else sample.license.commercial
        return replace(
            sample,
            images=tuple(replace(image, license=terms) for image in sample.images),
            license=replace(sample.license, images=terms, commercial=commercial),
        )


def _stated(sample: Sample, name: str) -> str | None:
    value = sample.meta.get(field_named(sample.meta, (name,)) or "")
    return value if isinstance(value, str) else None


class Laion400m(Laion):
    """413 million pictures with English alt texts, chosen by CLIP similarity; addresses only.

    What is left of it as Re-LAION. ``LICENSE`` of a row, unless ``?``, is the licence of its picture;
    ``--where "NSFW = 'UNLIKELY'"`` takes what was judged harmless.
    """

    entry: ClassVar[Entry] = Entry(
        title="LAION-400M (Re-LAION)",
        homepage="https://laion.ai/blog/laion-400-open-dataset/",
        paper="https://arxiv.org/abs/2111.02114",
        citation="Schuhmann et al. 2021",
        phase="pretrain",
        tasks=("caption",),
        splits=(Split(name="train", note="about 361 million of once 413 million"),),
        annotations=Terms(name="CC-BY-4.0", commercial="unclear", conditions=_ADVICE),
        images=_IMAGES,
        gating=_gate("laion/relaion400m"),
        repos=("laion/relaion400m", "laion/laion400m"),
        problems=(
            Problem(
                what="the original list was taken back with LAION-5B; its name on the Hub leads to relaion400m",
                treatment="relaion400m is read",
            ),
            _COLUMNS,
            Problem(
                what="pairs are unique by address and text, so a picture comes under several addresses",
                treatment="dedup.exact and dedup.near find them",
            ),
            Problem(
                what="WIDTH and HEIGHT were measured before, with a cap of 4096, and are sometimes not numbers",
                treatment="kept in meta, null where they are no numbers; sizes are read from the pictures",
            ),
            _ROT,
        ),
        prompts=BRIEF,
    )
    repo: ClassVar[str | None] = "laion/relaion400m"

    dataset: Literal["laion400m"] = "laion400m"


class Laion2bEn(Laion):
    """Two billion pictures with English alt texts, chosen by CLIP similarity; addresses only.

    LAION-2B-en is withdrawn; this reads Re-LAION-2B-en research-safe, from which its known abuse material and pairs
    with ``punsafe`` above 0.45 are gone. ``--where "punsafe < 0.1"`` is stricter.
    """

    entry: ClassVar[Entry] = Entry(
        title="LAION-2B-en (Re-LAION research-safe)",
        homepage="https://laion.ai/blog/relaion-5b/",
        paper="https://arxiv.org/abs/2210.08402",
        citation="Schuhmann et al. 2022; LAION 2024",
        phase="pretrain",
        tasks=("caption",),
        splits=(Split(name="train", rows=2_097_693_557),),
        annotations=Terms(name="Apache-2.0", commercial="unclear", conditions=_ADVICE),
        images=_IMAGES,
        gating=_gate("laion/relaion2B-en-research-safe"),
        repos=(
            "laion/relaion2B-en-research-safe",
            "laion/relaion2B-en-research",
            "laion/laion2b-en",
            "laion/laion2B-en",
        ),
        problems=(_WITHDRAWN, _COLUMNS, _ROT),
        prompts=BRIEF,
    )
    repo: ClassVar[str | None] = "laion/relaion2B-en-research-safe"

    dataset: Literal["laion2b-en"] = "laion2b-en"


_PARTS = {
    "en": "laion/relaion2B-en-research-safe",
    "multi": "laion/relaion2B-multi-research-safe",
    "nolang": "laion/relaion1b-nolang-research-safe",
}


class Laion5b(Laion):
    """Five billion pictures with alt texts in over a hundred languages; addresses only.

    LAION-5B is withdrawn; this reads the three parts of Re-LAION-5B research-safe, one per config. ``LANGUAGE`` of a
    row is the language of its sample.
    """

    entry: ClassVar[Entry] = Entry(
        title="LAION-5B (Re-LAION research-safe)",
        homepage="https://laion.ai/blog/relaion-5b/",
        paper="https://arxiv.org/abs/2210.08402",
        citation="Schuhmann et al. 2022; LAION 2024",
        phase="pretrain",
        tasks=("caption",),
        splits=(
            Split(name="train", config="en", rows=2_097_693_557),
            Split(name="train", config="multi", note="once 2.26 billion"),
            Split(name="train", config="nolang", note="once 1.27 billion; the language could not be told"),
        ),
        annotations=Terms(name="Apache-2.0", commercial="unclear", conditions=_ADVICE),
        images=_IMAGES,
        configs=(
            ("en", "English texts, the same as laion2b-en"),
            ("multi", "texts in other languages"),
            ("nolang", "texts whose language could not be told"),
        ),
        languages=("en", "mul"),
        gating="; ".join(_gate(repo) for repo in _PARTS.values()),
        repos=(*_PARTS.values(), "laion/laion2B-multi", "laion/laion1B-nolang", "laion/laion5B"),
        problems=(_WITHDRAWN, _COLUMNS, _ROT),
        prompts=BRIEF,
    )

    dataset: Literal["laion5b"] = "laion5b"
    config: str | None = "en"

    @property
    def repo_name(self) -> str | None:
        return None if self._by_hand() else _PARTS[self.config or "en"]
