"""Renumber and even out the shards of a data set directory.

    building   DIR                  .DIR.compacting (in the making)
    swap 1                          .DIR.compacting (whole)   .DIR.before-compacting
    swap 2     DIR (the new one)                              .DIR.before-compacting
    done       DIR

Each line is one rename away from the next, so at any moment a whole copy stands under a name from which
``recover`` knows what to do.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.errors import OutputExistsError, VerifyError
from vlmdata.io.atomic import storage_errors, sync
from vlmdata.shards.card import CARD, write_card
from vlmdata.shards.formats import FORMATS, FormatName, read_records
from vlmdata.shards.manifest_file import MANIFEST, by_format, read_manifest, write_manifest
from vlmdata.shards.schema import sample_schema
from vlmdata.shards.store import Shard
from vlmdata.shards.verify import file_problems
from vlmdata.types import Manifest, Record, ShardInfo, record_json, record_size

if TYPE_CHECKING:
    import pyarrow as pa


def compact(directory: Path, max_samples: int = 5000, max_bytes: int = 512_000_000) -> Manifest:
    """Rewrite the shards as ``SPLIT-00000``, ``SPLIT-00001`` … of even size, samples and their order unchanged.

    Needs as much free space beside ``directory`` as it takes. Raises ``VerifyError`` where the shards are not
    what the manifest says, ``StorageError`` where the disk refuses; the directory is then as it was.
    """
    directory = directory.resolve()
    recover(directory)
    manifest = read_manifest(directory)
    _check(directory, manifest)
    building = _beside(directory, "compacting")
    with storage_errors(building):
        try:
            building.mkdir()
            made = _rewritten(directory, building, manifest, max_samples, max_bytes)
            _carry_over(directory, building)
            write_card(building, made)
            write_manifest(building, made)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        _swap(directory, building)
    return made


def recover(directory: Path) -> None:
    """Finish or clean up after a ``compact`` of this directory that was cut off; nothing to do is fine.

    Raises ``OutputExistsError`` where someone has put another directory in its place meanwhile.
    """
    building, before = _beside(directory, "compacting"), _beside(directory, "before-compacting")
    if before.exists() and not directory.exists():
        (building if building.exists() else before).rename(directory)
        sync(directory.parent)
    if before.exists() and building.exists():
        raise OutputExistsError(
            f"{before} is {directory} as it was before it was compacted, but another {directory.name} has been made "
            "meanwhile: move one of them away"
        )
    for leftover in (before, building):
        if leftover.exists():
            shutil.rmtree(leftover)


def _beside(directory: Path, what: str) -> Path:
    return directory.with_name(f".{directory.name}.{what}")


def _swap(directory: Path, building: Path) -> None:
    before = _beside(directory, "before-compacting")
    for folder in (building, directory):
        sync(folder)
    directory.rename(before)
    building.rename(directory)
    sync(directory.parent)
    shutil.rmtree(before)


def _check(directory: Path, manifest: Manifest) -> None:
    """New hashes must not bless damaged files."""
    for info in manifest.shards:
        for problem in file_problems(directory, info):
            raise VerifyError(f"{directory}: {problem}. Nothing was changed; make the data set again")


def _rewritten(directory: Path, building: Path, manifest: Manifest, max_samples: int, max_bytes: int) -> Manifest:
    formats = by_format(manifest)
    schema = sample_schema(manifest.columns)
    generation = 1 + max((info.generation for info in manifest.shards), default=0)
    shards: list[ShardInfo] = []
    old = next(iter(formats.values()), [])
    for split in dict.fromkeys(info.split for info in old):
        part = [info for info in old if info.split == split]
        records = (record for info in part for record in read_records(directory / info.path))
        room = _even(part, max_samples, max_bytes)
        new = partial(_new_shard, building, split, tuple(formats), schema)
        for shard in _packed(records, new, room, max_bytes):
            shards += shard.publish(generation)
    written = sum(info.samples for info in shards) // max(len(formats), 1)
    if written != manifest.written:
        raise VerifyError(f"{directory} holds {written} samples, not {manifest.written}. Nothing was changed")
    return replace(manifest, shards=shards)


def _even(shards: Sequence[ShardInfo], max_samples: int, max_bytes: int) -> int:
    """Samples per shard when as few shards as will do share them evenly."""
    samples = sum(info.samples for info in shards)
    needed = max(-(-samples // max_samples), -(-sum(info.bytes for info in shards) // max_bytes), 1)
    return max(1, -(-samples // needed))


def _new_shard(root: Path, split: str, formats: tuple[FormatName, ...], schema: pa.Schema, number: int) -> Shard:
    return Shard(root, split, f"{split}-{number:05d}", formats, schema)


def _packed(records: Iterator[Record], new: Callable[[int], Shard], room: int, max_bytes: int) -> Iterator[Shard]:
    """Finished shards of at most ``room`` samples, fewer where ``max_bytes`` asks for it."""
    number = 0
    shard = new(number)
    for record in records:
        encoded = record_json(record, shard.columns)
        if shard.samples and (shard.samples == room or shard.bytes + record_size(record, encoded) > max_bytes):
            shard.finish()
            yield shard
            number += 1
            shard = new(number)
        shard.write(record, encoded)
    shard.finish()
    yield shard


def _carry_over(directory: Path, building: Path) -> None:
    """Copy what is not rewritten: the lock file, the report, records of dropped samples."""
    for path in directory.iterdir():
        if path.is_dir() and path.name not in FORMATS:
            shutil.copytree(path, building / path.name, copy_function=_copy)
            sync(building / path.name)
        elif path.is_file() and path.name not in (MANIFEST, CARD):
            _copy(str(path), str(building / path.name))


def _copy(source: str, target: str) -> str:
    shutil.copy2(source, target)
    sync(Path(target))
    return target
