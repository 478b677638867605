"""img2dataset as the other download engine: run in a process of its own, and what it wrote read back.

What is said here of it holds for version 1.47 (github.com/rom1504/img2dataset, ``main.py``, ``downloader.py``,
``writer.py``).
"""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vlmdata.errors import MissingExtraError, RunError
from vlmdata.io.archive.tar_headers import tar_headers
from vlmdata.io.http.address import address
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.opt_out import DIRECTIVES
from vlmdata.io.http.outcome import Failed, Got, Outcome
from vlmdata.types import Download

KEY = "vlmdata_key"
"""Its own column ``key`` numbers rows; ours needs another name."""

AGENT = "vlmdata"
"""What ``X-Robots-Tag`` may address us by."""

_LOG = "img2dataset.log"
_REDUCED = "addresses.parquet"
_NOWHERE = ""
"""Stands in for what must not be asked for: urllib refuses it at once."""

_REASONS = (
    (r"X-Robots-Tag", "opted_out"),
    (r"HTTP Error 429", "rate_limited"),
    (r"infinite loop", "redirect_loop"),
    (r"HTTP Error 3\d\d", "bad_redirect"),
    (r"\[Errno -(2|5)\]", "dns_not_found"),
    (r"\[Errno -\d+\]", "dns_failure"),
    (r"timed out", "timeout"),
    (r"\[SSL|SSL:|certificate|EOF occurred in violation", "tls_error"),
    (r"\[Errno 104\]|Remote end closed|Connection reset|\[Errno 32\]", "reset"),
    (r"\[Errno 1(01|11|13)\]", "connect_failed"),
    (r"IncompleteRead", "truncated_body"),
    (r"got more than \d+ headers|line too long|BadStatusLine|HTTP/", "bad_response"),
)
"""Patterns of what urllib says, in order, and the reasons of ``docs/fetching.md``."""

_LASTING = frozenset({"opted_out", "bad_url", "http_404", "http_410", "http_451"})


