"""``manifest.json``: written last, so a directory that has one is whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

from vlmdata.errors import InputError
from vlmdata.io.atomic import write_json_atomic
from vlmdata.shards.formats import FORMATS, FormatName, format_of
from vlmdata.types import SCHEMA_VERSION, Manifest, ShardInfo

MANIFEST = "manifest.json"

_SHARD_PATH = re.compile(r"(parquet/[a-z0-9_-]+\.parquet|webdataset/[a-z0-9_-]+\.tar)")


def read_manifest(root: Path) -> Manifest:
    """The manifest of a data set directory.

    Raises ``InputError`` where there is none, it is damaged, or it is of a newer schema.
    """
    path = root / MANIFEST
    try:
        data = json.loads(path.read_bytes())
        version = data["schema_version"]
        if version > SCHEMA_VERSION:
            raise InputError(f"{root} is of schema {version}; this vlmdata reads up to {SCHEMA_VERSION}: upgrade it")
        manifest = Manifest.from_json(data)
        outside = [info.path for info in manifest.shards if not _SHARD_PATH.fullmatch(info.path)]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"no {MANIFEST} in {root}: it is no data set directory, or the run that writes it has not ended"
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is damaged ({type(error).__name__}: {error}): make the data set again") from error
    if outside:
        raise InputError(f"{path} names {outside[0]!r}, which is no shard of this directory")
    return manifest


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Write ``manifest.json``; the same manifest makes the same bytes."""
    write_json_atomic(root / MANIFEST, manifest.to_json())


def by_format(manifest: Manifest) -> dict[FormatName, list[ShardInfo]]:
    """Its shards for each format it has, in order; the format to read comes first."""
    found = {one: [info for info in manifest.shards if format_of(info.path) == one] for one in FORMATS}
    return {one: infos for one, infos in found.items() if infos}
