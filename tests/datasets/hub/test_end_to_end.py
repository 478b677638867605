"""From a repository on the Hub to a data set directory, as a user's own process makes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.datasets.hub.conftest import card, parquet, write
from tests.servers.hub import hub_server
from tests.servers.hub_clients import environment
from vlmdata.shards.manifest_file import read_manifest

FETCH = """
import json, sys
from pathlib import Path
from vlmdata.datasets.hub.dataset import Hub
from vlmdata.engine.run import Where, fetch
from vlmdata.errors import VlmdataError
if __name__ == "__main__":
    try:
        fetch(Hub.model_validate(json.loads(sys.argv[1])), Path(sys.argv[2]), Where(workers=2))
    except VlmdataError as error:
        sys.exit(f"{type(error).__name__}: {error}")
"""


def fetch(tmp_path: Path, settings: dict[str, str], **options: object) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "fetch.py"
    script.write_text(FETCH)
    command = [sys.executable, "-W", "error", str(script), json.dumps({"repo": "owner/name", **options}), "out"]
    root = str(Path(__file__).parents[3])
    environ = {**os.environ, **settings, "PYTHONPATH": root, "VLMDATA_HOME": str(tmp_path / "home")}
    return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)


def test_a_repository_becomes_a_directory_that_says_where_it_is_from(tmp_path: Path) -> None:
    files = {
        f"data/train-{number:05d}-of-00004.parquet": parquet([f"{number}-{row}" for row in range(20)])
        for number in range(4)
    }
    repo = write(tmp_path / "repo", {**files, "README.md": card(license="cc-by-nc-4.0")})
    with hub_server({"owner/name": repo}) as hub:
        done = fetch(tmp_path, environment(hub, tmp_path / "cache"), limit=30)
        assert done.returncode == 0, done.stderr
        whole = {seen.file for seen in hub.requests if seen.cdn and seen.range is None}
        assert whole == set(sorted(files)[:2])
        assert max(files) not in hub.downloads
        sha = hub.sha("owner/name")
    manifest = read_manifest(tmp_path / "out")
    (source,) = manifest.sources
    assert (manifest.rows, manifest.written) == (30, 30)
    assert (source.name, source.revision) == ("name", sha)
    assert source.homepage == "https://huggingface.co/datasets/owner/name"
    assert source.license_annotations == "cc-by-nc-4.0"
    assert manifest.recipe["inputs"][0]["revision"] == sha


@pytest.mark.slow
def test_a_download_that_never_ends_stops_the_run_and_the_same_command_goes_on(tmp_path: Path) -> None:
    name = "data/train-00000-of-00001.parquet"
    repo = write(tmp_path / "repo", {name: parquet(["a", "b"], noise=300_000)})
    with hub_server({"owner/name": repo}) as hub:
        settings = environment(hub, tmp_path / "cache")
        hub.break_off(name, after=100_000, times=99)
        done = fetch(tmp_path, settings)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith(f"InputError: the Hub at {hub.endpoint} cannot be reached")
        hub.mend(name)
        done = fetch(tmp_path, settings)
        assert done.returncode == 0, done.stderr
    assert read_manifest(tmp_path / "out").written == 2
