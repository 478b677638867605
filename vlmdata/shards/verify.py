"""Does a data set directory hold what its manifest says? Files, rows, and what must hold inside a row."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.atomic import PARTIAL
from vlmdata.io.digest import number_of, sha256_file
from vlmdata.shards.formats import FORMATS, read_records
from vlmdata.shards.manifest_file import MANIFEST, by_format, read_manifest
from vlmdata.types import License, LicenseCounts, Manifest, Record, ShardInfo, record_json
from vlmdata.types.consistency import inconsistencies
from vlmdata.types.manifest import closes, ordered

PROBLEMS_AT_MOST = 100


@dataclass(slots=True)
class _Seen:
    """What all rows have in common to look after: their keys, hashed, and their licences."""

    keys: array[int] = field(default_factory=lambda: array("Q"))
    licenses: LicenseCounts = field(default_factory=Counter)


def verify(root: Path) -> list[str]:
    """One line for each thing that is wrong, at most ``PROBLEMS_AT_MOST``; an empty list for a sound directory.

    Reads every file once or twice, decodes no picture; memory is a shard's few rows and 8 bytes per key. Raises
    ``InputError`` where there is no readable manifest.
    """
    return list(islice(_problems(root, read_manifest(root)), PROBLEMS_AT_MOST))


def file_problems(root: Path, info: ShardInfo) -> Iterator[str]:
    """What is wrong with a published file as a whole: its presence, size, hash."""
    path = root / info.path
    if not path.is_file():
        yield f"{info.path} is missing"
    elif (size := path.stat().st_size) != info.bytes:
        yield f"{info.path} has {size} bytes, not {info.bytes}"
    elif (digest := sha256_file(path)) != info.sha256:
        yield f"{info.path} has SHA-256 {digest}, not {info.sha256}"


def _problems(root: Path, manifest: Manifest) -> Iterator[str]:
    yield from _strays(root, manifest)
    yield from _counts(root, manifest)
    formats = by_format(manifest)
    damaged = set()
    for info in manifest.shards:
        for problem in file_problems(root, info):
            damaged.add(info.path)
            yield problem
    yield from _schemas(root, manifest, damaged)
    seen = _Seen()
    for shards in zip_longest(*formats.values()):
        yield from _shard_problems(root, manifest, shards, damaged, seen)
    yield from _licenses(manifest, seen)
    yield from _duplicates(root, manifest, damaged, seen.keys)


def _strays(root: Path, manifest: Manifest) -> Iterator[str]:
    known = {info.path for info in manifest.shards}
    for folder in (*FORMATS, "dropped"):
        for path in sorted((root / folder).glob("*")):
            name = f"{folder}/{path.name}"
            if path.name.endswith(PARTIAL):
                yield f"{name} was left by a run that was cut off: remove it"
            elif folder != "dropped" and name not in known:
                yield f"{name} is not in {MANIFEST}"


def _counts(root: Path, manifest: Manifest) -> Iterator[str]:
    if not closes(manifest.rows, manifest.written, manifest.funnel):
        yield f"{MANIFEST}: in + created = written + merged + dropped does not hold"
    for name, infos in by_format(manifest).items():
        samples = sum(info.samples for info in infos)
        if samples != manifest.written:
            yield f"{MANIFEST}: {manifest.written} samples written, {samples} in the {name} shards"
    if (root / "dropped").is_dir():
        import pyarrow as pa
        import pyarrow.parquet as pq

        expected = sum(tally.dropped.total() for tally in manifest.funnel)
        try:
            found = sum(pq.read_metadata(path).num_rows for path in (root / "dropped").glob("*.parquet"))
        except (OSError, pa.ArrowException) as error:
            yield f"dropped/ cannot be read: {error}"
        else:
            if found != expected:
                yield f"dropped/ holds {found} records, {MANIFEST} counts {expected}"


def _schemas(root: Path, manifest: Manifest, damaged: set[str]) -> Iterator[str]:
    import pyarrow.parquet as pq

    first = None
    for info in by_format(manifest).get("parquet", []):
        if info.path in damaged:
            continue
        schema = pq.read_schema(root / info.path)
        if set(schema.names) != set(manifest.columns):
            yield f"{info.path} has columns {schema.names}, {MANIFEST} says {manifest.columns}"
        first = first or schema
        if not schema.equals(first, check_metadata=True):
            yield f"{info.path} has another schema than the first shard"


def _shard_problems(
    root: Path, manifest: Manifest, shards: tuple[ShardInfo | None, ...], damaged: set[str], seen: _Seen
) -> Iterator[str]:
    """Problems of the rows of one shard in all its formats; they are added to ``seen``."""
    present = [info for info in shards if info]
    if len(present) < len(shards) or len({(Path(info.path).stem, info.samples) for info in present}) > 1:
        yield f"{MANIFEST}: formats are cut differently at {' and '.join(info.path for info in present)}"
    sound = [info for info in present if info.path not in damaged]
    if not sound:
        return
    first = sound[0]
    rows = 0
    try:
        for records in zip_longest(*(read_records(root / info.path) for info in sound)):
            where = f"{first.path} row {rows}"
            whole = [record for record in records if record is not None]
            if len(whole) < len(records):
                break
            yield from _record_problems(where, whole[0], manifest)
            yield from (f"{where}: {problem}" for problem in _differences(whole, manifest))
            seen.keys.append(number_of(whole[0]["key"]))
            seen.licenses[License(**whole[0]["license"])] += 1
            rows += 1
    except InputError as error:
        yield f"{first.path} row {rows}: {error}"
        return
    except (KeyError, TypeError, ValueError) as error:
        yield f"{first.path} row {rows} is not of the schema ({type(error).__name__}: {error})"
        return
    if rows != first.samples or len(whole) < len(records):
        yield f"{first.path} has {rows} rows in every format, {MANIFEST} says {first.samples}"


def _record_problems(where: str, record: Record, manifest: Manifest) -> Iterator[str]:
    missing = set(manifest.columns) - set(record)
    if missing:
        yield f"{where} ({record.get('key')}) lacks {sorted(missing)}"
        return
    if record["role"] == "eval" and manifest.role != "eval":
        yield f"{where} ({record['key']}) is evaluation data, {MANIFEST} says {manifest.role}"
    yield from (f"{where} ({record['key']}): {fault}" for fault in inconsistencies(record))


def _differences(records: list[Record], manifest: Manifest) -> Iterator[str]:
    """How the same row differs from format to format."""
    first = records[0]
    for other in records[1:]:
        if first["key"] != other["key"]:
            yield f"the tar has key {other['key']!r}, the Parquet {first['key']!r}"
        elif first["images"] != other["images"]:
            yield f"the pictures of {first['key']!r} differ between Parquet and tar"
        elif _encoded(first, manifest) != _encoded(other, manifest):
            yield f"{first['key']!r} differs between Parquet and tar"


def _encoded(record: Mapping[str, Any], manifest: Manifest) -> bytes | str:
    try:
        return record_json(record, manifest.columns)
    except BadRecord as error:
        return str(error)


def _licenses(manifest: Manifest, seen: _Seen) -> Iterator[str]:
    """Where the rows are under other licences than the manifest counts."""
    if manifest.licenses is None or len(seen.keys) != manifest.written:
        return
    for terms, _ in ordered(manifest.licenses | seen.licenses):
        said, found = manifest.licenses[terms], seen.licenses[terms]
        if said != found:
            yield f"{MANIFEST}: {said} samples under {terms}, {found} in the shards"


def _duplicates(root: Path, manifest: Manifest, damaged: set[str], keys: array[int]) -> Iterator[str]:
    """Keys used twice. Equal hashes are only a suspicion, so the few keys that bear them are read again."""
    import numpy as np

    ordered = np.sort(np.frombuffer(keys, dtype=np.uint64))
    suspects = set(ordered[1:][ordered[1:] == ordered[:-1]][:PROBLEMS_AT_MOST].tolist())
    if not suspects:
        return
    seen: dict[str, str] = {}
    for info in next(iter(by_format(manifest).values())):
        if info.path in damaged:
            continue
        for row, record in enumerate(read_records(root / info.path)):
            key = record["key"]
            if number_of(key) not in suspects:
                continue
            if key in seen:
                yield f"{info.path} row {row}: key {key!r} is also that of {seen[key]}"
            seen.setdefault(key, f"{info.path} row {row}")
