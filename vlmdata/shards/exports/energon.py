"""WebDataset shards with the index of Megatron-Energon."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import yaml

from vlmdata.io.atomic import PartialFile, publish, write_text_atomic
from vlmdata.shards.exports.base import Export
from vlmdata.shards.exports.energon_index import EnergonIndex
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.tally import Tally
from vlmdata.shards.formats import read_records, shard_path
from vlmdata.shards.webdataset import WebDatasetWriter
from vlmdata.types import ShardInfo, record_json

META = ".nv-meta"
_PARTS = {"validation": "val"}
"""What Energon calls a split by default, where it is not what we call it."""


class Energon(Export):
    """The WebDataset shards with ``.nv-meta``, as ``energon prepare`` makes it.

    The tars are hard links to those of the data set where there are some and the disk allows it, copies of them or
    newly made ones otherwise. A sample is a ``CrudeWebdataset``'s: ``json`` and ``0.jpg``, ``1.png`` … for a cooker of
    yours to read. The split ``validation`` is Energon's part ``val``. Source of the form: NVIDIA/Megatron-Energon,
    ``src/megatron/energon/flavors/webdataset/prepare.py``.
    """

    name = "energon"
    takes_views = True

    def write(self, given: Given, out: Path, tally: Tally) -> None:
        meta = out / META
        meta.mkdir()
        counts: dict[str, int] = {}
        parts: dict[str, list[str]] = {}
        with closing(EnergonIndex(meta / "index.sqlite")) as index:
            for split, infos in given.splits.items():
                for info in infos:
                    tar = out / f"{Path(info.path).stem}.tar"
                    sha256 = _placed(given, info, tar)
                    counts[tar.name] = index.add(tar)
                    parts.setdefault(_PARTS.get(split, split), []).append(tar.name)
                    tally.file(tar.name, samples=counts[tar.name], bytes=tar.stat().st_size, sha256=sha256)
                    tally.wrote(split, counts[tar.name])
        write_text_atomic(meta / ".info.json", json.dumps({"shard_counts": counts}, indent=2))
        _write_yaml(meta / "split.yaml", {"split_parts": parts, "exclude": []})
        _write_yaml(meta / "dataset.yaml", {"__module__": "megatron.energon", "__class__": "CrudeWebdataset"})
        write_text_atomic(meta / "index.uuid", str(uuid5(NAMESPACE_OID, given.digest)))


def _placed(given: Given, info: ShardInfo, target: Path) -> str:
    """Put the tar of a shard where it belongs; its SHA-256."""
    path = shard_path("webdataset", Path(info.path).stem)
    present = next((one for one in given.manifest.shards if one.path == path), None)
    if present is None:
        return _made(given, info, target)
    try:
        os.link(given.root / path, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(given.root / path, target)
    return present.sha256


def _made(given: Given, info: ShardInfo, target: Path) -> str:
    file = PartialFile(target)
    writer = WebDatasetWriter(file)
    for record in read_records(given.root / info.path):
        writer.write(record, record_json(record, given.manifest.columns))
    writer.close()
    file.close()
    publish(target)
    return file.sha256


def _write_yaml(path: Path, data: object) -> None:
    write_text_atomic(path, yaml.safe_dump(data, sort_keys=False))
