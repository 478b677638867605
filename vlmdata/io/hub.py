"""Data sets on the Hugging Face Hub: a revision pinned, its files listed, downloaded whole or read by ranges.

All requests go through ``huggingface_hub``: its token (``HF_TOKEN``, ``hf auth login``), its cache (``HF_HOME``,
``HF_HUB_CACHE``), its offline mode. ``HF_ENDPOINT`` names another Hub.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from vlmdata.errors import InputError, RunError
from vlmdata.io.hub_errors import SITE, hub_errors

if TYPE_CHECKING:
    from huggingface_hub import HfApi, HfFileSystem

_TYPE = "dataset"
_LIBRARY = "vlmdata"
_ANSWER_WITHIN = 60
_PIECE = 1 << 20
RANGE = 1 << 16
"""Bytes read at once by ranges: the end of a Parquet file is about that."""

_MOVED = ("lmms-lab-encoder", "lmms-lab")
"""Image benchmarks moved from the second to the first on 2026-07-30 (EvolvingLMMs-Lab/lmms-eval, PR 1416)."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository. ``sha256`` where it is stored large, ``oid`` is git's hash of its blob (or pointer)."""

    path: str
    size: int
    oid: str
    sha256: str | None

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256}" if self.sha256 else f"git:{self.oid}"


@dataclass(frozen=True, slots=True)
class HubRepo:
    """A data set at one commit. ``licenses`` are what its card names."""

    endpoint: str
    id: str
    revision: str
    licenses: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        return f"{SITE}/datasets/{self.id}"

    @property
    def root(self) -> Path:
        """Where ``downloaded`` puts the files of this commit, each below it at its own path."""
        from huggingface_hub import constants
        from huggingface_hub.file_download import repo_folder_name

        folder = repo_folder_name(repo_id=self.id, repo_type=_TYPE)
        return Path(constants.HF_HUB_CACHE).absolute() / folder / "snapshots" / self.revision


def endpoint() -> str:
    """``$HF_ENDPOINT``, else huggingface.co."""
    return (os.environ.get("HF_ENDPOINT") or SITE).rstrip("/")


def pinned(repo: str, revision: str | None = None) -> HubRepo:
    """Data set ``repo`` at the commit that ``revision`` (a branch, tag or commit; ``main``) is at now.

    A renamed data set is given under its new name. Raises ``InputError`` where it is missing, private, gated or
    disabled, where it has no such revision, and where the Hub cannot be reached.
    """
    api = _api(endpoint())
    with hub_errors(api, repo, revision):
        info = api.dataset_info(repo, revision=revision, timeout=_ANSWER_WITHIN)
        if info.gated:
            api.auth_check(info.id, repo_type=_TYPE)
    if not info.sha:
        raise InputError(f"{api.endpoint} names no commit of {repo}: it is no Hub, or the data set is empty")
    named: Any = info.card_data.get("license") if info.card_data else None
    licenses = named if isinstance(named, list) else [named] if named else []
    return HubRepo(api.endpoint, info.id, info.sha, tuple(map(str, licenses)))


def first_found(repos: Sequence[str], revision: str | None = None) -> HubRepo:
    """The first of several names of one data set that is there. Raises what ``pinned`` does for the last."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    for repo in repos[:-1]:
        try:
            return pinned(repo, revision)
        except InputError as error:
            cause = error.__cause__
            if isinstance(cause, GatedRepoError) or not isinstance(cause, RepositoryNotFoundError):
                raise
    return pinned(repos[-1], revision)


def also_called(repo: str) -> tuple[str, ...]:
    """Names of the same data set, the present one first."""
    owner, _, name = repo.partition("/")
    return tuple(f"{one}/{name}" for one in _MOVED) if owner in _MOVED else (repo,)


def listed(repo: HubRepo) -> dict[str, HubFile]:
    """All files of a repository by path, sorted. Raises as ``pinned`` does."""
    from huggingface_hub.hf_api import RepoFile

    api = _api(repo.endpoint)
    with hub_errors(api, repo.id, repo.revision):
        tree = api.list_repo_tree(repo.id, recursive=True, revision=repo.revision, repo_type=_TYPE)
        found = [
            HubFile(entry.path, entry.size, entry.blob_id, entry.lfs.sha256 if entry.lfs else None)
            for entry in tree
            if isinstance(entry, RepoFile)
        ]
    return {file.path: file for file in sorted(found, key=lambda file: file.path)}


def is_here(repo: HubRepo, file: HubFile) -> bool:
    """Whether ``downloaded`` has nothing to get."""
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(repo.id, file.path, revision=repo.revision, repo_type=_TYPE), str)


def downloaded(repo: HubRepo, file: HubFile) -> Path:
    """Where ``file`` is in the cache; got first, going on where the connection breaks, and checked by its hash.

    Several processes may ask at once. Raises as ``pinned`` does, ``StorageError`` where the disk does not take it,
    ``RunError`` where it arrives damaged.
    """
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    path = try_to_load_from_cache(repo.id, file.path, revision=repo.revision, repo_type=_TYPE)
    if isinstance(path, str):
        return Path(path)
    api = _api(repo.endpoint)
    with hub_errors(api, repo.id, repo.revision):
        got = Path(
            hf_hub_download(
                repo.id,
                file.path,
                repo_type=_TYPE,
                revision=repo.revision,
                endpoint=repo.endpoint,
                library_name=_LIBRARY,
                tqdm_class=_no_bar(),
            )
        )
        whole = _is(file, got)
    if not whole:
        got.resolve().unlink(missing_ok=True)
        got.unlink(missing_ok=True)
        raise RunError(f"{repo.id}: {file.path} does not have its hash after the download: run the same command again")
    return got


def opened(repo: HubRepo, file: HubFile, system: HfFileSystem | None = None) -> BinaryIO:
    """``file`` to be read by ranges, without a download. Errors of reading are for ``reading``."""
    system = system or file_system(repo)
    path = f"datasets/{repo.id}/{file.path}"
    return cast(BinaryIO, system.open(path, revision=repo.revision, block_size=RANGE, size=file.size))


def file_system(repo: HubRepo) -> HfFileSystem:
    """One to be shared by several ``opened`` files, as each asks first whether the repository is there."""
    from huggingface_hub import HfFileSystem

    return HfFileSystem(endpoint=repo.endpoint)


def reading(repo: HubRepo) -> AbstractContextManager[None]:
    """A context in which errors of ``opened`` files become those of ``pinned``."""
    return hub_errors(_api(repo.endpoint), repo.id, repo.revision)


def _api(at: str) -> HfApi:
    from huggingface_hub import HfApi

    return HfApi(endpoint=at, library_name=_LIBRARY)


def _no_bar() -> type[Any]:
    """Downloads of workers show no bars of their own: the run has one."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Silent(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})  # type: ignore[no-untyped-call]

    return Silent


def _is(file: HubFile, path: Path) -> bool:
    if path.stat().st_size != file.size:
        return False
    # git hashes a blob with its type and size before it (git, Documentation/user-manual, "Object storage format").
    digest = hashlib.sha256() if file.sha256 else hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
    with path.open("rb") as data:
        while piece := data.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest() == (file.sha256 or file.oid)
