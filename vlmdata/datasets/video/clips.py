"""Clips: videos that are stored as they come; steps make frames of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from vlmdata.datasets.release.unpacked import Unpacked
from vlmdata.errors import BadRecord, InputError
from vlmdata.types import Image

LARGEST = 1 << 30
"""Bytes of the largest clip: a row of a shard holds it whole, and so does memory."""


def clips_by_hand(files: Path | None, folders: tuple[str, ...], how: str) -> Unpacked:
    """The clips in one of these folders below ``files``. ``InputError``, saying ``how``, where none is there."""
    if found := clips_found(files, folders):
        return found
    where = f"{files} has no folder {' or '.join(folders)}" if files else "its clips have to be got by hand"
    raise InputError(f"{where}: {how}. Give the folder above it with --files DIR (files: in a recipe)")


def clips_found(files: Path | None, folders: tuple[str, ...]) -> Unpacked | None:
    """The same, None where there is none."""
    if files is None or not any((files / folder).is_dir() for folder in folders):
        return None
    return Unpacked(files, folders)


def clip(image: Image, identity: str) -> Image:
    """An MP4 under the identity that copies of it share. ``BadRecord`` ``clip_too_large``."""
    size = os.path.getsize(image.uri) if image.uri and os.path.isfile(image.uri) else 0
    if size > LARGEST:
        raise BadRecord("clip_too_large", f"{image.source} has {size:,} bytes, and a row holds {LARGEST:,} at most")
    return replace(image, id=identity, media_type="video/mp4")
