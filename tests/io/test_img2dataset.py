"""Shards as img2dataset writes them, read back; and its absence. The package itself runs in ``tests/slow``."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import webdataset as wds

from vlmdata.errors import MissingExtraError, RunError
from vlmdata.io.http.outcome import Failed, Got
from vlmdata.io.img2dataset import KEY, Crawl, run_img2dataset
from vlmdata.types import Download

PHOTO = bytes(range(256)) * 20


def write_shard(folder: Path, rows: list[dict[str, object]], bodies: dict[str, bytes]) -> None:
    """Shard 3 of ``folder``: ``bodies`` by img2dataset's own key, in the order of arrival."""
    with (folder / "00003.tar").open("wb") as file, wds.TarWriter(file) as tar:
        for key, body in bodies.items():
            tar.write({"__key__": key, "jpg": body, "json": json.dumps({"key": key})})
    pq.write_table(pa.Table.from_pylist(rows), folder / "00003.parquet")
    (folder / "00003_stats.json").write_text("{}")


def row(key: str, number: int, error: str | None = None) -> dict[str, object]:
    status = "success" if error is None else "failed_to_download"
    return {
        "url": f"http://a.example/{number}.jpg",
        KEY: key,
        "key": f"{number:09d}",
        "status": status,
        "error_message": error,
    }


def failure(folder: Path, message: str, url: str = "http://a.example/1.jpg") -> Failed:
    write_shard(folder, [row("k", 1, message) | {"url": url}], {})
    outcome = Crawl(folder, 3).outcome("k")
    assert isinstance(outcome, Failed)
    return outcome


def test_bytes_come_back_by_our_key_in_any_order_of_arrival(tmp_path: Path) -> None:
    rows = [row("second", 30001), row("first", 30000)]
    write_shard(tmp_path, rows, {"000030001": PHOTO, "000030000": b"other bytes"})
    crawl = Crawl(tmp_path, 3)
    url = "http://a.example/30000.jpg"
    assert crawl.outcome("first") == Got(b"other bytes", Download(url=url, final_url=url, status=200))
    second = crawl.outcome("second")
    assert isinstance(second, Got)
    assert second.data == PHOTO


def test_an_empty_body_and_a_row_that_was_lost_are_failures(tmp_path: Path) -> None:
    write_shard(tmp_path, [row("empty", 1)], {"000000001": b""})
    crawl = Crawl(tmp_path, 3)
    assert crawl.outcome("empty") == Failed("empty_body", "the body has no bytes")
    assert crawl.outcome("unheard of") == Failed("failed", "img2dataset lost this row")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("HTTP Error 404: Not Found", "http_404"),
        ("HTTP Error 503: Service Temporarily Unavailable", "http_503"),
        ("HTTP Error 429: Too Many Requests", "rate_limited"),
        ("HTTP Error 302: a redirect error that would lead to an infinite loop.\nThe last was:\nX", "redirect_loop"),
        ("HTTP Error 302: Found - Redirection to url 'file:///etc/passwd' is not allowed", "bad_redirect"),
        ("<urlopen error [Errno -2] Name or service not known>", "dns_not_found"),
        ("<urlopen error [Errno -3] Temporary failure in name resolution>", "dns_failure"),
        ("<urlopen error [Errno 111] Connection refused>", "connect_failed"),
        ("<urlopen error [Errno 110] Connection timed out>", "timeout"),
        ("The read operation timed out", "timeout"),
        ("[Errno 104] Connection reset by peer", "reset"),
        ("Remote end closed connection without response", "reset"),
        ("<urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)>", "tls_error"),
        ("IncompleteRead(10 bytes read, 5120 more expected)", "truncated_body"),
        ("got more than 100 headers", "bad_response"),
        ("something that no one foresaw", "failed"),
    ],
)  # fmt: skip
def test_what_urllib_says_has_a_reason(tmp_path: Path, message: str, reason: str) -> None:
    outcome = failure(tmp_path, message)
    assert outcome.reason == reason
    assert outcome.detail == " ".join(message.split())


def test_what_must_not_be_asked_again_lasts(tmp_path: Path) -> None:
    opted_out = failure(tmp_path, "Use of image disallowed by X-Robots-Tag directive")
    assert (opted_out.reason, opted_out.lasting) == ("opted_out", True)
    refused = failure(tmp_path, "unknown url type: ''", url="")
    assert (refused.reason, refused.lasting) == ("bad_url", True)
    assert failure(tmp_path, "HTTP Error 404: Not Found").lasting
    assert not failure(tmp_path, "HTTP Error 503: Busy").lasting


def test_a_shard_without_its_stats_is_not_finished(tmp_path: Path) -> None:
    write_shard(tmp_path, [row("k", 1)], {"000000001": PHOTO})
    (tmp_path / "00003_stats.json").unlink()
    with pytest.raises(RunError, match=r"not finished shard 3 .* run the same command again"):
        Crawl(tmp_path, 3)


@pytest.mark.parametrize("kept", [0, 600, 4000])
def test_a_tar_that_is_cut_off_is_no_shard(tmp_path: Path, kept: int) -> None:
    write_shard(tmp_path, [row("k", 1)], {"000000001": PHOTO})
    tar = tmp_path / "00003.tar"
    tar.write_bytes(tar.read_bytes()[:kept])
    with pytest.raises(RunError, match=r"remove .*00003_stats.json"):
        Crawl(tmp_path, 3).outcome("k")


@pytest.mark.parametrize("name", ["00003.tar", "00003.parquet"])
def test_a_shard_that_lacks_a_file_is_no_shard(tmp_path: Path, name: str) -> None:
    write_shard(tmp_path, [row("k", 1)], {"000000001": PHOTO})
    (tmp_path / name).unlink()
    with pytest.raises(RunError, match="missing or damaged"):
        Crawl(tmp_path, 3)


@pytest.mark.skipif(sys.version_info < (3, 13) and find_spec("img2dataset") is not None, reason="img2dataset is here")
def test_without_the_package_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'vlmdata\[img2dataset\]'"):
        run_img2dataset(
            tmp_path / "table.parquet",
            tmp_path / "out",
            rows_per_shard=10,
            processes=1,
            threads=1,
            timeout_s=1,
            retries=0,
        )
    assert not (tmp_path / "out").exists()
