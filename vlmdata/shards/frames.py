"""The sizes of a data set's pictures, without the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from vlmdata.shards.formats import read_image_info
from vlmdata.shards.manifest_file import by_format, read_manifest
from vlmdata.types import Size


def frames_of(root: Path) -> Iterator[tuple[Size, ...]]:
    """The frames of each sample's pictures, in order; clips are left out.

    Of Parquet only the columns that say it are read, of tars every file. ``InputError`` where it is no data set
    directory or damaged.
    """
    for info in next(iter(by_format(read_manifest(root)).values()), []):
        for images in read_image_info(root / info.path):
            yield tuple(_frames(images))


def _frames(images: Iterable[Mapping[str, Any]]) -> Iterator[Size]:
    for image in images:
        clip = (image["media_type"] or "").startswith("video/")
        if image["width"] and image["height"] and not clip:
            yield Size(image["width"], image["height"])
