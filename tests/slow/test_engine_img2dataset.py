"""``--engine img2dataset`` with the real package, in an environment that holds both, beside our own engine."""

from __future__ import annotations

import functools
import io
import os
import signal
import subprocess
import sys
import threading
import time
import venv
from collections import Counter
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest
from PIL import Image

from vlmdata.shards.dropped import read_dropped
from vlmdata.shards.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REPOSITORY = Path(__file__).parents[2]
PICTURES = 25


class Server(ThreadingHTTPServer):
    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class Handler(SimpleHTTPRequestHandler):
    """Files, one of which is kept from machine learning; ``/slow/`` takes its time."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/slow/"):
            time.sleep(0.5)
            self.path = self.path.removeprefix("/slow")
        super().do_GET()

    def end_headers(self) -> None:
        if self.path == "/0.jpg":
            self.send_header("X-Robots-Tag", "vlmdata: noai")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def vlmdata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in a fresh environment with the extra, whose pins change versions of libraries we use, too."""
    if sys.version_info >= (3, 13):
        pytest.skip("img2dataset 1.47 cannot be imported on Python 3.13")
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    install = [folder / "bin" / "pip", "install", "--quiet", "--editable", f"{REPOSITORY}[img2dataset]"]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"img2dataset cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin" / "vlmdata"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "web"
    folder.mkdir()
    for number in range(PICTURES):
        buffer = io.BytesIO()
        Image.effect_mandelbrot((100 + number, 80), (-2, -1, 1, 1), 50).convert("RGB").save(buffer, "JPEG")
        (folder / f"{number}.jpg").write_bytes(buffer.getvalue())
    (folder / "page.jpg").write_text("<html>gone</html>")
    with Server(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def table(site: Server, tmp_path: Path) -> Path:
    """Pictures, an address in two rows, and all that can be wrong with a row."""
    secret = tmp_path / "secret.jpg"
    Image.new("RGB", (64, 64)).save(secret)
    urls = [f"{site.address}/{number}.jpg" for number in (*range(PICTURES), 7)]
    urls += [
        f"{site.address}/page.jpg",
        f"{site.address}/none.jpg",
        "http://no-such-host.invalid/x.jpg",
        "",
        secret.as_uri(),
    ]
    path = tmp_path / "urls.csv"
    path.write_text("url,caption\n" + "".join(f"{url},caption {row}\n" for row, url in enumerate(urls)))
    return path


def arguments(table: Path, out: Path, engine: str) -> list[str]:
    few = ("--samples-per-shard", "10", "--workers", "2", "--concurrency", "4", "--retries", "0")
    return ["fetch", "urls", "--from", str(table), "--out", str(out), "--engine", engine, *few, "--allow-private-hosts"]


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "parquet").iterdir()) for row in pq.read_table(path).to_pylist()]


def reasons(out: Path) -> dict[str, str]:
    return {row["key"]: row["reason"] for path in sorted((out / "dropped").iterdir()) for row in read_dropped(path)}


def test_both_engines_write_the_same_rows_and_give_the_same_reasons(vlmdata: Path, table: Path, tmp_path: Path) -> None:
    outs = {engine: tmp_path / engine for engine in ("vlmdata", "img2dataset")}
    for engine, out in outs.items():
        done = subprocess.run([vlmdata, *arguments(table, out, engine)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert verify(out) == []
    ours, theirs = (rows_of(out) for out in outs.values())
    assert len(ours) == PICTURES  # of 26 rows with a picture one is opted out
    for row in (*ours, *theirs):
        for download in row["downloads"]:
            del download["content_type"]  # img2dataset does not tell
    assert theirs == ours
    assert reasons(outs["img2dataset"]) == reasons(outs["vlmdata"])
    assert Counter(reasons(outs["img2dataset"]).values()) == {
        "opted_out": 1,
        "not_an_image": 1,
        "http_404": 1,
        "dns_not_found": 1,
        "missing_url": 1,
        "bad_url": 1,
    }
    assert not list(outs["img2dataset"].rglob("*.tar"))


def test_killed_it_leaves_no_process_and_goes_on(vlmdata: Path, site: Server, tmp_path: Path) -> None:
    table, out = tmp_path / "slow.csv", tmp_path / "out"
    urls = [f"{site.address}/slow/{1 + row % 20}.jpg?row={row}" for row in range(60)]
    table.write_text("\n".join(["url", *urls]))
    command = [str(vlmdata), *arguments(table, out, "img2dataset")]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not list(out.rglob("*_stats.json")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    family = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    whole = [int(path.name[:5]) for path in out.rglob("*_stats.json")]
    assert 0 < len(whole) < 6

    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [row["image_info"][0]["source"] for row in rows_of(out)] == urls
    assert verify(out) == []
    asked = Counter(site.asked)
    kept = {url.removeprefix(site.address) for shard in whole for url in urls[10 * shard : 10 * shard + 10]}
    assert {asked[path] for path in kept} == {1}
