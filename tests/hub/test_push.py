"""Pushing to a Hub through the unmodified client, and reading it back as users do."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hub.conftest import TOKEN, Made, Push, Server
from vlmdata.errors import RunError, UsageError, VerifyError
from vlmdata.shards.compact import compact
from vlmdata.shards.manifest_file import read_manifest, write_manifest
from vlmdata.shards.verify import verify

# huggingface_hub 2.4 hands files to httpx2 in a way that it calls old.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def writes(server: Server) -> list[str]:
    """Requests that could change something on the Hub."""
    asked = [seen for seen in server.hub.requests if seen.method not in ("GET", "HEAD")]
    return [seen.path for seen in asked if "/paths-info/" not in seen.path]


def test_a_new_data_set(made: Made, push: Push, server: Server) -> None:
    root, said = made(3, formats=("parquet", "webdataset")), list[str]()
    outcome = push(root, said=said)
    shards = {f"parquet/{name}.parquet" for name in ("train-00000", "train-00001", "validation-00002")}
    tars = {path.replace("parquet/", "webdataset/").replace(".parquet", ".tar") for path in shards}
    files = server.files("me/made-up")
    assert set(files) == shards | tars | {".gitattributes", "README.md", "manifest.json", "sheet.jpg"}
    assert (outcome.verified.parquet, outcome.verified.rows) == (3, 15)
    assert outcome.verified.files == len(files) - 1
    assert outcome.page == f"{server.hub.endpoint}/datasets/me/made-up"
    assert [(branch, title) for branch, title, _ in server.depot.committed] == [("main", "Push made-up (ffffffffffff)")]
    assert said[-1].endswith("sent to me/made-up")


def test_users_load_it(made: Made, push: Push, tmp_path: Path) -> None:
    from datasets import Features, load_dataset
    from huggingface_hub import HfApi, snapshot_download

    push(made(3))
    loaded = load_dataset("me/made-up")
    streamed = load_dataset("me/made-up", streaming=True)
    assert {name: len(part) for name, part in loaded.items()} == {"train": 10, "validation": 5}
    for part in (loaded["train"], streamed["train"]):
        assert next(iter(part))["images"][0].size == (16, 12)
        assert part.features["images"].feature.__class__.__name__ == "Image"
    card = HfApi().dataset_info("me/made-up").card_data
    assert card is not None
    assert {one["name"]: one["num_examples"] for one in card.dataset_info["splits"]} == {"train": 10, "validation": 5}
    assert Features._from_yaml_list(card.dataset_info["features"]) == loaded["train"].features
    assert verify(Path(snapshot_download("me/made-up", repo_type="dataset"))) == []


def test_the_same_again_sends_nothing(made: Made, push: Push, server: Server) -> None:
    root = made(3)
    push(root)
    received, commits = Counter(server.depot.received), len(server.depot.committed)
    outcome = push(root)
    assert (outcome.plan.sent, outcome.plan.commits) == ((), 0)
    assert server.depot.received == received
    assert len(server.depot.committed) == commits
    assert outcome.verified.rows == 15


@pytest.mark.parametrize("what", ["commit", "committed"])
def test_a_cut_commit_goes_on(made: Made, push: Push, server: Server, what: str) -> None:
    root = made(4)
    server.depot.cut(what)
    with pytest.raises(RunError, match=r"broke.*The same command goes on"):
        push(root)
    received = Counter(server.depot.received)
    assert received.total() > 0
    assert push(root).verified.rows == 20
    assert server.depot.received == received
    assert [title for _, title, _ in server.depot.committed] == ["Push made-up (ffffffffffff)"]


def test_a_cut_file_is_sent_again_by_the_client(made: Made, push: Push, server: Server) -> None:
    server.depot.cut("part", after=100)
    assert push(made(2)).verified.rows == 10


def test_long_files_travel_in_parts(made: Made, push: Push, server: Server) -> None:
    server.depot.chunk = 2000
    root = made(2)
    assert (root / "parquet/train-00000.parquet").stat().st_size > 3 * 2000
    assert push(root).verified.rows == 10


def test_an_update_takes_away_what_is_no_more(made: Made, push: Push, server: Server) -> None:
    root = made(4)
    push(root)
    server.hub.commit("me/made-up", {"notes/mine.md": b"by hand", "LICENSE": b"text"})
    compact(root)
    outcome = push(root)
    assert outcome.plan.removed == (
        "parquet/train-00001.parquet",
        "parquet/train-00002.parquet",
        "parquet/validation-00003.parquet",
    )
    names = {path for path in server.files("me/made-up") if path.startswith("parquet/")}
    assert names == {info.path for info in read_manifest(root).shards}
    assert {"notes/mine.md", "LICENSE"} <= set(server.files("me/made-up"))
    assert outcome.verified.rows == 20


def test_many_files_are_several_commits(
    made: Made, push: Push, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlmdata.hub.plan.FILES_PER_COMMIT", 3)
    outcome = push(made(5))
    titles = [title for _, title, _ in server.depot.committed]
    assert titles == [f"Push made-up (ffffffffffff), part {number}/3" for number in (1, 2, 3)]
    assert outcome.plan.commits == 3
    assert [file.path for file in outcome.plan.sent][-1] == "README.md"


def test_many_tiny_shards_are_compacted_first(
    made: Made, push: Push, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlmdata.engine.push._MANY", 8)
    root, said = made(14), list[str]()
    outcome = push(root, said=said)
    assert said[0].startswith("14 shards are too many small files")
    assert len(read_manifest(root).shards) == 2
    assert outcome.verified.rows == 70
    assert verify(root) == []


def test_private_and_other_branches(made: Made, push: Push, server: Server) -> None:
    root = made(2)
    push(root, private=True, revision="v2")
    assert server.hub.repos["me/made-up"].private == {TOKEN}
    assert set(server.files("me/made-up")) == {".gitattributes"}
    assert "README.md" in server.files("me/made-up", "v2")
    assert push(root, revision="v2").plan.sent == ()


def test_what_is_public_does_not_become_private(made: Made, push: Push, server: Server) -> None:
    root = made(2)
    push(root)
    server.hub.forget()
    with pytest.raises(UsageError, match="is public: make it private"):
        push(root, private=True)
    assert writes(server) == []


def test_a_pull_request_is_gone_on_with(
    made: Made, push: Push, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made(5)
    with pytest.raises(UsageError, match="not on the Hub"):
        push(root, create_pr=True)
    push(made(2, name="other"), repo="me/made-up")
    monkeypatch.setattr("vlmdata.hub.plan.FILES_PER_COMMIT", 3)
    server.depot.cut("committed")
    with pytest.raises(RunError):
        push(root, create_pr=True)
    outcome = push(root, create_pr=True)
    assert [one["title"] for one in server.depot.requests] == ["Push made-up (ffffffffffff), part 1/3"]
    assert outcome.page.endswith("/datasets/me/made-up/discussions/1")
    assert "# other" in server.text("me/made-up", "README.md")
    assert "# made-up" in server.text("me/made-up", "README.md", "refs/pr/1")
    with pytest.raises(UsageError, match="not both"):
        push(root, create_pr=True, revision="v2")


def test_what_others_put_there_is_left_alone(made: Made, push: Push, server: Server) -> None:
    push(made(2), repo="me/mine")
    server.hub.commit("me/mine", {"manifest.json": None, "data/x.parquet": b"not ours"})
    server.hub.forget()
    with pytest.raises(UsageError, match=r"me/mine holds data/x.parquet and 1 more, and no manifest.json"):
        push(made(3, name="again"), repo="me/mine")
    assert writes(server) == []


@pytest.mark.parametrize("name", ["made-up", "/made-up", "me/", "me/x/y", "me/.x", "../me", "me/a b"])
def test_names_that_are_none(made: Made, push: Push, name: str) -> None:
    with pytest.raises(UsageError, match="OWNER/NAME"):
        push(made(1), repo=name)


def test_a_damaged_shard_does_not_leave(made: Made, push: Push, server: Server) -> None:
    root = made(2)
    path = root / "parquet/train-00000.parquet"
    data = bytearray(path.read_bytes())
    data[data.index(b"\xff\xd8") + 30] ^= 255  # in a picture
    path.write_bytes(data)
    with pytest.raises(VerifyError, match=r"train-00000\.parquet is not as the manifest says"):
        push(root)
    assert server.depot.received.total() == 0


def test_what_does_not_arrive_is_noticed(made: Made, push: Push, server: Server, tmp_path: Path) -> None:
    from vlmdata.hub.verify import verified
    from vlmdata.io.hub import pinned

    root = made(3)
    plan = push(root).plan
    plan = replace(plan, sent=tuple(replace(file, rows=6 if file.rows else None) for file in plan.sent))
    with pytest.raises(VerifyError, match=r"has 5 rows, not 6 \(and 2 more\)"):
        verified(pinned("me/made-up"), plan.files)
    changes: dict[str, tuple[dict[str, Path | bytes | None], str]] = {
        "gone": ({"parquet/train-00000.parquet": None}, "train-00000.parquet is missing"),
        "cut": ({"manifest.json": b"{}"}, "manifest.json has 2 bytes"),
        "more": ({"parquet/train-9.parquet": b"x"}, "train-9.parquet is not of this data set"),
        "other": ({"sheet.jpg": bytes(server.files("me/made-up")["sheet.jpg"])}, "sheet.jpg has another hash"),
    }
    files = push(root).plan.files
    for ref, (change, problem) in changes.items():
        server.hub.repos["me/made-up"].refs[ref] = server.hub.sha("me/made-up")
        server.hub.commit("me/made-up", change, ref)
        with pytest.raises(VerifyError, match=problem):
            verified(pinned("me/made-up", ref), files)


def test_a_hub_without_xet_storage_is_told_apart(made: Made, push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", False)
    with pytest.raises(RunError, match="HF_HUB_DISABLE_XET=1"):
        push(made(1))


def test_the_card_that_is_pushed_passes_the_validator(made: Made, push: Push, server: Server) -> None:
    from huggingface_hub import DatasetCard

    push(made(2))
    DatasetCard(server.text("me/made-up", "README.md")).validate()
    with pytest.raises(ValueError, match="license"):
        DatasetCard("---\nlicense: mine\n---\n").validate()


def test_a_directory_without_pictures_or_rows(made: Made, push: Push, server: Server) -> None:
    root = made(2)
    manifest = read_manifest(root)
    shutil.rmtree(root / "parquet")
    write_manifest(root, replace(manifest, shards=[], written=0))
    assert push(root).verified.rows == 0
    assert "sheet.jpg" not in server.files("me/made-up")
    assert json.loads(server.text("me/made-up", "manifest.json"))["written"] == 0
