"""What was got once is not asked for again, and damage is no answer."""

from __future__ import annotations

import multiprocessing
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.io.http.conftest import Fetch
from tests.servers.hostile import HostileServer
from vlmdata.errors import StorageError, UsageError
from vlmdata.io.http.outcome import Failed, Got
from vlmdata.io.http.url_cache import UrlCache
from vlmdata.types import Download

URL = "http://example.com/a.jpg"
GOT = Got(b"bytes", Download(url=URL, final_url="http://cdn.example/a", status=200, content_type="image/jpeg"))
OPTED_OUT = Failed("opted_out", "X-Robots-Tag: noai", lasting=True)


@pytest.mark.parametrize("outcome", [GOT, OPTED_OUT], ids=["got", "opted-out"])
def test_what_is_kept(tmp_path: Path, outcome: Got | Failed) -> None:
    UrlCache(tmp_path).put(URL, outcome)
    assert UrlCache(tmp_path).get(URL) == outcome
    assert UrlCache(tmp_path).get(URL + "?") is None


@pytest.mark.parametrize("reason", ["timeout", "http_404", "private_address"])
def test_what_is_not(tmp_path: Path, reason: str) -> None:
    UrlCache(tmp_path).put(URL, Failed(reason, lasting=True))
    assert UrlCache(tmp_path).get(URL) is None
    assert list(tmp_path.iterdir()) == []


def test_equal_bytes_are_stored_once(tmp_path: Path) -> None:
    cache = UrlCache(tmp_path)
    for number in range(3):
        cache.put(f"{URL}?{number}", GOT)
    assert [path.read_bytes() for path in tmp_path.glob("blobs/*/*")] == [b"bytes"]
    assert len(list(tmp_path.glob("urls/*/*.json"))) == 3


@given(st.binary(max_size=40), st.booleans())
@settings(max_examples=40)
def test_damage_is_absence_and_heals(tmp_path_factory: pytest.TempPathFactory, damage: bytes, blob: bool) -> None:
    folder = tmp_path_factory.mktemp("cache")
    cache = UrlCache(folder)
    cache.put(URL, GOT)
    (path,) = folder.glob("blobs/*/*" if blob else "urls/*/*")
    if path.read_bytes() == damage:
        return
    path.write_bytes(damage)
    assert cache.get(URL) is None
    cache.put(URL, GOT)
    assert cache.get(URL) == GOT


@pytest.mark.parametrize(
    "entry", ["[]", "null", "{}", '{"url": 1}', '{"url": "' + URL + '", "sha256": 5, "download": {}}']
)
def test_json_of_another_shape_is_absence(tmp_path: Path, entry: str) -> None:
    cache = UrlCache(tmp_path)
    cache.put(URL, GOT)
    (path,) = tmp_path.glob("urls/*/*")
    path.write_text(entry)
    assert cache.get(URL) is None


def _put_often(folder: Path, start: int) -> None:
    cache = UrlCache(folder)
    for number in range(200):
        key = f"{URL}?{(start + number) % 20}"
        cache.put(key, Got(bytes([number % 5]) * 10_000, Download(url=key, final_url=key, status=200)))
        found = cache.get(key)
        assert isinstance(found, Got)
        assert len(found.data) == 10_000


def test_processes_share_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_put_often, args=(tmp_path, start)) for start in (0, 7)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert list(tmp_path.rglob("*.partial")) == []


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path) -> None:
    """The kernel refuses to write past RLIMIT_FSIZE, as it does on a full disk."""
    cache = UrlCache(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match="blobs"):
            cache.put(URL, Got(bytes(2000), GOT.download))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.rglob("*.partial")) == []
    assert cache.get(URL) is None


def test_a_file_in_its_place_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "cache"):
        with pytest.raises(UsageError, match="give another"):
            UrlCache(folder)


def test_the_client_asks_once(server: HostileServer, fetch: Fetch, tmp_path: Path) -> None:
    urls = [server.url("/photo.jpg"), server.url("/noai"), server.url("/status/404")]
    first = fetch(*urls, cache=UrlCache(tmp_path))
    second = fetch(*urls, cache=UrlCache(tmp_path))
    assert first == second
    assert dict(server.requests) == {"/photo.jpg": 1, "/noai": 1, "/status/404": 2}


def test_an_opt_out_that_is_not_honoured_is_asked_for(server: HostileServer, fetch: Fetch, tmp_path: Path) -> None:
    url = server.url("/with?X-Robots-Tag=noai")
    fetch(url, cache=UrlCache(tmp_path))
    (outcome,) = fetch(url, cache=UrlCache(tmp_path), honour_opt_outs=False)
    assert isinstance(outcome, Got)
