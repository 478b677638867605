"""What is in the cache stays what it is when libraries change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vlmdata.datasets.shapes.dataset import Shapes
from vlmdata.engine.run import Where, fetch
from vlmdata.errors import OutputExistsError


def test_a_set_that_other_versions_fetched_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path / "home"))
    source = Shapes(dataset="shapes", limit=5)
    place, before = fetch(source, None, Where())
    manifest = json.loads((place / "manifest.json").read_bytes())
    (place / "manifest.json").write_text(json.dumps({**manifest, "fingerprint": "0" * 64}))
    assert fetch(source, None, Where())[1].fingerprint == "0" * 64
    with pytest.raises(OutputExistsError):
        fetch(source, place, Where())
    assert fetch(source, None, Where(overwrite=True))[1].fingerprint == before.fingerprint
