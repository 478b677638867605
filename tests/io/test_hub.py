"""The Hub as ``vlmdata.io.hub`` sees it: commits, files, downloads, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.hub import Hub, hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.errors import InputError, RunError, StorageError, UsageError
from vlmdata.io.hub import also_called, downloaded, file_system, first_found, listed, opened, pinned

Serve = Callable[..., Hub]
LARGE = bytes(range(256)) * 40_000
FILES = {
    "README.md": b"---\nlicense: [mit, cc-by-4.0]\n---\n",
    "data/a.bin": LARGE,
    "data/deep/b.txt": b"text",
    "c.txt": b"",
}


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as stack:

        def make(token: str | None = None, files: dict[str, bytes] = FILES, **options: object) -> Hub:
            folder = tmp_path / "repo"
            for name, data in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
            server = stack.enter_context(hub_server({"owner/name": folder, "owner/other": folder}, **options))  # type: ignore[arg-type]
            stack.enter_context(hub_clients(server, tmp_path / "cache", token))
            return server

        yield make


def test_a_revision_is_pinned_to_its_commit(serve: Serve) -> None:
    server = serve()
    first = pinned("owner/name")
    assert first.revision == server.sha("owner/name")
    assert first.licenses == ("mit", "cc-by-4.0")
    second = server.commit("owner/name", {"new.txt": b"new"})
    server.commit("owner/name", {"more.txt": b"more"}, ref="refs/convert/parquet")
    assert pinned("owner/name").revision == pinned("owner/name", "main").revision == second
    assert pinned("owner/name", first.revision).revision == first.revision
    assert pinned("owner/name", "refs/convert/parquet").revision == server.sha("owner/name", "refs/convert/parquet")


def test_all_pages_of_a_tree_are_listed_with_sizes_and_hashes(serve: Serve) -> None:
    serve(page_size=2)
    files = listed(pinned("owner/name"))
    assert {name: file.size for name, file in files.items()} == {name: len(data) for name, data in FILES.items()}
    assert list(files) == sorted(FILES)
    assert files["data/a.bin"].digest.startswith("sha256:")
    # As `git hash-object` gives it for the four bytes.
    assert files["data/deep/b.txt"].digest == "git:f3a34851d44d6b97c90fbb99dd3d18c261b9a237"


def test_a_download_is_made_once_and_lies_below_the_root(serve: Serve) -> None:
    server = serve()
    repo = pinned("owner/name")
    for file in listed(repo).values():
        for _ in range(2):
            path = downloaded(repo, file)
            assert path == repo.root / file.path
            assert path.read_bytes() == FILES[file.path]
    assert set(server.downloads.values()) == {1}


def test_a_download_that_breaks_off_goes_on_where_it_was(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 100_000)
    server = serve()
    repo = pinned("owner/name")
    server.break_off("data/a.bin", after=1_000_000)
    assert downloaded(repo, listed(repo)["data/a.bin"]).read_bytes() == LARGE
    assert server.downloads["data/a.bin"] == 2
    assert [seen.range for seen in server.requests if seen.file == "data/a.bin" and seen.range] == ["bytes=1000000-"]
    assert server.sent["data/a.bin"] == len(LARGE)


def test_a_file_without_its_hash_is_not_kept(serve: Serve) -> None:
    server = serve()
    repo = pinned("owner/name")
    file = listed(repo)["data/a.bin"]
    tree = server.repos["owner/name"].commits[repo.revision]
    whole = tree["data/a.bin"]
    tree["data/a.bin"] = replace(whole, content=bytes(whole.size))
    with pytest.raises(RunError, match=r"data/a\.bin does not have its hash"):
        downloaded(repo, file)
    tree["data/a.bin"] = whole
    assert downloaded(repo, file).read_bytes() == LARGE


def test_ranges_are_read_without_a_download(serve: Serve) -> None:
    server = serve()
    repo = pinned("owner/name")
    with opened(repo, listed(repo)["data/a.bin"], file_system(repo)) as file:
        file.seek(-100, 2)
        assert file.read() == LARGE[-100:]
    assert server.sent["data/a.bin"] <= 1 << 16


def test_the_token_goes_to_the_hub_and_nowhere_else(serve: Serve) -> None:
    server = serve("hf_mine", tokens={"hf_mine": "me"}, private={"owner/name": ["hf_mine"]})
    repo = pinned("owner/name")
    downloaded(repo, listed(repo)["data/a.bin"])
    assert {(seen.cdn, seen.token) for seen in server.requests} == {(False, "hf_mine"), (True, None)}


def test_a_renamed_data_set_is_found_under_its_new_name(serve: Serve) -> None:
    serve(moved={"former/name": "owner/name"})
    assert pinned("former/name") == pinned("owner/name")


def test_the_first_name_that_is_there_is_taken(serve: Serve) -> None:
    serve(gated={"owner/other": []})
    assert first_found(["owner/none", "owner/name"]).id == "owner/name"
    with pytest.raises(InputError, match="owner/other is gated"):
        first_found(["owner/other", "owner/name"])
    with pytest.raises(InputError, match="no data set owner/nix"):
        first_found(["owner/none", "owner/nix"])
    assert (
        also_called("lmms-lab/GQA") == also_called("lmms-lab-encoder/GQA") == ("lmms-lab-encoder/GQA", "lmms-lab/GQA")
    )
    assert also_called("owner/name") == ("owner/name",)


@pytest.mark.parametrize("token", [None, "hf_mine"], ids=["anonymous", "known"])
@pytest.mark.parametrize(
    ("repo", "revision", "complaint"),
    [
        ("owner/nam", None, r"has no data set owner/nam, or it is private.*did you mean owner/name\?"),
        ("owner/other", None, r"gated: open https://huggingface.co/datasets/owner/other.*HF_TOKEN"),
        ("owner/name", "v9", r"no revision 'v9'; it has main"),
    ],
    ids=["missing", "gated", "revision"],
)
def test_a_refusal_says_what_to_do(
    serve: Serve, token: str | None, repo: str, revision: str | None, complaint: str
) -> None:
    serve(token, tokens={"hf_mine": "me"}, gated={"owner/other": []})
    with pytest.raises(InputError, match=complaint):
        pinned(repo, revision)


def test_access_is_given_to_those_it_was_granted_to(serve: Serve) -> None:
    serve("hf_mine", tokens={"hf_mine": "me"}, gated={"owner/other": ["hf_mine"]})
    assert pinned("owner/other").id == "owner/other"


def test_a_token_that_cannot_be_sent_is_not_quoted(serve: Serve) -> None:
    serve("hf_my secret\nthing")
    with pytest.raises(UsageError, match="copy it again") as caught:
        pinned("owner/name")
    assert "secret" not in str(caught.value)


def test_an_unknown_token_is_named(serve: Serve) -> None:
    serve("hf_old")
    with pytest.raises(InputError, match=r"does not know the token of HF_TOKEN.*settings/tokens"):
        pinned("owner/name")


def test_a_hub_out_of_reach_is_named(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    serve()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InputError, match=r"http://127\.0\.0\.1:9 cannot be reached.*HF_ENDPOINT"):
        pinned("owner/name")


def test_offline_mode_is_named(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    serve()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match="HF_HUB_OFFLINE"):
        pinned("owner/name")


def test_a_cache_that_cannot_be_written_is_a_matter_of_storage(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    serve()
    repo = pinned("owner/name")
    file = listed(repo)["data/a.bin"]
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", "/proc/nowhere")
    with pytest.raises((StorageError, InputError), match="nowhere"):
        downloaded(repo, file)
