"""Data sets to export, and environments of their own for those who read them."""

from __future__ import annotations

import shutil
import subprocess
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed

RECIPE = """
version: 1
name: {name}
inputs: [{{dataset: shapes, limit: {limit}}}]
steps: [clean.image, {steps}]
output: {{formats: [{formats}], max_samples: 8, split: {{validation: 0.2}}}}
"""
LLAVA = "{boxes.render: {dialect: llava}}"
STEPS = {
    "talk": LLAVA,
    "questions": LLAVA + ", {explode: {by: question}}, {filter.text: {min_chars: 1, roles: [user]}}",
    "regions": "clean.boxes",
    "tiled": LLAVA + ", {tile.anyres: {policy: llava-next}}",
    "chat": "{chat.render: {format: qwen2-vl, dialect: qwen2-vl}}",
}

Made = Callable[..., Path]
Environment = Callable[..., Path]


@pytest.fixture(scope="session")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Makes a data set of shapes by the steps of a name, once a session: its directory."""
    root = tmp_path_factory.mktemp("exports")

    def make(name: str, formats: str = "parquet, webdataset", limit: int = 24) -> Path:
        out = root / f"{name}-{formats.replace(', ', '-')}-{limit}"
        if not out.exists():
            text = RECIPE.format(name=name, limit=limit, steps=STEPS[name], formats=formats)
            preprocess(parsed(text, f"{name}.yaml", root), out, Where())
        return out

    return make


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Makes an environment with some packages, and ``bare`` ones without what they ask for: its interpreter.

    It is removed when another is asked for, for they are large. Skips where they cannot be installed.
    """
    standing: dict[tuple[str, ...], Path] = {}

    def make(*packages: str, bare: tuple[str, ...] = ()) -> Path:
        if packages not in standing:
            clear()
            standing[packages] = folder = tmp_path_factory.mktemp("environment")
            venv.create(folder, with_pip=True)
            for words in filter(None, (packages, ("--no-deps", *bare) if bare else ())):
                pip = [folder / "bin" / "pip", "install", "--quiet", "--no-cache-dir", *words]
                done = subprocess.run(pip, capture_output=True, text=True)
                if done.returncode:
                    clear()
                    pytest.skip(f"{words[-1]} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
        return standing[packages] / "bin" / "python"

    def clear() -> None:
        for folder in standing.values():
            shutil.rmtree(folder)
        standing.clear()

    yield make
    clear()
