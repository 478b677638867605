"""Tars that the real img2dataset writes, in an environment of its own, go through the whole line."""

from __future__ import annotations

import functools
import io
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.engine.conftest import recipe_of
from vlmdata.engine.run import Where, preprocess
from vlmdata.shards.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

RECIPE = """
inputs: [{path: crawl, format: webdataset}]
steps: [clean.image, {filter.expr: {keep: "original_width >= 200"}}, {tile.anyres: {policy: internvl, max_tiles: 4}}]
output: {formats: [parquet, webdataset]}
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def img2dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of a fresh environment; it cannot share ours (its pins, and Python below 3.13)."""
    if sys.version_info >= (3, 13):
        pytest.skip("img2dataset 1.47 cannot be imported on Python 3.13")
    folder = tmp_path_factory.mktemp("img2dataset")
    venv.create(folder, with_pip=True)
    install = [folder / "bin" / "pip", "install", "--quiet", "img2dataset==1.47.0"]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"img2dataset cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin" / "img2dataset"


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[str]:
    """Pictures of growing width on a real web server; its address."""
    folder = tmp_path / "web"
    folder.mkdir()
    for number in range(12):
        buffer = io.BytesIO()
        Image.effect_mandelbrot((100 + 20 * number, 150), (-2, -1, 1, 1), 50).convert("RGB").save(buffer, "JPEG")
        (folder / f"{number}.jpg").write_bytes(buffer.getvalue())
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_it_downloads_comes_through_with_captions_and_metadata(
    img2dataset: Path, pictures: str, tmp_path: Path
) -> None:
    rows = "".join(f"{pictures}/{number}.jpg,picture number {number}\n" for number in range(13))
    (tmp_path / "urls.csv").write_text("url,caption\n" + rows)
    options = {
        "url_list": tmp_path / "urls.csv",
        "input_format": "csv",
        "url_col": "url",
        "caption_col": "caption",
        "output_format": "webdataset",
        "output_folder": tmp_path / "crawl",
        "resize_mode": "no",
        "processes_count": 1,
        "thread_count": 2,
        "enable_wandb": False,
    }
    command = [img2dataset, *(f"--{name}={value}" for name, value in options.items())]
    subprocess.run(command, check=True, capture_output=True)

    manifest = preprocess(recipe_of(RECIPE, tmp_path), tmp_path / "out", Where())
    assert (manifest.rows, manifest.written) == (12, 7)
    assert verify(tmp_path / "out") == []
    written = pq.read_table(tmp_path / "out" / "parquet").to_pylist()
    captions = {row["messages"][1]["content"][0]["text"] for row in written}
    assert captions == {f"picture number {number}" for number in range(5, 12)}
    assert {row["image_info"][0]["source"] for row in written} == {
        f"{pictures}/{number}.jpg" for number in range(5, 12)
    }
