"""Recipe files: where they are, and what is said when one cannot be read."""

from __future__ import annotations

import difflib
from pathlib import Path

from vlmdata.errors import RecipeError
from vlmdata.io.yaml_text import parse
from vlmdata.recipe.check import Checker
from vlmdata.recipe.complaints import nearest
from vlmdata.recipe.model import Recipe


def shipped() -> dict[str, Path]:
    """Recipes that come with vlmdata, by name: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parents[1]
    folders = (package / "recipes", package.parent / "recipes")
    folder = next((folder for folder in folders if folder.is_dir()), None)
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))} if folder else {}


def load(name: str) -> Recipe:
    """Read and check the recipe at path ``name``, or the shipped one of that name. Raises ``RecipeError``."""
    known = shipped()
    path = Path(name) if name not in known or Path(name).is_file() else known[name]
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        beside = difflib.get_close_matches(name, map(str, path.parent.glob("*.y*ml")), n=1)
        hint = f"; did you mean {beside[0]!r}?" if beside else nearest(name, known)
        raise RecipeError(f"no recipe at {path.absolute()}, and none shipped is called {name!r}{hint}") from error
    except IsADirectoryError as error:
        raise RecipeError(f"{path} is a folder; a recipe is a YAML file") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path} is not UTF-8 text (byte {error.start}); a recipe is a YAML file") from error
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from error
    return parsed(text, str(path), base=path.parent)


def parsed(text: str, name: str, base: Path) -> Recipe:
    """Check recipe ``text``; relative paths in it start at ``base``. ``name`` stands in error messages."""
    data, lines = parse(text, name)
    if not isinstance(data, dict):
        raise RecipeError(f"{name}:1: a recipe is a mapping that begins with 'version: 1'")
    return Checker(name, lines, base).recipe(data)
