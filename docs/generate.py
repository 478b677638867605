"""Write the docs that come from code: ``python -m docs.generate``; ``--check`` only compares (exit 1 if stale)."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from typer.testing import CliRunner

from vlmdata.cli import catalogue
from vlmdata.cli.datasets import ANY_ON_THE_HUB
from vlmdata.cli.main import VERBS, app
from vlmdata.cli.models import cells, examples, facts
from vlmdata.datasets import datasets_by_name, formats_by_name
from vlmdata.datasets.hub.dataset import Hub
from vlmdata.models.presets import MODELS, REFUSED
from vlmdata.steps import STEPS

HERE = Path(__file__).parent


def cli() -> str:
    """Every verb with its help, as a terminal of 100 columns shows it."""
    lines = ["# Command line", "", *_help()]
    for name, _ in VERBS:
        lines += [f"## vlmdata {name}", "", *_help(name)]
    return "\n".join(lines)


def _help(*verb: str) -> list[str]:
    shown = CliRunner().invoke(app, [*verb, "--help"], prog_name="vlmdata", env={"COLUMNS": "100"}).output
    return ["```", *(line.rstrip() for line in shown.strip().splitlines()), "```", ""]


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
    lines = ["# Data sets and formats", "", "## Data sets", "", *_CATALOGUE.splitlines(), ""]
    lines += ["| data set | phase | commercial use | rows | what |", "|---|---|---|---|---|"]
    for name, kind in datasets_by_name().items():
        _, phase, commercial, rows, what = catalogue.cells(name, kind)
        lines.append(
            f"| [`{name}`](#{_anchor(name).replace('+', '')}) | {phase} | {commercial} | {rows} | {_cell(what)} |"
        )
    lines += ["", f"[`{ANY_ON_THE_HUB}`](#hub): {_first_line(Hub)}"]
    lines += ["", "### hub", "", inspect.cleandoc(Hub.__doc__ or ""), "", *_parameters(Hub, ("dataset",))]
    for name, kind in datasets_by_name().items():
        lines += ["", f"### {name}", "", inspect.cleandoc(kind.__doc__ or ""), "", "| | |", "|---|---|"]
        lines += [f"| {label} | {_cell(text)} |" for label, text in catalogue.facts(kind.entry)]
        lines += ["", *_parameters(kind, ("dataset",))]
    lines += ["", "## Local formats", ""]
    for name, form in formats_by_name().items():
        lines += [f"### {name}", "", inspect.cleandoc(form.__doc__ or ""), "", *_parameters(form, ("format",)), ""]
    return "\n".join(lines).rstrip() + "\n"


_CATALOGUE = """\
`vlmdata fetch NAME` gets one, `{dataset: NAME}` in a recipe reads it. Rows are samples: where a data set asks several
questions about a picture they are turns of one sample. *Commercial use* is the stricter of two licences, that of the
texts and marks and that of the pictures; it is what publishers say, and no legal advice. Evaluation data, and splits
that are marked so, never become training data: a recipe that mixes them in is refused."""


def models() -> str:
    """Every model with what is published of it, and those that are refused."""
    lines = ["# Models", "", "`model: NAME` in a recipe sets what `tile.anyres` and `boxes.render` leave open.", ""]
    lines += ["| model | tiling | chat format | boxes |", "|---|---|---|---|"]
    for preset in MODELS.values():
        name, *rest = cells(preset)
        lines.append(f"| [`{name}`](#{_anchor(name)}) | {' | '.join(rest)} |")
    lines += ["", "Known by name, and refused in a recipe:", ""]
    lines += [f"- `{name}`: {reason}" for name, reason in REFUSED.items()]
    for name, preset in MODELS.items():
        lines += ["", f"## {name}", "", *([preset.note, ""] if preset.note else []), "| | | source |", "|---|---|---|"]
        sources = preset.sources
        lines += [f"| {field} | {_cell(text)} | {_cell(sources[field])} |" for field, text in facts(preset).items()]
        head, *rows = examples(preset)
        lines += ["", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text that stands in a table as it is, angle brackets and bars too."""
    return text.replace("<", "&lt;").replace("|", "\\|").replace("_", "\\_")


def _parameters(model: type[BaseModel], hidden: tuple[str, ...]) -> list[str]:
    rows = []
    schema = model.model_json_schema(mode="validation")
    for name, node in schema["properties"].items():
        if name in hidden:
            continue
        default = "required" if name in schema.get("required", ()) else f"`{json.dumps(node.get('default'))}`"
        rows.append(f"| `{name}` | {_type(node)} | {default} | {node.get('description', '')} |")
    return ["| parameter | type | default | meaning |", "|---|---|---|---|", *rows] if rows else ["No parameters."]


def _type(node: dict[str, Any]) -> str:
    """A JSON schema in words."""
    if "anyOf" in node:
        return " or ".join(_type(one) for one in node["anyOf"] if one.get("type") != "null")
    if "enum" in node or "const" in node:
        return ", ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        return f"list of {_type(node['items'])}" if "items" in node else "list"
    bounds = [f"{sign} {node[key]}" for key, sign in _BOUNDS.items() if key in node]
    return " ".join((_WORDS.get(node.get("type", ""), node.get("type", "any")), *bounds))


_WORDS = {"string": "text", "integer": "whole number", "object": "mapping", "boolean": "true or false"}
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def _first_line(thing: type) -> str:
    return inspect.cleandoc(thing.__doc__ or "").splitlines()[0]


def _anchor(heading: str) -> str:
    return heading.replace(".", "")


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli, "steps.md": steps, "datasets.md": datasets, "models.md": models}


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
