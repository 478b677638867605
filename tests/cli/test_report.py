"""`vlmdata report` writes the page anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cli.conftest import Here


def test_the_page_is_written_anew(here: Here, finished: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished, tmp_path / "copy"))
    before = (folder / "report.html").read_bytes()
    (folder / "report.html").unlink()
    code, out, err = here("report", folder)
    assert (code, err) == (0, "")
    assert out.startswith(f"{folder / 'report.html'}  ")
    assert (folder / "report.html").read_bytes() == before


def test_more_samples_can_be_asked_for(here: Here, finished: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished, tmp_path / "copy"))
    sizes = []
    for count in ("2", "30"):
        code, out, _ = here("report", folder, "--samples", count, "--json")
        assert code == 0
        sizes.append(json.loads(out)["bytes"])
        assert (folder / "report.html").read_text("utf-8").count("commercial use: ") == int(count)
    assert sizes[0] < sizes[1] == (folder / "report.html").stat().st_size


def test_what_is_no_data_set_is_said(here: Here, tmp_path: Path) -> None:
    code, _, err = here("report", tmp_path)
    assert code == 2
    assert "no manifest.json" in err
