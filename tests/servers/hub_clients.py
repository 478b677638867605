"""The Hub's clients in this process, turned to a local Hub with a cache of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.hub import Hub


@contextmanager
def hub_clients(hub: Hub, cache: Path, token: str | None = None) -> Iterator[None]:
    """``huggingface_hub`` and ``datasets`` read the environment once, when they are imported: set what they read."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(hub, cache, token).items():
            patch.setenv(name, value)
        if token is None:
            patch.delenv("HF_TOKEN", raising=False)
        patch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(cache / "token"))
        patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache / "hub"))
        patch.setattr("huggingface_hub.constants.ENDPOINT", hub.endpoint)
        patch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        )
        patch.setattr("datasets.config.HF_ENDPOINT", hub.endpoint)
        patch.setattr("datasets.config.HF_DATASETS_CACHE", cache / "datasets")
        yield


def environment(hub: Hub, cache: Path, token: str | None = None) -> dict[str, str]:
    """The same for a process of its own."""
    settings = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(cache), "HF_HUB_CACHE": str(cache / "hub")}
    return {**settings, "HF_TOKEN": token} if token else settings
