"""The unmodified clients of the Hub get from the local one what they get from the real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.hub import hub_server
from tests.servers.hub_clients import environment, hub_clients

TABLE = "".join(json.dumps({"number": number}) + "\n" for number in range(50))
LARGE = bytes(range(256)) * 400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in {
        "README.md": b"# Numbers\n",
        "data/train.jsonl": TABLE.encode(),
        "deep/er/large.bin": LARGE,
    }.items():
        path = tmp_path / "numbers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "numbers"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_datasets_loads_a_repository_in_a_process_of_its_own(folder: Path, tmp_path: Path) -> None:
    code = "import datasets; print(datasets.load_dataset('owner/numbers', split='train')['number'][:3])"
    with hub_server({"owner/numbers": folder}) as hub:
        settings = {**os.environ, **environment(hub, tmp_path / "cache")}
        command = [sys.executable, "-W", "error", "-c", code]
        done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[0, 1, 2]", done.stderr
    assert hub.downloads["data/train.jsonl"] == 1


def test_a_snapshot_is_the_folder(folder: Path, tmp_path: Path) -> None:
    from huggingface_hub import snapshot_download

    moved = {"owner/old": "owner/numbers"}
    with hub_server({"owner/numbers": folder}, page_size=2, moved=moved) as hub, hub_clients(hub, tmp_path / "cache"):
        for name in ("owner/numbers", "owner/old"):
            assert contents(Path(snapshot_download(name, repo_type="dataset"))) == contents(folder)


def test_the_file_system_globs_and_reads_ranges(folder: Path, tmp_path: Path) -> None:
    from huggingface_hub import HfFileSystem

    with hub_server({"owner/numbers": folder}, page_size=2) as hub, hub_clients(hub, tmp_path / "cache"):
        system = HfFileSystem(endpoint=hub.endpoint, skip_instance_cache=True)
        assert system.glob("datasets/owner/numbers/**/*.bin") == ["datasets/owner/numbers/deep/er/large.bin"]
        with system.open("datasets/owner/numbers/deep/er/large.bin", block_size=1000) as file:
            file.seek(5000)
            assert file.read(10) == LARGE[5000:5010]
        assert hub.sent["deep/er/large.bin"] < len(LARGE) / 10
        assert system.info("datasets/owner/numbers/data/train.jsonl")["size"] == len(TABLE)


def test_users_are_known_by_their_tokens(folder: Path, tmp_path: Path) -> None:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    with hub_server({"owner/numbers": folder}, tokens={"hf_mine": "me"}) as hub, hub_clients(hub, tmp_path / "cache"):
        assert HfApi(endpoint=hub.endpoint, token="hf_mine").whoami()["name"] == "me"
        with pytest.raises(HfHubHTTPError):
            HfApi(endpoint=hub.endpoint, token="hf_other").whoami()


def test_a_range_holds_only_for_the_bytes_it_was_begun_with(folder: Path, tmp_path: Path) -> None:
    from huggingface_hub import get_session

    with hub_server({"owner/numbers": folder}) as hub, hub_clients(hub, tmp_path / "cache"):
        url = f"{hub.endpoint}/datasets/owner/numbers/resolve/main/deep/er/large.bin"
        client = get_session()
        etag = client.head(url).headers["ETag"]
        part = client.get(url, headers={"Range": "bytes=10-19", "If-Range": etag})
        whole = client.get(url, headers={"Range": "bytes=10-19", "If-Range": '"another"'})
        beyond = client.get(url, headers={"Range": f"bytes={len(LARGE)}-"})
    assert (part.status_code, part.content) == (206, LARGE[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(LARGE)}"
    assert (whole.status_code, whole.content) == (200, LARGE)
    assert beyond.status_code == 416
