"""Files of models by name: on this machine, and on a Hub at a revision that is pinned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.hub import Hub, hub_server
from tests.servers.hub_clients import hub_clients
from vlmdata.errors import InputError
from vlmdata.io.model_file import complaint, model_file, pinned

WANTED = ("first.json", "second.json")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "second.json").write_bytes(b"{}")
    (folder / "README.md").write_bytes(b"---\nlicense: mit\n---\n")
    with hub_server({"owner/name": folder}) as server, hub_clients(server, tmp_path / "cache"):
        yield server


def test_a_file_or_the_folder_that_holds_it(tmp_path: Path) -> None:
    (tmp_path / "second.json").write_bytes(b"2")
    assert model_file("second.json", WANTED, tmp_path) == tmp_path / "second.json"
    assert model_file(".", WANTED, tmp_path).read_bytes() == b"2"
    (tmp_path / "first.json").write_bytes(b"1")
    assert model_file(str(tmp_path), WANTED, Path("/elsewhere")).read_bytes() == b"1"
    assert pinned("second.json") == "second.json"


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere", "no file or folder"), (".", "no first.json or second.json"), ("hub:one", "hub:OWNER/NAME@REVISION")],
)
def test_what_is_not_there_is_said_without_asking_anyone(tmp_path: Path, name: str, said: str) -> None:
    assert said in (complaint(name, WANTED, tmp_path) or "")
    with pytest.raises(InputError, match=said):
        model_file(name, WANTED, tmp_path)


def test_a_branch_becomes_its_commit_and_stays_it(hub: Hub, tmp_path: Path) -> None:
    first = hub.sha("owner/name")
    name = pinned("hub:owner/name")
    assert name == pinned("hub:owner/name@main") == f"hub:owner/name@{first}"
    assert complaint(name, WANTED, tmp_path) is None
    hub.commit("owner/name", {"second.json": b"[]"})
    assert model_file(name, WANTED, tmp_path).read_bytes() == b"{}"
    assert model_file(pinned("hub:owner/name"), WANTED, tmp_path).read_bytes() == b"[]"
    asked = len(hub.requests)
    assert pinned(name) == name
    assert len(hub.requests) == asked


@pytest.mark.parametrize("name", ["hub:owner/nobody", "hub:owner/name@nothing"])
def test_a_model_or_revision_that_the_hub_lacks(hub: Hub, name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{name} cannot be had"):
        pinned(name)
    with pytest.raises(InputError, match=f"{name} cannot be had"):
        model_file(name, WANTED, tmp_path)


def test_a_model_without_the_file(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no x\.json or y\.json"):
        model_file("hub:owner/name", ("x.json", "y.json"), tmp_path)


def test_a_hub_that_cannot_be_reached(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InputError, match="cannot be had"):
        pinned("hub:owner/name")
