"""Write the docs that come from code: ``python -m docs.generate``; ``--check`` only compares (exit 1 if stale)."""

from __future__ import annotations

import sys
from pathlib import Path

from typer.testing import CliRunner

from docs import generate_datasets, generate_steps
from docs.markdown import anchor, cell
from vlmdata.cli.main import VERBS, app
from vlmdata.cli.models import cells, examples, facts
from vlmdata.models.presets import MODELS, REFUSED

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


def models() -> str:
    """Every model with what is published of it, and those that are refused."""
    lines = ["# Models", "", "`model: NAME` in a recipe sets what `tile.anyres` and `boxes.render` leave open.", ""]
    lines += ["| model | tiling | chat format | boxes |", "|---|---|---|---|"]
    for preset in MODELS.values():
        name, *rest = cells(preset)
        lines.append(f"| [`{name}`](#{anchor(name)}) | {' | '.join(rest)} |")
    lines += ["", "Known by name, and refused in a recipe:", ""]
    lines += [f"- `{name}`: {reason}" for name, reason in REFUSED.items()]
    for name, preset in MODELS.items():
        lines += ["", f"## {name}", "", *([preset.note, ""] if preset.note else []), "| | | source |", "|---|---|---|"]
        sources = preset.sources
        lines += [f"| {field} | {cell(text)} | {cell(sources[field])} |" for field, text in facts(preset).items()]
        head, *rows = examples(preset)
        lines += ["", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Every generated page by its path below ``docs``."""
    return {"cli.md": cli(), "models.md": models()} | generate_steps.pages() | generate_datasets.pages()


FOLDERS = ("steps", "datasets")
"""Below ``docs``; nothing but generated pages lies in them."""


def main() -> int:
    made = pages()
    stale = [name for name, text in made.items() if _written(name) != text]
    there = [str(path.relative_to(HERE)) for folder in FOLDERS for path in sorted((HERE / folder).glob("*.md"))]
    left = [name for name in there if name not in made]
    if "--check" not in sys.argv:
        for name in stale:
            (HERE / name).parent.mkdir(exist_ok=True)
            (HERE / name).write_text(made[name], encoding="utf-8")
        for name in left:
            (HERE / name).unlink()
    elif stale or left:
        sys.stderr.write(f"docs are stale: {', '.join([*stale, *left])}; run `make docs`\n")
        return 1
    return 0


def _written(name: str) -> str | None:
    path = HERE / name
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
