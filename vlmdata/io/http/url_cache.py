"""What was got before, by address: it spans partitions and runs, and processes share it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from vlmdata.errors import UsageError
from vlmdata.io.atomic import PARTIAL, storage_errors
from vlmdata.io.http.outcome import Failed, Got, Outcome
from vlmdata.types import Download

OPTED_OUT = "opted_out"


class UrlCache:
    """A folder: ``urls/ab/<sha256 of the address>.json`` says what came, ``blobs/ab/<sha256>`` holds equal bytes once.

    Files appear whole or not at all; one that is damaged counts as absent. Bodies are kept, and opt-outs, so
    that they are never asked for again; other failures are not. Nothing is ever removed.
    """

    def __init__(self, folder: Path) -> None:
        """``UsageError`` where ``folder`` is a file, ``StorageError`` where it may not be made."""
        try:
            with storage_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise UsageError(f"the URL cache {folder} is to be a folder, but a file is there: give another") from error
        self._folder = folder

    def get(self, url: str) -> Outcome | None:
        """What is kept of ``url``; the bytes are checked against their hash."""
        try:
            entry = json.loads(self._entry(url).read_bytes())
            if entry["url"] != url:
                return None
            if "reason" in entry:
                return Failed(str(entry["reason"]), str(entry["detail"]), lasting=True)
            data = self._data(entry["sha256"])
            return None if data is None else Got(data, _download(entry["download"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, url: str, outcome: Outcome) -> None:
        """Keep ``outcome`` if it is for keeping. ``StorageError`` where the disk does not take it."""
        entry: dict[str, Any]
        if isinstance(outcome, Got):
            digest = hashlib.sha256(outcome.data).hexdigest()
            blob = self._blob(digest)
            if not blob.exists():
                _write(blob, outcome.data)
            entry = {"url": url, "sha256": digest, "download": asdict(outcome.download)}
        elif outcome.reason == OPTED_OUT:
            entry = {"url": url, "reason": outcome.reason, "detail": outcome.detail}
        else:
            return
        _write(self._entry(url), json.dumps(entry).encode())

    def _entry(self, url: str) -> Path:
        name = hashlib.sha256(url.encode(errors="surrogatepass")).hexdigest()
        return self._folder / "urls" / name[:2] / f"{name}.json"

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs" / digest[:2] / digest

    def _data(self, digest: str) -> bytes | None:
        path = self._blob(digest)
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == digest:
            return data
        path.unlink(missing_ok=True)  # else it would stand in the way of the whole one
        return None


def _download(fields: dict[str, Any]) -> Download:
    return Download(
        url=str(fields["url"]),
        final_url=str(fields["final_url"]),
        status=int(fields["status"]),
        content_type=fields["content_type"] and str(fields["content_type"]),
    )


def _write(path: Path, data: bytes) -> None:
    """Under a name of its own first, for other processes may write the same file; not synced, for it can be lost."""
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{uuid4().hex}{PARTIAL}")
        try:
            partial.write_bytes(data)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
