"""Files that belong to a model, such as its tokenizer: on this machine, or on the Hugging Face Hub.

A name is a path (the file, or the folder that holds it) or ``hub:OWNER/NAME@REVISION``. On the Hub a revision is a
commit, tag or branch; ``pinned`` turns it into its commit, so that the name means the same files tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.errors import InputError, VlmdataError
from vlmdata.io.atomic import storage_errors
from vlmdata.io.hub import endpoint
from vlmdata.io.hub_errors import check_token

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_HUB = "hub:"
_NAME = re.compile(r"hub:(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ANSWER_WITHIN = 60
_LIBRARY = "vlmdata"


def complaint(name: str, wanted: Sequence[str], base: Path) -> str | None:
    """Why there can be no such file, as a sentence, or None. Asks no server."""
    if name.startswith(_HUB):
        return None if _NAME.fullmatch(name) else f"a model on the Hub is hub:OWNER/NAME@REVISION, not {name!r}"
    path = _local(name, base)
    if path.is_dir() and not any((path / file).is_file() for file in wanted):
        return f"the folder {path} has no {' or '.join(wanted)}"
    return None if path.exists() else f"there is no file or folder {path}"


def pinned(name: str) -> str:
    """The same with the commit that its revision (``main`` where none is given) is at now.

    Raises ``InputError`` where the Hub has no such model or revision, or cannot be reached. Paths stay as they are.
    """
    repo, revision = _on_hub(name)
    if repo is None or _COMMIT.fullmatch(revision or ""):
        return name
    api = _api()
    with _hub_errors(name):
        sha = api.model_info(repo, revision=revision, timeout=_ANSWER_WITHIN).sha
    return f"{_HUB}{repo}@{sha}"


def model_file(name: str, wanted: Sequence[str], base: Path) -> Path:
    """The first of the files ``wanted`` that the model has; relative paths start at ``base``.

    A file of the Hub is downloaded into its cache once. Raises ``InputError`` where there is none, and what
    ``pinned`` raises.
    """
    repo, revision = _on_hub(name)
    if repo is not None:
        found = _downloaded(name, repo, revision, wanted)
        if found is None:
            raise InputError(f"{name} has no {' or '.join(wanted)}")
        return found
    if wrong := complaint(name, wanted, base):
        raise InputError(wrong)
    path = _local(name, base)
    return path if path.is_file() else next(path / file for file in wanted if (path / file).is_file())


def file_beside(name: str, file: str, base: Path) -> Path | None:
    """Another file of the same model, or None where it has none of that name. Raises what ``pinned`` raises."""
    repo, revision = _on_hub(name)
    if repo is not None:
        return _downloaded(name, repo, revision, (file,))
    path = _local(name, base)
    beside = (path if path.is_dir() else path.parent) / file
    return beside if beside.is_file() else None


def _local(name: str, base: Path) -> Path:
    return Path(base, Path(name).expanduser()).absolute()


def _on_hub(name: str) -> tuple[str | None, str | None]:
    """Repository and revision of a name that begins with ``hub:``."""
    if not name.startswith(_HUB):
        return None, None
    if found := _NAME.fullmatch(name):
        return found["repo"], found["revision"]
    raise InputError(f"a model on the Hub is hub:OWNER/NAME@REVISION, not {name!r}")


def _downloaded(name: str, repo: str, revision: str | None, wanted: Sequence[str]) -> Path | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    for file in wanted:
        try:
            with _hub_errors(name):
                return Path(hf_hub_download(repo, file, revision=revision, endpoint=endpoint(), library_name=_LIBRARY))
        except InputError as error:
            cause = error.__cause__
            if not isinstance(cause, EntryNotFoundError) or isinstance(cause, LocalEntryNotFoundError):
                raise
    return None


@contextmanager
def _hub_errors(name: str) -> Iterator[None]:
    from huggingface_hub import constants
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]  # httpx's or httpx2's

    check_token()
    try:
        with storage_errors(Path(constants.HF_HUB_CACHE)):
            yield
    except VlmdataError:
        raise
    except (HTTPError, OfflineModeIsEnabled, OSError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise InputError(
            f"{name} cannot be had from the Hub at {endpoint()} ({type(error).__name__}: {said}): check its name and "
            "revision, `hf auth login` for a gated model, and the connection"
        ) from error


def _api() -> HfApi:
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint(), library_name=_LIBRARY)
