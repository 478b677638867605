"""What goes wrong on the way to the Hub, in our own tree of errors and without the token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vlmdata.errors import RunError, UsageError, VlmdataError
from vlmdata.io.hub_errors import SITE, check_token

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_AGAIN = "The same command goes on from there"


@contextmanager
def push_errors(api: HfApi, repo: str) -> Iterator[None]:
    """Turn what ``huggingface_hub`` raises into ``UsageError`` (the token, its rights) or ``RunError`` (the way).

    No message, nor any exception it comes from, holds the token.
    """
    from huggingface_hub import get_token
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]  # httpx's or httpx2's

    check_token()
    token = get_token()
    try:
        yield
    except VlmdataError as error:
        if not _holds(error, token):
            raise
        raise type(error)(_without(str(error), token)) from None
    except (HTTPError, OfflineModeIsEnabled, OSError, ValueError, RuntimeError) as error:
        told = _told(error, api, repo)
        clean = type(told)(_without(str(told), token))
        raise clean from (None if _holds(error, token) else error)


def _told(error: Exception, api: HfApi, repo: str) -> VlmdataError:
    from huggingface_hub import errors

    causes = list(_causes(error))  # uploads of single files are wrapped
    for cause in causes:
        if isinstance(cause, errors.HfHubHTTPError):
            return _answered(cause.response.status_code, str(cause), api, repo)
        if isinstance(cause, errors.OfflineModeIsEnabled):
            return UsageError("HF_HUB_OFFLINE forbids to ask the Hub: nothing can be pushed")
        if isinstance(cause, ValueError):
            return RunError(f"{api.endpoint} does not take {repo}: {_line(cause)}")
    if any("xet" in str(cause).lower() for cause in causes):
        return RunError(
            f"{api.endpoint} did not take the files of {repo} ({_line(error)}). {_AGAIN}; "
            "HF_HUB_DISABLE_XET=1 is for a Hub without Xet storage"
        )
    return RunError(f"the connection to {api.endpoint} broke ({_line(causes[-1])}). {_AGAIN}")


def _answered(status: int, said: str, api: HfApi, repo: str) -> VlmdataError:
    if status == 401:
        return UsageError(f"{api.endpoint} does not know the token: make a new one at {SITE}/settings/tokens")
    if status in (403, 404):
        return UsageError(
            f"{api.endpoint} does not let this token write to {repo} ({status}): take one with write access to "
            f"{repo.partition('/')[0]} ({SITE}/settings/tokens), or another OWNER/NAME"
        )
    if status in (409, 412):
        return RunError(f"{repo} was changed by someone else meanwhile ({status}). {_AGAIN}")
    return RunError(f"{api.endpoint} answers {status} for {repo}: {' '.join(said.split())[:200]}. {_AGAIN}")


def _holds(error: BaseException, token: str | None) -> bool:
    return bool(token) and any(str(token) in f"{cause} {cause!r}" for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it was raised from or while handling."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _without(text: str, token: str | None) -> str:
    return text.replace(token, "(token)") if token else text


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
