"""What many tests share: a cache of their own, and the folder of real files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are noisy: no example fails for being slow. CI tries the same examples every time.
settings.register_profile(
    "vlmdata", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("vlmdata")

REAL = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Indexes and fetched inputs of tests never meet the user's; one folder serves the whole session."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        # A test that takes pictures of an earlier one would prove nothing. Those of the stores have homes of their own.
        (home / "cache.toml").write_text("[bounds]\nanswers = 0\nrenders = 0\n")
        patch.setenv("VLMDATA_HOME", str(home))
        yield


@pytest.fixture
def real_data() -> Path:
    """The folder of real files; tests that need it are skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip(f"the real files for tests are not at {REAL}")
    return REAL
