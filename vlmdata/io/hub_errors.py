"""What the Hub or the way to it refused, as one line in our own tree of errors."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.errors import InputError, UsageError, VlmdataError
from vlmdata.io.atomic import storage_errors

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

SITE = "https://huggingface.co"

_SENDABLE = re.compile(r"[!-~]+")
_ASKED = 20
_LOGIN = "`hf auth login`, or a token in HF_TOKEN"


@contextmanager
def hub_errors(api: HfApi, repo: str, revision: str | None = None) -> Iterator[None]:
    """Turn what ``huggingface_hub`` raises about data set ``repo`` into ``InputError`` or ``StorageError``."""
    from huggingface_hub import constants
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]  # httpx's or httpx2's

    check_token()
    try:
        with storage_errors(Path(constants.HF_HUB_CACHE)):
            yield
    except VlmdataError:
        raise
    except (HTTPError, OfflineModeIsEnabled, OSError, JSONDecodeError) as error:
        raise InputError(_message(error, api, repo, revision)) from error


def check_token() -> None:
    """``UsageError`` for a token that no header can hold: the libraries below would quote it in their complaint."""
    from huggingface_hub import get_token

    token = get_token()
    if token and not _SENDABLE.fullmatch(token):
        raise UsageError(
            "the token (HF_TOKEN, `hf auth login`) holds blanks or letters that no token has: copy it again"
        )


def _message(error: Exception, api: HfApi, repo: str, revision: str | None) -> str:
    said = (_said(cause, api, repo, revision) for cause in _causes(error))
    return next(filter(None, said), None) or (
        f"the Hub at {api.endpoint} cannot be reached, or is no Hub ({_one_line(error)}): "
        "check the connection, and HF_ENDPOINT where it is set"
    )


def _said(error: BaseException, api: HfApi, repo: str, revision: str | None) -> str | None:
    """What the Hub said, in our words; None where it said nothing."""
    from huggingface_hub import errors

    match error:
        case errors.OfflineModeIsEnabled():
            text = f"{repo} is not in the cache, and HF_HUB_OFFLINE forbids to ask {api.endpoint} for it"
        case errors.GatedRepoError():
            text = (
                f"{repo} is gated: open {SITE}/datasets/{repo}, accept its terms or ask for access there, "
                f"then give a token of that account ({_LOGIN})"
            )
        case errors.DisabledRepoError():
            text = f"{repo} has been disabled by its authors or by the Hub ({SITE}/datasets/{repo})"
        case errors.RepositoryNotFoundError():
            text = f"{api.endpoint} has no data set {repo}, or it is private and needs {_LOGIN}{_nearest(api, repo)}"
        case errors.RevisionNotFoundError():
            text = f"{repo} has no revision {revision!r}{_revisions(api, repo)}"
        case errors.HfHubHTTPError():
            text = _answered(error, api, repo)
        case _:
            return None
    return text


def _answered(error: HfHubHTTPError, api: HfApi, repo: str) -> str:
    status = error.response.status_code
    if status == 401:
        given = "HF_TOKEN" if os.environ.get("HF_TOKEN") else "`hf auth login`"
        return f"{api.endpoint} does not know the token of {given}: make a new one at {SITE}/settings/tokens"
    if status == 429:
        return f"{api.endpoint} is asked too often (429): wait some minutes; {_LOGIN} raises the limit"
    return f"{api.endpoint} answers {status} for {repo}: {_one_line(error)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it was raised from, as wrappers of the libraries hide what the Hub said."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _nearest(api: HfApi, repo: str) -> str:
    """A name like it, where the Hub has one."""
    name = repo.partition("/")[2]
    try:
        known = [found.id for found in api.list_datasets(search=name, limit=_ASKED)]
        if not known:
            known = [found.id for found in api.list_datasets(author=repo.partition("/")[0], limit=_ASKED)]
    except Exception:  # a hint is not worth another error
        return ""
    close = difflib.get_close_matches(repo, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _revisions(api: HfApi, repo: str) -> str:
    try:
        refs = api.list_repo_refs(repo, repo_type="dataset")
    except Exception:  # as above
        return ""
    names = [ref.name for ref in (*refs.branches, *refs.tags)]
    return f"; it has {', '.join(names[:_ASKED])}" if names else ""


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:160]}" if text else type(error).__name__
