"""The two how-to pages hold whole examples; here they are done as they say, and nothing else is touched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
NAMED = re.compile(r"^`([\w/]+\.py)`:$", re.MULTILINE)

PAGES = {
    "adding-a-step.md": ("vlmdata/steps/__init__.py", "tests/contract/test_steps.py"),
    "adding-a-dataset.md": ("vlmdata/datasets/__init__.py", "tests/contract/test_datasets.py"),
}


def add(page: str, listed: str, tree: Path) -> list[str]:
    """Do what a page says in a copy of the project; the files that are new."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    code, line, test = BLOCK.findall(text)[:3]
    new_file, new_test = NAMED.findall(text)[:2]
    assert f"`{listed}`" in text
    lines = (tree / listed).read_text(encoding="utf-8")
    if line.startswith("from "):
        first_import = lines.index("from vlmdata.")
        lines = lines[:first_import] + line + lines[first_import:]
        added = re.sub(r"(STEPS: [^=]*= \()", rf"\1{line.split()[-1]}, ", lines)
    else:
        added = re.sub(r"(DATASETS: [^=]*= \{\n)", rf"\1{line}", lines)
    assert added != lines
    (tree / listed).write_text(added, encoding="utf-8")
    for path, content in ((new_file, code), (new_test, test)):
        assert not (tree / path).exists()
        (tree / path).write_text(content, encoding="utf-8")
    return [new_file, new_test]


@pytest.mark.parametrize("page", PAGES)
def test_the_example_is_short(page: str) -> None:
    code = BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))[0]
    assert len(code.splitlines()) <= 50


@pytest.mark.parametrize("page", PAGES)
def test_the_example_works_as_it_stands(page: str, tmp_path: Path) -> None:
    for folder in ("vlmdata", "tests", "recipes"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    listed, contract = PAGES[page]
    new = add(page, listed, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", new[1], contract]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    mypy = [sys.executable, "-m", "mypy", "--strict", new[0]]
    typed = subprocess.run(mypy, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert typed.returncode == 0, typed.stdout + typed.stderr
