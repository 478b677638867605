"""``vlmdata push``: a data set directory, held against its manifest, its marks and its licences, goes to the Hub."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vlmdata.engine.gallery import picked
from vlmdata.errors import InputError, RunError, UsageError
from vlmdata.hub.files import LocalFile
from vlmdata.hub.plan import Plan, planned
from vlmdata.hub.push import Target, There, push, there
from vlmdata.hub.rights import closed
from vlmdata.hub.sheet import COLUMNS, ROWS, sheet
from vlmdata.hub.verify import Verified, verified
from vlmdata.shards.card import CARD, Release, card_text
from vlmdata.shards.compact import compact
from vlmdata.shards.contents import Contents, contents
from vlmdata.shards.formats import format_of
from vlmdata.shards.manifest_file import MANIFEST, by_format, read_manifest
from vlmdata.types import Manifest, ShardInfo

FILES_PER_FOLDER = 10_000
"""What the Hub takes (huggingface/hub-docs, docs/hub/storage-limits.md)."""

_LOCK = "recipe.lock.yaml"
_SHEET = "sheet.jpg"
_MANY, _TINY = 100, 16_000_000
_SAMPLES, _BYTES = 5000, 512_000_000
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a data set is pushed; see ``vlmdata push --help``."""

    revision: str | None = None
    private: bool = False
    create_pr: bool = False
    have_rights: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a directory is, and whether it may leave.

    ``claims`` are what its licences do not allow, ``refusals`` why it is not pushed: the claims that nobody answers
    for, and what nobody can answer for.
    """

    manifest: Manifest
    counted: Contents
    claims: tuple[str, ...]
    refusals: tuple[str, ...]

    @property
    def compacts(self) -> bool:
        """Whether a folder would hold more files than the Hub takes, or many are tiny where few would do."""
        return any(len(infos) > FILES_PER_FOLDER or _crumbled(infos) for infos in by_format(self.manifest).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """Where a push goes, what is there, and what it will do."""

    target: Target
    found: There
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan that was carried out, where people see it, and what was looked at afterwards."""

    plan: Plan
    page: str
    verified: Verified


def judged(directory: Path, have_rights: bool = False) -> Judgement:
    """Read what a data set directory says of itself. Asks nobody else.

    Raises ``InputError`` where it cannot be read.
    """
    manifest = read_manifest(directory)
    counted = contents(directory, manifest)
    claims = tuple(closed(counted.licenses, counted.pictures))
    refusals = (*_mismatches(manifest, counted), *(() if have_rights else _unanswered(manifest, claims)))
    return Judgement(manifest=manifest, counted=counted, claims=claims, refusals=refusals)


def prospect(directory: Path, repo: str, options: Options, judgement: Judgement) -> Prospect:
    """Look at the Hub; nothing is changed on either side.

    Raises ``UsageError`` for a target that cannot be, ``InputError`` where the Hub cannot be reached.
    """
    if not _NAME.fullmatch(repo):
        raise UsageError(f"{repo!r} is no name on the Hub: it should be OWNER/NAME")
    manifest = judgement.manifest
    target = Target(
        repo=repo,
        title=f"Push {manifest.name} ({manifest.fingerprint[:12]})",
        revision=options.revision,
        private=options.private,
        create_pr=options.create_pr,
    )
    release = Release(repo=repo, sheet=_SHEET, claims=judgement.claims if options.have_rights else ())
    found = there(target)
    files = list(_files(directory, manifest, judgement.counted, release))
    return Prospect(target=target, found=found, plan=planned(repo, files, found.files))


