"""The site is built without a warning, its links lead somewhere, and it needs no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.links import faults
from tests.docs.pages import PAGES, ROOT, prose, text_of


class _Settings(yaml.SafeLoader):
    """Reads mkdocs.yml, whose tags call functions, without calling any."""


_Settings.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def test_every_page_is_in_the_navigation_once() -> None:
    settings = yaml.load(text_of("mkdocs.yml"), _Settings)
    assert sorted(_leaves(settings["nav"])) == [
        page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")
    ]


def _leaves(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [leaf for below in (entry.values() if isinstance(entry, dict) else entry) for leaf in _leaves(below)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=folder, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout + done.stderr
    return folder / "site"


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert list(faults(site)) == []
    assert (site / "quickstart.ja.html").exists()


def test_programs_are_not_part_of_the_site(site: Path) -> None:
    assert not list(site.rglob("*.py"))


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    page = (
        '<p id="here"></p><a href="#here"></a><a href="#there"></a><a href="b.html"></a><img src="https://host/a.png">'
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert list(faults(tmp_path)) == [
        "a.html loads https://host/a.png",
        "a.html links to #there, which is not there",
        "a.html links to b.html, which is not there",
    ]


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("docs/")])
def test_links_of_pages_beside_the_site_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", prose(text_of(page))):
        assert "://" in link or (ROOT / link).exists(), link
