"""Every recipe, step and command line in the docs is one."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from tests.docs.pages import PAGES, ROOT, blocks, prose, text_of
from vlmdata.cli.main import app
from vlmdata.errors import RecipeError
from vlmdata.recipe import parsed

_RECIPE = {"version": 1, "name": "shown", "inputs": [{"dataset": "shapes"}]}


@pytest.mark.parametrize("page", PAGES)
def test_every_recipe_and_every_part_of_one_is_valid(page: str, tmp_path: Path) -> None:
    for block in blocks(text_of(page), "yaml"):
        for recipe in _recipes(block):
            assert _complaint(recipe, page, tmp_path) == "", block


def _complaint(recipe: str, page: str, folder: Path) -> str:
    """What is wrong with it. Models and lists of the reader's own are not here, and that is no fault of the page."""
    try:
        parsed(recipe, page, folder)
    except RecipeError as error:
        return "" if "there is no file" in str(error) else str(error)
    return ""


def _recipes(block: str) -> list[str]:
    """A recipe; or fields of one, or steps, laid over a small one. Steps that are one twice are alternatives."""
    shown = yaml.safe_load(block)
    if isinstance(shown, dict):
        return [block if "version" in shown else _with(shown)]
    names = [next(iter(step)) if isinstance(step, dict) else step for step in shown]
    together = [shown] if len(set(names)) == len(names) else [[step] for step in shown]
    return [_with({"steps": steps}) for steps in together]


def _with(fields: dict[str, Any]) -> str:
    return str(yaml.safe_dump(_RECIPE | fields, sort_keys=False, allow_unicode=True))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_is_one_the_command_takes(page: str) -> None:
    for line in _command_lines(text_of(page)):
        reads(line)


def test_a_wrong_command_line_is_noticed() -> None:
    with pytest.raises(AssertionError, match="inspect"):
        reads("vlmdata inspect DIR --dopped")
    with pytest.raises(AssertionError, match="inspct"):
        reads("vlmdata inspct DIR")


def _command_lines(text: str) -> list[str]:
    """Of blocks, and of code in running text that begins with the name of the command and goes on with a verb."""
    lines = "\n".join(blocks(text, "sh", "bash", "")).replace("\\\n", " ").splitlines()
    shown = [line.removeprefix("$ ") for line in lines]
    inline = re.findall(r"`(vlmdata [^`\n]+)`", prose(text))
    return [line for line in (*shown, *inline) if line.startswith("vlmdata ")]


def reads(line: str) -> None:
    """Raises ``AssertionError`` where the command does not know a verb or an option of this line."""
    words = shlex.split(line, comments=True)[1:]
    command: Any = typer.main.get_command(app)
    if words[0].startswith("-"):
        return
    verb = command.get_command(None, words[0])
    assert verb, f"no verb {words[0]}: {line}"
    with command.make_context("vlmdata", list(words), resilient_parsing=True) as parent:
        try:
            verb.make_context(words[0], words[1:], parent=parent)
        except Exception as error:
            if type(error).__name__ not in ("MissingParameter", "Exit"):  # in running text arguments may be left out
                raise AssertionError(f"{line}: {error}") from error


@pytest.mark.parametrize("page", PAGES)
def test_modules_targets_and_extras_that_are_named_exist(page: str) -> None:
    text = text_of(page)
    for module in re.findall(r"python -m ((?:docs|benchmarks|tests)[\w.]*)", text):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists(), module
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    made = re.findall(r"^make ([\w -]+)", "\n".join(blocks(text, "sh", "bash", "")), re.MULTILINE)
    for line in made + re.findall(r"`make ([\w -]+)`", text):
        assert set(line.split("  ")[0].split()) <= targets, line
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for named in re.findall(r"vlmdata\[([\w,-]+)\]", text):
        assert set(named.split(",")) <= extras.keys(), named


@pytest.mark.parametrize("page", [page for page in PAGES if "adding-a" not in page])  # those are done in test_adding
def test_python_in_the_docs_is_python(page: str) -> None:
    for number, block in enumerate(blocks(text_of(page), "python")):
        assert compile(block, f"{page}, block {number}", "exec")