def carry_out(directory: Path, repo: str, options: Options, said: Callable[[str], None]) -> Outcome:
    """Push, and look whether all of it arrived; the same call again goes on where one was cut off.

    Compacts the directory first where it has too many files. Raises ``UsageError`` for what may not be pushed and for
    a token that may not push it, ``VerifyError`` where files here or there are not as the manifest says, ``RunError``
    where the way to the Hub breaks.
    """
    judgement = judged(directory, options.have_rights)
    if judgement.refusals:
        raise UsageError(refused(directory, judgement))
    if judgement.compacts:
        said(f"{len(judgement.manifest.shards):,} shards are too many small files: {directory} is compacted first")
        _compact(directory, judgement.manifest)
        judgement = judged(directory, options.have_rights)
    seen = prospect(directory, repo, options, judgement)
    pushed = push(seen.target, seen.plan, seen.found, said)
    try:
        return Outcome(plan=seen.plan, page=pushed.page, verified=verified(pushed.at, seen.plan.files))
    except InputError as error:
        raise RunError(f"pushed, but not verified: {error}. The same command verifies again") from error


def refused(directory: Path, judgement: Judgement) -> str:
    """Why it is not pushed, in one sentence and what to do."""
    reasons = judgement.refusals
    more = f" (and {len(reasons) - 1} more; --dry-run lists them)" if len(reasons) > 1 else ""
    return f"{directory} is not pushed: {reasons[0]}{more}"


def _mismatches(manifest: Manifest, counted: Contents) -> Iterator[str]:
    """Where the rows are not what the manifest says of them."""
    for role, count in sorted(counted.roles.items()):
        if role != manifest.role:
            yield (
                f"{count:,} of its samples are marked {role} and its manifest says {manifest.role}: evaluation data "
                "never becomes training data, nor is it mixed with it"
            )
    if manifest.licenses is not None and manifest.licenses != counted.licenses:
        yield "its manifest counts other licences than its samples have, see `vlmdata verify`"


def _unanswered(manifest: Manifest, claims: tuple[str, ...]) -> Iterator[str]:
    for claim in claims:
        kind = claim.partition(" ")[0]
        said = [
            f"{one.name}, {terms}" for one in manifest.origins for terms in one.conditions if terms.startswith(kind)
        ]
        yield (
            f"{claim} may not be passed on as far as is known{f' ({said[0]})' if said else ''}. Take them out "
            "(`licenses:` of a recipe), or answer for them with --i-have-the-rights, which the card records"
        )


def _compact(directory: Path, manifest: Manifest) -> None:
    size = sum(info.bytes for info in manifest.shards)
    most = FILES_PER_FOLDER * 9 // 10
    compact(directory, max(_SAMPLES, -(-manifest.written // most)), max(_BYTES, -(-size // most)))


def _files(directory: Path, manifest: Manifest, counted: Contents, release: Release) -> Iterator[LocalFile]:
    """What goes to the Hub, shards first, the card last. What was dropped and the report that shows it stay here."""
    for info in manifest.shards:
        rows = info.samples if format_of(info.path) == "parquet" else None
        yield LocalFile(info.path, directory / info.path, info.bytes, info.sha256, rows)
    yield LocalFile.small(MANIFEST, directory / MANIFEST)
    if (directory / _LOCK).is_file():
        yield LocalFile.small(_LOCK, directory / _LOCK)
    shown = sheet(_pictures(directory, manifest))
    if shown:
        yield LocalFile.small(_SHEET, shown)
    told = Release(repo=release.repo, sheet=release.sheet if shown else None, claims=release.claims)
    yield LocalFile.small(CARD, card_text(manifest, counted, told).encode())


def _pictures(directory: Path, manifest: Manifest) -> Iterator[bytes]:
    for record in picked(directory, manifest, COLUMNS * ROWS):
        if record["images"]:
            yield record["images"][0]["bytes"]


def _crumbled(infos: list[ShardInfo]) -> bool:
    size = sum(info.bytes for info in infos)
    samples = sum(info.samples for info in infos)
    needed = max(-(-size // _BYTES), -(-samples // _SAMPLES)) + len({info.split for info in infos})
    return len(infos) > max(_MANY, 4 * needed) and size < _TINY * len(infos)
