"""Tables elsewhere: over HTTP, in S3, on the Hub. Parquet is read by ranges, text is copied once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.servers.files import FileServer, file_server
from tests.servers.hub import hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.errors import BadRecord, InputError, RunError
from vlmdata.io.cache import indexes
from vlmdata.io.table.files import TableFile, table_files
from vlmdata.io.table.remote import RemoteFile, revision_of
from vlmdata.io.table.rows import table_rows

ROWS = 40_000


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    noise = np.random.default_rng(1).integers(0, 1 << 60, ROWS)
    columns = {"url": [f"http://a/{number}.jpg" for number in range(ROWS)], "noise": noise}
    pq.write_table(pa.table(columns), folder / "a.parquet", row_group_size=4000)
    (folder / "b.csv").write_text("url,width\n" + "".join(f"http://a/{number}.jpg,{number}\n" for number in range(500)))
    (folder / "sub").mkdir()
    (folder / "sub" / "c.jsonl").write_text('{"url": "http://a/c.jpg"}\n')
    (folder / "notes.md").write_text("no table")
    return folder


@pytest.fixture
def server(folder: Path) -> Iterator[FileServer]:
    with file_server(folder) as server:
        yield server


def rows_of(file: TableFile, start: int, stop: int) -> list[dict[str, Any] | BadRecord]:
    digest = file.digest()
    with file.opened(digest) as table:
        return [row.values for row in table_rows(table, digest, range(table.metadata.num_rows), start, stop)]


def test_parquet_over_http_is_read_by_ranges(server: FileServer, folder: Path) -> None:
    (file,) = table_files(server.url("a.parquet")).values()
    assert isinstance(file.place, RemoteFile)
    server.forget()
    rows = rows_of(file, 30_000, 30_010)
    assert [row["url"] for row in rows if isinstance(row, dict)] == [f"http://a/{n}.jpg" for n in range(30_000, 30_010)]
    size = (folder / "a.parquet").stat().st_size
    asked = [span for _, _, span in server.asked]
    assert asked
    assert all(asked)
    assert server.served < size
    assert not indexes().exists()


@pytest.mark.parametrize("faults", [{"ranges": False}, {"lengths": False}, {"etags": False, "dates": False}])
def test_parquet_that_cannot_be_read_there_is_copied(server: FileServer, faults: dict[str, bool]) -> None:
    for name, value in faults.items():
        setattr(server, name, value)
    (file,) = table_files(server.url("a.parquet")).values()
    assert isinstance(file.place, Path)
    assert len(rows_of(file, 0, ROWS)) == ROWS
    (again,) = table_files(server.url("a.parquet")).values()
    assert again == file
    assert [path.name for path in indexes().iterdir()] == [file.place.name]


def test_text_over_http_is_got_once(server: FileServer) -> None:
    (file,) = table_files(server.url("b.csv?token=1")).values()
    assert rows_of(file, 7, 8) == [{"url": "http://a/7.jpg", "width": 7}]
    server.forget()
    assert rows_of(file, 8, 9) == [{"url": "http://a/8.jpg", "width": 8}]
    assert server.asked == []
    assert len(list(indexes().iterdir())) == 1


def test_what_changes_has_another_digest(server: FileServer, folder: Path, tmp_path: Path) -> None:
    digests = set()
    for content in ("url\nhttp://a/1\n", "url\nhttp://a/2\n"):
        server.folder = tmp_path
        (tmp_path / "d.csv").write_text(content)
        (file,) = table_files(server.url("d.csv")).values()
        digests.add(file.digest())
    assert len(digests) == 2


def test_a_mirror_stands_in(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLMDATA_MIRRORS", f"https://tables.example.org/v1={server.url('')[:-1]}")
    ((name, file),) = table_files("https://tables.example.org/v1/b.csv").items()
    assert (name, file.shown) == ("b.csv", "https://tables.example.org/v1/b.csv")
    assert len(rows_of(file, 0, 500)) == 500


def test_a_broken_connection_is_tried_again(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vlmdata.io.table.remote._PAUSES_S", (0, 0, 0))
    (file,) = table_files(server.url("a.parquet")).values()
    server.break_after = [1000, 0]
    assert len(rows_of(file, 0, 10)) == 10
    digest = file.digest()
    with file.opened(digest) as table:
        server.refuse = [(500, {})] * 100
        with pytest.raises(RunError, match="Run the same command again to resume"):
            list(table_rows(table, digest, range(ROWS), 20_000, 20_001))


@pytest.mark.parametrize(
    ("status", "message"), [(404, "is not there"), (403, "credentials"), (500, "cannot be reached")]
)
def test_refusals_are_told_apart(server: FileServer, status: int, message: str) -> None:
    server.refuse = [(status, {})] * 10
    with pytest.raises(InputError, match=f"a.parquet {message}|a.parquet may not be read without the right {message}"):
        table_files(server.url("a.parquet"))


def test_addresses_that_are_not_read() -> None:
    with pytest.raises(InputError, match="cannot be reached"):
        table_files("http://127.0.0.1:9/a.parquet")
    with pytest.raises(InputError, match="not from gs"):
        table_files("gs://bucket/a.parquet")
    with pytest.raises(InputError, match="hf://datasets/OWNER/NAME/PATH"):
        table_files("hf://owner/name/a.parquet")


def test_what_is_no_parquet_is_refused(server: FileServer) -> None:
    server.pages["/page.parquet"] = b"<html>please log in</html>" * 10
    (file,) = table_files(server.url("page.parquet")).values()
    with pytest.raises(InputError, match="not a Parquet file"):
        file.opened(file.digest())


def test_s3_without_s3fs_says_what_to_install() -> None:
    code = """
