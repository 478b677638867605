"""``vlmdata fetch`` of addresses as users run it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Vlmdata
from tests.servers.hostile import HostileServer, hostile_server


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as one:
        yield one


@pytest.fixture
def table(server: HostileServer, tmp_path: Path) -> str:
    rows = [("/photo.jpg", 640), ("/status/404", 640), ("/flaky", 640), ("/photo.jpg?small", 100)]
    lines = "".join(f"{server.url(page)},row {number},{width}\n" for number, (page, width) in enumerate(rows))
    (tmp_path / "list.csv").write_text("url,caption,width\n" + lines)
    return "list.csv"


def test_a_table_is_fetched_and_what_failed_is_tried_again(vlmdata: Vlmdata, server: HostileServer, table: str) -> None:
    words = ("fetch", "urls", "--from", table, "--out", "out", "--allow-private-hosts", "--retries", 0)
    done = vlmdata(*words, "--where", "width >= 256")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 rows in, 1 sample out" in done.stdout
    assert "http_404 1, http_500 1" in done.stdout
    assert "The same command with --retry-failed tries the 2 failed downloads again." in done.stdout
    done = vlmdata(*words, "--where", "width >= 256", "--retry-failed", "--json")
    manifest = json.loads(done.stdout)
    assert (manifest["written"], [shard["generation"] for shard in manifest["shards"]]) == (2, [1])
    assert server.requests["/photo.jpg"] == 1
    done = vlmdata(*words)
    assert done.returncode == 2
    assert "recipe, inputs or versions differ" in done.stderr


def test_this_machine_is_refused_by_default(vlmdata: Vlmdata, server: HostileServer, table: str) -> None:
    done = vlmdata("fetch", "urls", "--from", table, "--out", "out")
    assert done.returncode == 0
    assert "private_address 4" in done.stdout
    assert not server.requests


def test_a_mirror_reaches_tables_and_pictures(vlmdata: Vlmdata, server: HostileServer) -> None:
    server.files["/lists/list.csv"] = b"url,caption\nhttps://pictures.example/photo.jpg,a photo\n"
    mirrors = (f"https://lists.example={server.url('/lists')}", f"https://pictures.example={server.url('')}")
    done = vlmdata(
        "fetch", "urls", "--from", "https://lists.example/list.csv", "--out", "out",
        "--mirror", mirrors[0], "--mirror", mirrors[1],
    )  # fmt: skip
    assert "1 row in, 1 sample out" in done.stdout, done.stderr


def test_many_nameless_hosts_point_to_the_resolver(vlmdata: Vlmdata, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("".join(f"http://host-{number}.invalid/a.jpg\n" for number in range(12)))
    done = vlmdata("fetch", "urls", "--from", "list.txt", "--out", "out", "--retries", 0)
    assert done.returncode == 0
    assert "12 of 12 addresses failed because their host was not found" in " ".join(done.stdout.split())
