"""Write the docs that come from code: ``python -m docs.generate``; ``--check`` only compares (exit 1 if stale)."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path

import click
import typer.main
from pydantic import BaseModel

from vlmdata.cli.main import app
from vlmdata.datasets import datasets_by_name, formats_by_name
from vlmdata.steps import STEPS

HERE = Path(__file__).parent


def cli() -> str:
    """Every verb with its help, as a terminal of 100 columns shows it."""
    root = typer.main.get_command(app)
    assert isinstance(root, click.Group)
    lines = ["# Command line", "", *_help(root, "vlmdata")]
    for name, command in root.commands.items():
        lines += [f"## vlmdata {name}", "", *_help(command, f"vlmdata {name}")]
    return "\n".join(lines)


def _help(command: click.Command, path: str) -> list[str]:
    context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
    return ["```", *(line.rstrip() for line in command.get_help(context).splitlines()), "```", ""]


def steps() -> str:
    """Every step with its docstring and parameters."""
    lines = ["# Steps", "", "In a recipe a step is `name` or `name: {parameter: value}`.", ""]
    lines += ["| step | what |", "|---|---|"]
    lines += [f"| [`{step.name}`](#{_anchor(step.name)}) | {_first_line(step)} |" for step in STEPS]
    for step in STEPS:
        doc = inspect.cleandoc(step.__doc__ or "").replace("\n## ", "\n### ")
        lines += ["", f"## {step.name}", "", doc, "", *_parameters(step, hidden=())]
    return "\n".join(lines) + "\n"


def datasets() -> str:
    """Every published data set and every local format."""
    lines = ["# Data sets and formats", "", "## Data sets", ""]
    lines += ["| data set | what | phase | commercial use | revision |", "|---|---|---|---|---|"]
    for name, kind in datasets_by_name().items():
        terms = kind.license.commercial
        lines.append(
            f"| [`{name}`]({kind.homepage}) | {_first_line(kind)} | {kind.phase} | {terms} | {kind.revision} |"
        )
    for name, kind in datasets_by_name().items():
        lines += ["", f"### {name}", "", inspect.cleandoc(kind.__doc__ or ""), "", *_parameters(kind, ("dataset",))]
    lines += ["", "## Local formats", ""]
    for name, form in formats_by_name().items():
        lines += [f"### {name}", "", inspect.cleandoc(form.__doc__ or ""), "", *_parameters(form, ("format",)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _parameters(model: type[BaseModel], hidden: tuple[str, ...]) -> list[str]:
    rows = []
    for name, field in model.model_fields.items():
        if name in hidden:
            continue
        kind = str(field.annotation if not isinstance(field.annotation, type) else field.annotation.__name__)
        kind = kind.replace("typing.", "").replace("|", "\\|")
        default = "required" if field.is_required() else f"`{field.get_default(call_default_factory=True)!r}`"
        rows.append(f"| `{name}` | {kind} | {default} | {field.description or ''} |")
    return ["| parameter | type | default | meaning |", "|---|---|---|---|", *rows] if rows else ["No parameters."]


def _first_line(thing: type) -> str:
    return inspect.cleandoc(thing.__doc__ or "").splitlines()[0]


def _anchor(heading: str) -> str:
    return heading.replace(".", "")


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli, "steps.md": steps, "datasets.md": datasets}


def main() -> int:
    stale = []
    for name, page in PAGES.items():
        path = HERE / name
        text = page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv and stale:
        sys.stderr.write(f"docs are stale: {', '.join(stale)}; run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