import sys
sys.modules["s3fs"] = None
from vlmdata.errors import MissingExtraError
from vlmdata.io.table.files import table_files
try:
    table_files("s3://bucket/a.parquet")
except MissingExtraError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "s3://bucket/a.parquet needs s3fs: pip install 'vlmdata[s3]'\n"


@pytest.fixture
def bucket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket that holds the tables, in moto's S3 server."""
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        s3fs.S3FileSystem.clear_instance_cache()
        system = s3fs.S3FileSystem()
        system.mkdir("tables")
        system.put(f"{folder}/", "tables/set", recursive=True)
        yield "s3://tables/set"
        s3fs.S3FileSystem.clear_instance_cache()
    finally:
        server.stop()


def test_tables_in_s3(bucket: str) -> None:
    files = table_files(f"{bucket}/[ab].*")
    assert list(files) == ["a.parquet", "b.csv"]
    assert len({file.digest() for file in files.values()}) == 2
    assert rows_of(files["b.csv"], 3, 4) == [{"url": "http://a/3.jpg", "width": 3}]
    assert len(rows_of(files["a.parquet"], 100, 120)) == 20
    assert list(table_files(f"{bucket}/**/*.jsonl")) == ["sub/c.jsonl"]
    assert list(table_files(f"{bucket}/sub")) == ["c.jsonl"]
    assert list(table_files(f"{bucket}/a.parquet")) == ["a.parquet"]
    with pytest.raises(InputError, match="is not there"):
        table_files(f"{bucket}/z.parquet")


def test_tables_on_the_hub_are_pinned(folder: Path, tmp_path: Path) -> None:
    with hub_server({"owner/name": folder}) as hub, hub_clients(hub, tmp_path / "cache"):
        assert list(table_files("hf://datasets/owner/name/sub")) == ["c.jsonl"]
        with pytest.raises(
            InputError, match=r"several kinds \(csv, jsonl, parquet\): say which are meant by a pattern"
        ):
            table_files("hf://datasets/owner/name")
        files = table_files("hf://datasets/owner/name/*.[cp]*")
        assert list(files) == ["a.parquet", "b.csv"]
        assert revision_of(files["b.csv"].shown) == hub.sha("owner/name")
        before = files["b.csv"].digest()
        hub.commit("owner/name", {"b.csv": b"url\nhttp://a/new.jpg\n"})
        assert len(rows_of(files["b.csv"], 0, 500)) == 500
        (new,) = table_files("hf://datasets/owner/name@main/*.csv").values()
        assert new.digest() != before
        assert rows_of(new, 0, 1) == [{"url": "http://a/new.jpg"}]
        hub.forget()
        assert len(rows_of(files["a.parquet"], 30_000, 30_010)) == 10
        assert sum(hub.sent.values()) < os.path.getsize(folder / "a.parquet")
        with pytest.raises(InputError, match="no data set owner/nothing"):
            table_files("hf://datasets/owner/nothing/a.csv")
