"""From a data set directory to a folder that another reader opens: whole, or not there.

The folder is made beside its name and renamed when it is whole. ``export.yaml`` in it says of what it was made; the
same command finds it done.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from vlmdata import __version__
from vlmdata.errors import OutputExistsError, RunError, UsageError
from vlmdata.io.atomic import storage_errors, sync, write_text_atomic
from vlmdata.io.digest import combined
from vlmdata.shards.exports import EXPORTS, Export
from vlmdata.shards.exports.check import check
from vlmdata.shards.exports.given import Given
from vlmdata.shards.exports.tally import LEFT_OUT, Tally, Watch

REPORT = "export.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export holds: ``export.yaml``.

    ``samples`` by split, ``left_out`` by reason (each of them is listed in ``left-out.csv``), ``notes`` of what
    written samples lost, ``files`` by path with size and hash, pictures not among them. ``role`` is that of the data:
    evaluation data stays evaluation data.
    """

    format: str
    digest: str
    vlmdata: str
    name: str
    role: str
    samples: dict[str, int]
    left_out: dict[str, int]
    notes: dict[str, int]
    files: dict[str, dict[str, Any]]
    sources: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def export(
    directory: Path,
    to: str,
    out: Path,
    *,
    split: str | None = None,
    strict: bool = False,
    overwrite: bool = False,
    watch: Watch = lambda _: None,
) -> Exported:
    """Write the data set in ``directory`` as format ``to`` into the folder ``out``, all splits or one.

    An export of the same data that stands there already is left as it is. Raises ``UsageError`` for what the format
    cannot take as a whole (see ``check``), ``MissingExtraError``, ``InputError`` for shards that are not as the
    manifest says, ``OutputExistsError``, ``RunError`` where nothing, or with ``strict`` not everything, can be written,
    ``StorageError``; nothing is left behind then.
    """
    if to not in EXPORTS:
        raise UsageError(f"unknown format {to!r}; known: {', '.join(EXPORTS)}")
    kind = EXPORTS[to]()
    given = Given(directory.resolve(), split)
    digest = combined([__version__, to, split or "", given.digest])
    out = out.resolve()
    standing = read_report(out)
    if standing and standing.digest == digest:
        if strict and standing.left_out:
            raise RunError(f"{out} lacks samples that cannot be written as {to}, see {LEFT_OUT}; --strict asks for all")
        return standing
    _check_free(out, standing, overwrite)
    kind.ready()
    check(kind, given)
    return _built(kind, given, digest, out, strict=strict, watch=watch)


def _built(kind: Export, given: Given, digest: str, out: Path, *, strict: bool, watch: Watch) -> Exported:
    """Make it beside its name; whatever comes, nothing half made stays."""
    building = out.with_name(f".{out.name}.exporting")
    with storage_errors(out):
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        try:
            with Tally(building, strict=strict, watch=watch) as tally:
                kind.write(given, building, tally)
            made = _report(given, kind.name, digest, tally)
            write_text_atomic(building / REPORT, yaml.safe_dump(made.to_json(), sort_keys=False, allow_unicode=True))
            _publish(building, out)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    return made


def read_report(out: Path) -> Exported | None:
    """What an export says of itself; None where ``out`` is no export."""
    try:
        data = yaml.safe_load((out / REPORT).read_text(encoding="utf-8"))
        return Exported(**data) if isinstance(data, Mapping) else None
    except (FileNotFoundError, NotADirectoryError, TypeError, yaml.YAMLError, UnicodeDecodeError):
        return None


def _check_free(out: Path, standing: Exported | None, overwrite: bool) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if standing and overwrite:
        if strange := sorted({path.name for path in out.iterdir()} - _written(standing)):
            raise OutputExistsError(f"{out} holds {strange[0]!r} too, which is none of the export: move it away first")
        return
    if standing:
        raise OutputExistsError(
            f"{out} holds an export of {standing.name} to {standing.format}, made of other data or by another vlmdata: "
            "give another --out, or --overwrite to replace it"
        )
    raise OutputExistsError(f"{out} is there and is no export: give another --out")


def _written(standing: Exported) -> set[str]:
    """What stands at the top of an export."""
    files = {path.split("/")[0] for path in standing.files}
    return {REPORT, LEFT_OUT, "images", "videos", ".nv-meta", *files, *(f"{name}.idx" for name in files)}


def _report(given: Given, to: str, digest: str, tally: Tally) -> Exported:
    if not tally.samples.total():
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(tally.left_out.items()))
        raise RunError(f"{given.root}: no sample can be written as {to} ({reasons or 'it has none'})")
    manifest = given.manifest
    return Exported(
        format=to,
        digest=digest,
        vlmdata=__version__,
        name=manifest.name,
        role=manifest.role,
        samples=dict(tally.samples),
        left_out=dict(sorted(tally.left_out.items())),
        notes=dict(sorted(tally.notes.items())),
        files=tally.files,
        sources=[
            {
                "name": one.name,
                "revision": one.revision,
                "license_annotations": one.license_annotations,
                "license_images": one.license_images,
                "attribution": one.credit,
            }
            for one in manifest.origins
        ],
    )


def _publish(building: Path, out: Path) -> None:
    """Bring all files to disk, then change names; an older export goes when the new one stands in its place."""
    os.sync()
    before = out.with_name(f".{out.name}.before-exporting")
    shutil.rmtree(before, ignore_errors=True)
    if out.exists():
        out.rename(before)
    building.rename(out)
    sync(out.parent)
    shutil.rmtree(before, ignore_errors=True)