def run_img2dataset(
    table: Path, folder: Path, *, rows_per_shard: int, processes: int, threads: int, timeout_s: float, retries: int
) -> None:
    """Get the addresses of ``table`` into ``folder``; shards that are whole already stay as they are.

    Row ``n`` of the table, a Parquet file with the columns ``url`` and ``KEY``, goes into shard ``n //
    rows_per_shard``. Bytes are kept. The package would read ``file:``, ``data:`` and ``ftp:`` addresses, too: what
    ``io.http.address`` refuses is kept from it. Private hosts are not.

    Raises ``MissingExtraError`` where it cannot be imported, ``RunError`` where it fails or leaves shards out.
    """
    check_importable()
    folder.mkdir(parents=True, exist_ok=True)
    rows = _reduce(table, folder / _REDUCED)
    options = {
        "url_list": str(folder / _REDUCED),
        "input_format": "parquet",
        "url_col": "url",
        "save_additional_columns": [KEY],
        "output_format": "webdataset",
        "output_folder": str(folder),
        "disable_all_reencoding": True,
        "extract_exif": False,
        "compute_hash": None,
        "number_sample_per_shard": rows_per_shard,
        "processes_count": processes,
        "thread_count": threads,
        "timeout": timeout_s,
        "retries": retries,
        "incremental_mode": "incremental",
        "user_agent_token": AGENT,
        "disallowed_header_directives": sorted(DIRECTIVES),
        "enable_wandb": False,
    }
    status = _run(options, folder / _LOG)
    missing = [shard for shard in range(-(-rows // rows_per_shard)) if not _stats(folder, shard).exists()]
    if status or missing:
        what = f"ended with status {status}" if status else f"left out {len(missing)} shards"
        raise RunError(
            f"img2dataset {what}: {_last_line(folder / _LOG)} (all it said is in {folder / _LOG}). "
            "Run the same command again: whole shards are kept"
        )


def check_importable() -> None:
    """``MissingExtraError`` where the package is not installed, or this Python cannot import it."""
    if sys.version_info >= (3, 13):
        raise MissingExtraError(
            "img2dataset does not run on Python 3.13 and later (it needs imghdr, which is gone): use Python 3.11 or "
            "3.12 with pip install 'vlmdata[img2dataset]', or leave --engine out"
        )
    if find_spec("img2dataset") is None:
        raise MissingExtraError("--engine img2dataset needs that package: pip install 'vlmdata[img2dataset]'")


class Crawl:
    """One shard of what ``run_img2dataset`` wrote. ``RunError`` where it is not whole."""

    def __init__(self, folder: Path, shard: int) -> None:
        self._tar = folder / f"{shard:05d}.tar"
        self._stats = _stats(folder, shard)
        if not self._stats.exists():
            raise RunError(f"img2dataset has not finished shard {shard} of {folder}: run the same command again")
        self._rows = {row[KEY]: row for row in self._read_rows()}
        self._places = dict(self._members())

    def outcome(self, key: str) -> Outcome:
        """What became of the row with this ``KEY``. The final address and the media type are not known."""
        row = self._rows.get(key)
        if row is None:
            return Failed("failed", "img2dataset lost this row")
        if row["status"] != "success":
            return _failed(row["url"], row["error_message"] or "")
        if row["key"] not in self._places:
            raise self._damaged()
        offset, size = self._places[row["key"]]
        if not size:
            return Failed("empty_body", "the body has no bytes")
        with self._tar.open("rb") as file:
            data = os.pread(file.fileno(), size, offset)
        return Got(data, Download(url=row["url"], final_url=row["url"], status=200))

    def _read_rows(self) -> list[dict[str, Any]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = [KEY, "key", "url", "status", "error_message"]
        try:
            rows: list[dict[str, Any]] = pq.read_table(self._tar.with_suffix(".parquet"), columns=columns).to_pylist()
        except (OSError, pa.ArrowInvalid) as error:
            raise self._damaged() from error
        return rows

    def _members(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Offset and size of every picture, by the key that img2dataset gave it."""
        try:
            size = self._tar.stat().st_size
            with self._tar.open("rb") as file:
                for info in tar_headers(file):
                    if info is None or info.offset_data + info.size > size:
                        raise self._damaged()
                    stem, _, suffix = info.name.partition(".")
                    if suffix == "jpg":  # whatever it is
                        yield stem, (info.offset_data, info.size)
        except (OSError, tarfile.TarError, ValueError) as error:
            raise self._damaged() from error

    def _damaged(self) -> RunError:
        return RunError(
            f"{self._tar} or its table is missing or damaged: remove {self._stats} and run the same command again"
        )


def _stats(folder: Path, shard: int) -> Path:
    """What img2dataset writes last of a shard, and knows it by as done."""
    return folder / f"{shard:05d}_stats.json"


def _failed(url: str, message: str) -> Failed:
    if url == _NOWHERE:
        return Failed("bad_url", "not an http or https address that can be asked for", lasting=True)
    detail = " ".join(message.split())[:200]
    status = re.match(r"HTTP Error ([45]\d\d)", message)
    reason = next((reason for pattern, reason in _REASONS if re.search(pattern, message)), None)
    reason = reason or (f"http_{status[1]}" if status else "failed")
    return Failed(reason, detail, lasting=reason in _LASTING)


def _reduce(table: Path, reduced: Path) -> int:
    """Write the two columns that are needed, without what must not be asked for; the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("url", pa.string()), (KEY, pa.string())])
    with pq.ParquetFile(table) as source, pq.ParquetWriter(reduced, schema) as writer:
        for batch in source.iter_batches(columns=["url", KEY]):
            urls = pa.array((_askable(url) for url in batch["url"].to_pylist()), pa.string())
            writer.write_batch(pa.RecordBatch.from_arrays([urls, batch[KEY]], schema=schema))
        return int(source.metadata.num_rows)


def _askable(url: str | None) -> str:
    try:
        return str(address(url or ""))
    except FetchError:
        return _NOWHERE


def _run(options: dict[str, Any], log: Path) -> int:
    """Exit status. Whatever ends this process ends all of its processes, too: they hold our pipe."""
    command = [sys.executable, "-m", "vlmdata.io.img2dataset", json.dumps(options)]
    quiet = os.environ | {"NO_ALBUMENTATIONS_UPDATE": "1"}  # else a library asks for news at every import
    with log.open("wb") as printed:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=quiet,
            start_new_session=True,
        )
        try:
            return process.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdin:
                process.stdin.close()


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "it said nothing")


def _end_with_parent() -> None:
    os.read(0, 1)  # nobody writes: it returns when the pipe is closed
    os.killpg(0, signal.SIGKILL)


def _main() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    importlib.import_module("img2dataset").download(**json.loads(sys.argv[1]))


if __name__ == "__main__":
    _main()
