"""A Hub that takes files, a user of it, and data sets to push."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.servers.hub import Hub
from tests.servers.hub_clients import hub_clients
from tests.servers.hub_depot import Depot
from tests.servers.hub_write import writing_hub
from tests.shards.conftest import finish, write_task, written
from vlmdata.engine.push import Options, Outcome, carry_out
from vlmdata.shards.formats import FormatName
from vlmdata.shards.manifest_file import read_manifest, write_manifest
from vlmdata.types import License, SampleRole, ShardInfo

TOKEN = "hf_secretOfTheTests0123456789"
USER = "me"

Made = Callable[..., Path]
Push = Callable[..., Outcome]


@dataclass(slots=True)
class Server:
    hub: Hub
    depot: Depot

    def files(self, repo: str, ref: str = "main") -> dict[str, int]:
        """Path and size of all files of a repository."""
        tree = self.hub.repos[repo].commits[self.hub.sha(repo, ref)]
        return {path: blob.size for path, blob in tree.items()}

    def text(self, repo: str, path: str, ref: str = "main") -> str:
        content = self.hub.repos[repo].commits[self.hub.sha(repo, ref)][path].content
        return (content if isinstance(content, bytes) else content.read_bytes()).decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A Hub on which a token of ``me`` may write."""
    with (
        writing_hub(tmp_path / "store", {TOKEN: USER, "hf_another": "other"}) as (hub, depot),
        hub_clients(hub, tmp_path / "cache", TOKEN),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("HF_ENDPOINT", hub.endpoint)
        yield Server(hub, depot)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A finished directory of so many shards, five samples each, the last of which is of ``validation``."""

    def make(
        shards: int = 3,
        *,
        name: str = "made-up",
        formats: tuple[FormatName, ...] = ("parquet",),
        license: License = License(annotations="CC-BY-4.0", images="CC-BY-2.0", commercial="yes"),  # noqa: A002, B008
        role: SampleRole = "train",
    ) -> Path:
        root = tmp_path / name
        infos: list[ShardInfo] = []
        for task in range(shards):
            items = [written(task * 10 + number, text=f"{name} {number}") for number in range(5)]
            samples = [replace(item.sample, license=license, role=role) for item in items]
            pictures = [tuple(replace(image, license=None) for image in sample.images) for sample in samples]
            samples = [replace(sample, images=own) for sample, own in zip(samples, pictures, strict=True)]
            split = "validation" if task == shards - 1 else "train"
            rows = [(split, replace(item, sample=sample)) for item, sample in zip(items, samples, strict=True)]
            infos += write_task(root, rows, task, formats)
        finish(root, infos, shards * 5)
        write_manifest(root, replace(read_manifest(root), name=name))
        return root

    return make


@pytest.fixture
def push(server: Server) -> Push:
    """Push a directory to ``me/made-up``; what is said goes to a list."""

    def run(root: Path, repo: str = "me/made-up", said: list[str] | None = None, **options: object) -> Outcome:
        return carry_out(root, repo, Options(**options), (said if said is not None else []).append)  # type: ignore[arg-type]

    return run
