"""What is compared of a data set and of what is read back from its export."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image as Picture

from vlmdata.datasets.formats.files import RowFormat
from vlmdata.shards.formats import read_records
from vlmdata.shards.manifest_file import by_format, read_manifest
from vlmdata.types import ImagePart, Message, Sample, TextPart, from_record


def records(root: Path, split: str = "train") -> list[dict[str, Any]]:
    """The rows of a split."""
    shards = next(iter(by_format(read_manifest(root)).values()))
    return [row for info in shards if info.split == split for row in read_records(root / info.path)]


def pixels(data: bytes) -> list[Any]:
    """Width, height and a hash of the pixels as RGB."""
    with Picture.open(io.BytesIO(data)) as picture:
        return [*picture.size, hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest()]


def read(source: RowFormat) -> Iterator[Sample]:
    """All rows of an input as samples; none may be refused."""
    for partition in source.partitions():
        for sample in source.read(partition):
            assert isinstance(sample, Sample), sample
            yield sample


def samples(root: Path, split: str = "train") -> list[Sample]:
    """The same as samples."""
    return [from_record(row) for row in records(root, split)]


def told(sample: Sample) -> tuple[list[Any], list[bytes]]:
    """Who says what, pictures in their places; and the bytes of the pictures in the order of their places."""
    shown = [part.image for message in sample.messages for part in message.content if isinstance(part, ImagePart)]
    files = [sample.images[number] for number in shown]
    return [_turn(message) for message in sample.messages], [
        one.data or Path(one.uri or "").read_bytes() for one in files
    ]


def _turn(message: Message) -> tuple[str, list[str]]:
    said: list[str] = []
    for part in message.content:
        if isinstance(part, TextPart) and said and said[-1] != "<image>":
            said[-1] += part.text
        else:
            said.append(part.text if isinstance(part, TextPart) else "<image>")
    return message.role, said
