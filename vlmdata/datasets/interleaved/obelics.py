"""OBELICS: web pages with their pictures, from Common Crawl."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, ClassVar, Literal

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.entry import Entry, Problem, Split, Terms
from vlmdata.datasets.fields import as_json, meta_of
from vlmdata.datasets.interleaved.document import Page
from vlmdata.datasets.published import Published
from vlmdata.datasets.row_reader import Place
from vlmdata.datasets.tables.columnar import Columnar
from vlmdata.datasets.tables.table import Row
from vlmdata.errors import BadRecord
from vlmdata.types import Sample

END_OF_DOCUMENT = "END_OF_DOCUMENT_TOKEN_TO_BE_REPLACED"
"""Where a page was put together of several documents (huggingface/OBELICS, ``build_obelics``)."""

_OPT_OUT = "opt_out_docs_removed_2023_07_12"
_FOLDERS = {_OPT_OUT: _OPT_OUT, "default": "data"}


class Obelics(Published):
    """Web pages as documents of text and pictures in their order, filtered and cleared of duplicates.

    A sample is a page. It has one ``document`` message, and where the page was put together of several documents, one
    for each. Pictures are addresses: one that cannot be had leaves its place, and the page stays. ``meta`` has what
    is known of page and pictures under ``general_metadata`` and ``metadata`` (a picture by its ``src``).
    """

    entry: ClassVar[Entry] = Entry(
        title="OBELICS",
        homepage="https://huggingface.co/datasets/HuggingFaceM4/OBELICS",
        paper="https://arxiv.org/abs/2306.16527",
        citation="Laurençon et al. 2023",
        phase="pretrain",
        tasks=("interleaved", "multi-image"),
        configs=(
            (_OPT_OUT, "without the pages whose owners had opted out by July 2023"),
            ("default", "as first released"),
        ),
        splits=(
            Split(name="train", config=_OPT_OUT, note="pages, in 1,370 files"),
            Split(name="train", rows=141_047_697, config="default", note="pages; 353 million pictures"),
        ),
        annotations=Terms(
            name="CC-BY-4.0", commercial="yes", conditions="of the collection; the texts keep the rights of their pages"
        ),
        images=Terms(
            name="as on their pages", commercial="unclear", conditions="addresses, not pictures, are published"
        ),
        repos=("HuggingFaceM4/OBELICS",),
        problems=(
            Problem(
                what=f"{END_OF_DOCUMENT} stands in texts where one document ends and another begins",
                treatment="it goes, and each document is a message of its own",
            ),
            Problem(
                what="many pictures are gone from the web",
                treatment="a picture that cannot be had is left out of its page; a page that loses all is dropped",
            ),
            Problem(
                what="metadata are JSON in a text",
                treatment="read into meta; what cannot be read is kept as text",
            ),
        ),
    )
    repo: ClassVar[str | None] = "HuggingFaceM4/OBELICS"
    needs: ClassVar[tuple[str, ...]] = ("images", "metadata", "general_metadata", "texts")
    marks: ClassVar[tuple[str, ...]] = ("interleaved",)

    dataset: Literal["obelics"] = "obelics"
    config: str = _OPT_OUT

    @property
    def by_address(self) -> bool:
        return True

    @cached_property
    def table(self) -> Columnar:
        found = self.matching(f"{_FOLDERS[self.config]}/*train-*.parquet")
        return Columnar.on_hub(self.repository, found, self.limit)

    def sample(self, row: Row, place: Place) -> Sample:
        images, texts = row["images"], row["texts"]
        if not isinstance(images, list) or not isinstance(texts, list) or len(images) != len(texts):
            raise BadRecord("bad_field", "'images' and 'texts' are lists of one length, with one of both at each place")
        page = Page()
        for image, text in zip(images, texts, strict=True):
            if image:
                page.show(image)
            if text:
                page.say(*_documents(text))
        meta = meta_of(row, self.needs)
        meta["general_metadata"] = _loaded(row["general_metadata"])
        known = _loaded(row["metadata"])
        meta["metadata"] = [one for one in known if one] if isinstance(known, list) else known
        return self.made(place, Album(page.images), page.spoken(), meta)


def _documents(text: str) -> list[str]:
    """A text cut where documents end; the blanks around the token go with it."""
    return [piece.strip() for piece in text.split(END_OF_DOCUMENT)] if END_OF_DOCUMENT in text else [text]


def _loaded(value: Any) -> Any:
    try:
        return as_json(json.loads(value)) if isinstance(value, str) else value
    except ValueError:
        return value
