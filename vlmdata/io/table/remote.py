"""Tables on other machines, through fsspec: http(s), s3 and the Hub (``hf://``)."""

from __future__ import annotations

import glob
import io
import os
import posixpath
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from vlmdata.errors import InputError, MissingExtraError, RunError, VlmdataError
from vlmdata.io import hub
from vlmdata.io.atomic import storage_errors
from vlmdata.io.http.mirrors import Mirrors
from vlmdata.io.http.policy import USER_AGENT

_TAGS = ("ETag", "blob_id", "Content-MD5", "Digest", "LastModified", "Last-Modified", "mtime")
"""What fsspec's file systems say of the content of a file, the surest first."""

_PAUSES_S = (1, 2, 4)
_PIECE = 4 << 20
_ON_THE_HUB = re.compile(r"hf://datasets/(?P<repo>[^/@]+/[^/@]+)(?:@(?P<revision>[^/]+))?(?P<path>/.*)?")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file elsewhere. ``tag`` changes with its content, "" where the server gives none; ``size`` likewise None."""

    url: str
    size: int | None
    tag: str

    def opened(self) -> io.RawIOBase:
        """Its bytes by ranges, each asked for again when the network fails; then ``RunError``."""
        with _answering(self.url):
            system, path = _system(self.url)
            file = system.open(path, "rb", cache_type="none", block_size=_PIECE, size=self.size)
            return _Ranges(self.url, file)

    def gives_ranges(self) -> bool:
        """Whether its end can be read without the rest. Some HTTP servers send all of a file or nothing."""
        if not self.url.startswith("http"):
            return True
        if not self.size:
            return False
        with _answering(self.url):
            system, path = _system(self.url)
            try:
                with system.open(path, "rb", cache_type="none", block_size=_PIECE, size=self.size) as file:
                    file.seek(max(1, self.size - 8))
                    return bool(file.read(8))
            except ValueError:  # fsspec's word for an HTTP server that does not know ranges
                return False

    def copied(self, target: Path) -> None:
        """Its whole content, streamed into a file of this machine."""
        with _answering(self.url):
            system, path = _system(self.url)

            def get() -> None:
                with storage_errors(target):
                    system.get_file(path, str(target))

            _insisting(get)


def is_remote(path: str) -> bool:
    """Whether ``path`` is an address, not a path of this machine."""
    return "://" in path


def remote_files(url: str, suffixes: Sequence[str]) -> dict[str, RemoteFile]:
    """The file, the files below the folder, or those of the pattern ``url``, by relative name, sorted.

    An http(s) address is one file. On the Hub the revision is pinned to a commit, which then stands in the
    addresses. Raises ``InputError`` for what is missing, forbidden or out of reach.
    """
    with _answering(url):
        system, path = _system(url)
        if urlsplit(url).scheme.startswith("http"):
            name = unquote(posixpath.basename(urlsplit(url).path)) or "table"
            return {name: _described(url, system.info(path))}
        scheme = url.partition("://")[0]
        path = _pinned(url) if scheme == "hf" else system._strip_protocol(path)
        system.invalidate_cache()
        base, found = _listed(system, path, suffixes)
        if not found:
            raise InputError(f"{url}: there is no {' or '.join(suffixes)} file")
        return {posixpath.relpath(name, base): _described(f"{scheme}://{name}", found[name]) for name in sorted(found)}


def revision_of(url: str) -> str | None:
    """The commit in a pinned address of the Hub."""
    _, at, rest = url.partition("@")
    return rest.partition("/")[0] if at and url.startswith("hf://") else None


def _listed(system: Any, path: str, suffixes: Sequence[str]) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
    """Files by path, and the folder that their names are relative to."""
    if glob.has_magic(path):
        base = path[: path.index(next(character for character in path if character in "*?["))]
        found = system.glob(path, detail=True)
        return posixpath.dirname(base), {name: info for name, info in found.items() if info["type"] == "file"}
    info = system.info(path)
    if info["type"] == "file":
        return posixpath.dirname(path), {path: info}
    below = system.find(path, detail=True)
    return path, {
        name: info
        for name, info in below.items()
        if name.lower().endswith(tuple(suffixes)) and "/." not in name[len(path) :]
    }


def _described(url: str, info: Mapping[str, Any]) -> RemoteFile:
    tag = next((str(info[name]) for name in _TAGS if info.get(name)), "")
    return RemoteFile(url, info.get("size"), tag)


def _system(url: str) -> tuple[Any, str]:
    """The file system of an address, and the address as that takes it."""
    import fsspec

    match url.partition("://")[0]:
        case "http" | "https":
            client = {"headers": {"User-Agent": USER_AGENT}, "trust_env": True}
            return fsspec.filesystem("http", client_kwargs=client), Mirrors.parsed().apply(url) or url
        case "s3":
            try:
                return fsspec.filesystem("s3"), url
            except ImportError as error:
                raise MissingExtraError(f"{url} needs s3fs: pip install 'vlmdata[s3]'") from error
        case "hf":
            return fsspec.filesystem("hf", endpoint=os.environ.get("HF_ENDPOINT")), url
        case scheme:
            raise InputError(f"{url}: tables are read from http, https, s3 and hf addresses, not from {scheme}")


def _pinned(url: str) -> str:
    """The path of an address of the Hub, its revision being the commit that it means now."""
    match = _ON_THE_HUB.fullmatch(url)
    if match is None:
        raise InputError(f"{url}: a table of the Hub is hf://datasets/OWNER/NAME/PATH, or …/NAME@REVISION/PATH")
    revision = match["revision"]
    repo = hub.pinned(match["repo"], unquote(revision) if revision else None)
    return f"datasets/{repo.id}@{repo.revision}{match['path'] or ''}"


@contextmanager
def _answering(url: str) -> Iterator[None]:
    """Any error of a file system as ``InputError``: every library has its own tree of them."""
    try:
        yield
    except VlmdataError:
        raise
    except Exception as error:
        raise InputError(f"{url} {_why(error)}") from error


def _insisting(act: Callable[[], T]) -> T:
    """``act()``, tried again after a pause where the network may be what fails."""
    for pause in _PAUSES_S:
        try:
            return act()
        except (FileNotFoundError, PermissionError, VlmdataError):
            raise
        except Exception:  # every library has errors of its own for a lost connection
            time.sleep(pause)
    return act()


def _why(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError) and error.__cause__:  # fsspec says so of any refusal over HTTP
        return _why(error.__cause__)
    answer = getattr(error, "response", None)
    status = getattr(error, "status", None) or getattr(answer, "status_code", None)
    if isinstance(error, FileNotFoundError) or status in (404, 410):
        return "is not there"
    if isinstance(error, PermissionError) or status in (401, 403) or "Credentials" in type(error).__name__:
        return f"may not be read without the right credentials ({_line(error)}): AWS_… or HF_TOKEN set them"
    return f"cannot be reached ({_line(error)})"


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


class _Ranges(io.RawIOBase):
    """A file of fsspec that does not give up at the first lost connection."""

    def __init__(self, url: str, file: Any) -> None:
        self._url = url
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return int(self._file.tell())

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def read(self, size: int = -1) -> bytes:
        place = self.tell()

        def bytes_from_here() -> bytes:
            self._file.seek(place)
            return bytes(self._file.read(size))

        try:
            return _insisting(bytes_from_here)
        except Exception as error:
            raise RunError(
                f"{self._url} {_why(error)} any more, at byte {place}. Run the same command again to resume"
            ) from error

    def close(self) -> None:
        self._file.close()
        super().close()
