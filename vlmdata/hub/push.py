"""Sending a data set to the Hub through ``huggingface_hub``, so that a push cut off anywhere goes on where it was.

Files travel before the commit that names them. What has arrived is known by its hash, in a commit or not, and is not
sent again; within a file the client goes on itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from logging import ERROR
from typing import TYPE_CHECKING

from vlmdata.errors import InputError, UsageError, VerifyError
from vlmdata.hub.failure import push_errors
from vlmdata.hub.files import LocalFile
from vlmdata.hub.plan import Plan
from vlmdata.io.hub import HubFile, HubRepo, endpoint, listed, pinned

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

Said = Callable[[str], None]

_TYPE = "dataset"
_FILES_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a data set goes: a branch (``main`` by default), or a pull request to ``main``.

    ``title`` begins the message of each commit and the title of a pull request; by it an interrupted one is found.
    """

    repo: str
    title: str
    revision: str | None = None
    private: bool = False
    create_pr: bool = False


@dataclass(frozen=True, slots=True)
class There:
    """What the Hub has: ``head`` is the commit, None for a data set or branch that is still to be made.

    ``branch`` is what to commit to, None for a pull request that is still to be opened.
    """

    head: HubRepo | None
    files: dict[str, HubFile]
    branch: str | None


def there(target: Target) -> There:
    """Look at the Hub. Changes nothing.

    Raises ``UsageError`` where the target cannot be: public though ``private`` is asked, or a pull request to nothing;
    ``InputError`` where the Hub cannot be reached.
    """
    if target.create_pr and target.revision:
        raise UsageError("a pull request goes to main: give --revision or --create-pr, not both")
    api = _api()
    with push_errors(api, target.repo):
        main = _pinned(target.repo, None)
        if main is None:
            if target.create_pr:
                raise UsageError(
                    f"{target.repo} is not on the Hub (or hidden from this token): push without --create-pr"
                )
            return There(None, {}, target.revision or "main")
        if target.private and not api.dataset_info(target.repo).private:
            raise UsageError(f"{target.repo} is public: make it private on its page, or push without --private")
        branch = _open_request(api, target) if target.create_pr else target.revision or "main"
        head = main if branch in (None, "main") else _pinned(target.repo, branch)
        return There(head, listed(head) if head else {}, branch)


@dataclass(frozen=True, slots=True)
class Pushed:
    """``at`` is the commit at which all of it is there, ``page`` where people see it."""

    at: HubRepo
    page: str


def push(target: Target, plan: Plan, found: There, said: Said) -> Pushed:
    """Carry a plan out.

    Raises ``VerifyError`` where a file here is not what it is said to be, ``UsageError`` where the token is missing
    or may not write, ``RunError`` where the way breaks.
    """
    api = _api()
    with push_errors(api, target.repo), _silent():
        _need_token(api)
        if found.head is None:
            api.create_repo(target.repo, repo_type=_TYPE, private=target.private or None, exist_ok=True)
            if target.revision:
                api.create_branch(target.repo, repo_type=_TYPE, branch=target.revision, exist_ok=True)
        branch = found.branch
        sent = 0
        for number, (files, removed) in enumerate(plan.batches(), start=1):
            operations = []
            for part in _parts(files):
                operations += _sent(api, target, branch, part)
                sent += sum(file.size for file in part)
                said(f"{sent / 1e6:,.1f} of {plan.bytes / 1e6:,.1f} MB sent to {target.repo}")
            branch = _commit(api, target, branch, operations, removed, f"{number}/{plan.commits}")
        return Pushed(pinned(target.repo, branch), _page(api, target.repo, branch or "main"))


def _page(api: HfApi, repo: str, branch: str) -> str:
    kind, _, number = branch.rpartition("/")
    place = {"refs/pr": f"/discussions/{number}", "": "" if branch == "main" else f"/tree/{branch}"}
    return f"{api.endpoint}/datasets/{repo}{place.get(kind, '')}"


def _pinned(repo: str, revision: str | None) -> HubRepo | None:
    """A data set at its present commit; None where there is no such data set or revision."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        return pinned(repo, revision)
    except InputError as error:
        cause = error.__cause__
        if isinstance(cause, (RepositoryNotFoundError, RevisionNotFoundError)) and not isinstance(
            cause, GatedRepoError
        ):
            return None
        raise


def _open_request(api: HfApi, target: Target) -> str | None:
    """The branch of an open pull request that an earlier push of the same began."""
    requests = api.get_repo_discussions(
        target.repo, repo_type=_TYPE, discussion_type="pull_request", discussion_status="open"
    )
    return next((one.git_reference for one in requests if one.title.startswith(target.title)), None)


def _need_token(api: HfApi) -> None:
    from huggingface_hub import get_token

    if get_token() is None:
        raise UsageError(f"to push, {api.endpoint} needs a token with write access: `hf auth login`, or HF_TOKEN")


def _parts(files: Sequence[LocalFile]) -> Iterator[Sequence[LocalFile]]:
    for first in range(0, len(files), _FILES_AT_ONCE):
        yield files[first : first + _FILES_AT_ONCE]


def _sent(api: HfApi, target: Target, branch: str | None, files: Sequence[LocalFile]) -> list[CommitOperationAdd]:
    """Bring the bytes of large files; small ones travel in the commit."""
    operations = [_checked(file) for file in files]
    api.preupload_lfs_files(
        target.repo, operations, repo_type=_TYPE, revision=branch, create_pr=target.create_pr and branch is None
    )
    return operations


def _checked(file: LocalFile) -> CommitOperationAdd:
    """``VerifyError`` where the bytes here are not those that ``file`` speaks of."""
    from huggingface_hub import CommitOperationAdd

    if not isinstance(file.content, bytes) and not file.content.is_file():
        raise VerifyError(f"{file.path} is missing: make the data set again")
    operation = CommitOperationAdd(path_in_repo=file.path, path_or_fileobj=file.content)
    if operation.upload_info.size != file.size or operation.upload_info.sha256.hex() != file.sha256:
        raise VerifyError(f"{file.path} is not as the manifest says, see `vlmdata verify`. It was not sent")
    return operation


def _commit(
    api: HfApi,
    target: Target,
    branch: str | None,
    added: Sequence[CommitOperationAdd],
    removed: Sequence[str],
    part: str,
) -> str:
    """One commit; the branch that it is on."""
    from huggingface_hub import CommitOperationDelete

    made = api.create_commit(
        target.repo,
        [*added, *(CommitOperationDelete(path_in_repo=path) for path in removed)],
        commit_message=target.title if part == "1/1" else f"{target.title}, part {part}",
        repo_type=_TYPE,
        revision=branch,
        create_pr=branch is None,
    )
    return branch or str(made.pr_revision)


def _api() -> HfApi:
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint(), library_name="vlmdata")


@contextmanager
def _silent() -> Iterator[None]:
    """No bars for every file, and no warnings that hold signed addresses: what matters is said or raised here."""
    from huggingface_hub.utils import logging
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    bars, level = not are_progress_bars_disabled(), logging.get_verbosity()
    disable_progress_bars()
    logging.set_verbosity(ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            enable_progress_bars()
