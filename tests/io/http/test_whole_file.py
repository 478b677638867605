"""Large files to disk, from a server that breaks off, changes its mind, or knows nothing of ranges."""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.servers.files import FileServer, file_server
from vlmdata.errors import InputError, RunError, StorageError
from vlmdata.io.http.mirrors import Mirrors
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.whole_file import download_file

POLICY = HttpPolicy(timeout_s=5.0, retries=1, max_wait_s=0.2)
DATA = random.Random(1).randbytes(600_000)
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "a.bin").write_bytes(DATA)
    with file_server(folder) as state:
        yield state


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "got" / "a.bin"


def names(to: Path) -> list[str]:
    return sorted(path.name for path in to.parent.iterdir() if not path.name.startswith("."))


def test_a_file_with_its_checksums(server: FileServer, to: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    got = download_file(
        server.url("a.bin"),
        to,
        sha256=SHA256.upper(),
        md5=hashlib.md5(DATA).hexdigest(),
        size=len(DATA),
        policy=POLICY,
        progress=lambda there, whole: seen.append((there, whole)),
    )
    assert got == to
    assert to.read_bytes() == DATA
    assert names(to) == ["a.bin"]
    assert seen[-1] == (len(DATA), len(DATA))
    download_file(server.url("a.bin"), to, policy=POLICY)
    assert len(server.asked) == 1


def test_it_goes_on_where_it_broke_off(server: FileServer, to: Path) -> None:
    server.break_after = [100_000, 200_000, 50_000]  # more breaks than retries: each brought it further
    download_file(server.url("a.bin"), to, sha256=SHA256, policy=POLICY)
    assert server.served == len(DATA)
    assert [bounds for _, _, bounds in server.asked] == [None, "bytes=100000-", "bytes=300000-", "bytes=350000-"]


def test_the_next_call_goes_on(server: FileServer, to: Path) -> None:
    server.break_after = [250_000, 0, 0, 0]
    with pytest.raises(RunError, match=r"a\.bin: truncated_body.*goes on from byte 250000"):
        download_file(server.url("a.bin"), to, policy=POLICY)
    assert not to.exists()
    server.break_after.clear()
    download_file(server.url("a.bin"), to, policy=POLICY)
    assert to.read_bytes() == DATA
    assert server.served == len(DATA)


@pytest.mark.parametrize("which", ["etags", "dates"])
def test_a_file_that_changed_begins_anew(server: FileServer, to: Path, which: str) -> None:
    setattr(server, which, False)
    server.break_after = [250_000, 0, 0, 0]
    with pytest.raises(RunError):
        download_file(server.url("a.bin"), to, policy=POLICY)
    server.break_after.clear()
    (server.folder / "a.bin").write_bytes(DATA[::-1])
    os.utime(server.folder / "a.bin", (1, 1))
    download_file(server.url("a.bin"), to, policy=POLICY)
    assert to.read_bytes() == DATA[::-1]


@pytest.mark.parametrize("missing", ["ranges", "validators", "lengths"])
def test_without_what_resuming_needs_it_begins_anew(server: FileServer, to: Path, missing: str) -> None:
    if missing == "validators":
        server.etags = server.dates = False
    else:
        setattr(server, missing, False)
    if missing != "lengths":  # a break shows by the length alone
        server.break_after = [250_000]
    download_file(server.url("a.bin"), to, sha256=SHA256, policy=POLICY)
    assert to.read_bytes() == DATA
    assert server.served == len(DATA) + (250_000 if missing != "lengths" else 0)


def test_breaking_off_at_one_place_again_and_again_ends(server: FileServer, to: Path) -> None:
    server.ranges = False
    server.break_after = [250_000] * 50
    with pytest.raises(RunError, match="truncated_body"):
        download_file(server.url("a.bin"), to, policy=POLICY)
    assert len(server.asked) == 2


def test_all_was_there_but_its_name(server: FileServer, to: Path) -> None:
    server.break_after = [250_000, 0, 0, 0]
    with pytest.raises(RunError):
        download_file(server.url("a.bin"), to, policy=POLICY)
    server.break_after.clear()
    (to.parent / "a.bin.partial").write_bytes(DATA)
    server.forget()
    download_file(server.url("a.bin"), to, sha256=SHA256, policy=POLICY)
    assert server.served == 0
    assert to.read_bytes() == DATA


def test_more_here_than_there_begins_anew(server: FileServer, to: Path) -> None:
    server.break_after = [250_000, 0, 0, 0]
    with pytest.raises(RunError):
        download_file(server.url("a.bin"), to, policy=POLICY)
    server.break_after.clear()
    (to.parent / "a.bin.partial").write_bytes(DATA + b"more")
    download_file(server.url("a.bin"), to, sha256=SHA256, policy=POLICY)
    assert to.read_bytes() == DATA


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"md5": "0" * 32}, {"size": 7}], ids=["sha256", "md5", "size"])
def test_another_file_than_meant_is_not_kept(server: FileServer, to: Path, wrong: dict[str, str | int]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(InputError, match="not the file that is meant") as caught:
        download_file(server.url("a.bin"), to, policy=POLICY, **wrong)  # type: ignore[arg-type]
    assert str(value) in str(caught.value)
    found = {"sha256": SHA256, "md5": hashlib.md5(DATA).hexdigest(), "size": str(len(DATA))}
    assert found[name] in str(caught.value)
    assert names(to) == []


def test_a_wrong_size_is_seen_before_the_body(server: FileServer, to: Path) -> None:
    (server.folder / "a.bin").write_bytes(bytes(20_000_000))
    with pytest.raises(InputError, match="has 20000000 bytes, not 7: it is not the file that is meant"):
        download_file(server.url("a.bin"), to, size=7, policy=POLICY)
    assert server.served < 20_000_000


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_asked_again(server: FileServer, to: Path, status: int) -> None:
    server.refuse = [(status, {"Retry-After": "0"})]
    download_file(server.url("a.bin"), to, sha256=SHA256, policy=POLICY)
    assert len(server.asked) == 2


def test_a_long_pause_is_not_waited_out(server: FileServer, to: Path) -> None:
    server.refuse = [(503, {"Retry-After": "3600"})]
    with pytest.raises(RunError, match="http_503"):
        download_file(server.url("a.bin"), to, policy=POLICY)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_does_not_pass_is_asked_once(server: FileServer, to: Path, status: int) -> None:
    server.refuse = [(status, {})]
    with pytest.raises(InputError, match=rf"a\.bin: http_{status}"):
        download_file(server.url("a.bin"), to, policy=POLICY)
    assert len(server.asked) == 1


def test_no_server_and_no_address(tmp_path: Path) -> None:
    with file_server(tmp_path) as gone:
        url = gone.url("a.bin")
    with pytest.raises(RunError, match="connect_failed"):
        download_file(url, tmp_path / "a", policy=POLICY)
    with pytest.raises(InputError, match="bad_url"):
        download_file("http://", tmp_path / "a", policy=POLICY)


def test_silence_ends_an_attempt_and_the_next_goes_on(server: FileServer, to: Path) -> None:
    server.stall_after = [100_000]
    download_file(server.url("a.bin"), to, sha256=SHA256, policy=replace(POLICY, timeout_s=0.5))
    assert [bounds for _, _, bounds in server.asked] == [None, "bytes=100000-"]


def test_redirects_and_mirrors(server: FileServer, to: Path) -> None:
    server.moved["/b.bin"] = "/a.bin"
    mirrors = Mirrors.parsed([f"https://images.example.org/zips={server.url('')[:-1]}"])
    download_file("https://images.example.org/zips/b.bin", to, sha256=SHA256, policy=replace(POLICY, mirrors=mirrors))
    assert to.read_bytes() == DATA


def test_two_threads_get_it_once(server: FileServer, to: Path) -> None:
    def get() -> None:
        download_file(server.url("a.bin"), to, sha256=SHA256, policy=POLICY)

    threads = [threading.Thread(target=get) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(server.asked) == 1
    assert to.read_bytes() == DATA


def test_two_processes_get_it_once(server: FileServer, to: Path) -> None:
    context = get_context("spawn")
    arguments = {"sha256": SHA256, "policy": POLICY}
    both = [context.Process(target=download_file, args=(server.url("a.bin"), to), kwargs=arguments) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert len(server.asked) == 1


def test_a_full_disk_is_named(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "a.partial").symlink_to("/dev/full")
    with pytest.raises(StorageError, match="the disk is full"):
        download_file(server.url("a.bin"), tmp_path / "a", policy=POLICY)
