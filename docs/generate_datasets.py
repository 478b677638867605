"""The pages of data sets: the catalogue, a page for each area, and one for the formats of local files."""

from __future__ import annotations

from docs.markdown import anchor, cell, documented, first_line, parameters
from vlmdata.cli import catalogue
from vlmdata.cli.datasets import ANY_ON_THE_HUB
from vlmdata.datasets import datasets_by_name, formats_by_name
from vlmdata.datasets.base import Dataset
from vlmdata.datasets.hub.dataset import Hub

AREAS = {
    "shapes": "Built in",
    "pretrain": "Pictures and captions",
    "interleaved": "Interleaved documents",
    "instruct": "Instructions",
    "tasks": "Tasks",
    "video": "Video",
    "domains": "Medical and industrial",
    "evaluation": "Evaluation",
}
"""Folder of ``vlmdata/datasets``, which is the file of the page too: title."""


def area(kind: type[Dataset]) -> str:
    return kind.__module__.split(".")[2]


def pages() -> dict[str, str]:
    """Every page by its path below ``docs``."""
    made = {"datasets.md": _overview(), "datasets/local.md": _local(), "datasets/hub.md": _hub()}
    return made | {f"datasets/{name}.md": _page(name) for name in AREAS}


def _overview() -> str:
    lines = ["# Data sets", "", *_CATALOGUE.splitlines(), ""]
    for name, title in AREAS.items():
        lines += [f"## {title}", "", "| data set | phase | commercial use | rows | what |", "|---|---|---|---|---|"]
        for dataset, kind in _of(name):
            _, phase, commercial, rows, what = catalogue.cells(dataset, kind)
            link = f"[`{dataset}`](datasets/{name}.md#{anchor(dataset)})"
            lines.append(f"| {link} | {phase} | {commercial} | {rows} | {cell(what)} |")
        lines.append("")
    lines += ["## Anything else", ""]
    lines += [f"- [`{ANY_ON_THE_HUB}`](datasets/hub.md): {first_line(Hub)}"]
    lines += [f"- [`format: {name}`](datasets/local.md#{anchor(name)}): {first_line(form)}" for name, form in _FORMATS]
    return "\n".join(lines) + "\n"


def _of(name: str) -> list[tuple[str, type[Dataset]]]:
    return [(dataset, kind) for dataset, kind in datasets_by_name().items() if area(kind) == name]


def _page(name: str) -> str:
    lines = [f"# {AREAS[name]}", "", "[All data sets](../datasets.md)"]
    if name == "shapes":
        lines += ["", "![Six of its pictures with their boxes](../pictures/shapes.webp)"]
    for dataset, kind in _of(name):
        lines += ["", f"## {dataset}", "", documented(kind).strip(), "", "| | |", "|---|---|"]
        lines += [f"| {label} | {cell(text)} |" for label, text in catalogue.facts(kind.entry)]
        lines += ["", *parameters(kind, ("dataset",))]
    return "\n".join(lines) + "\n"


def _hub() -> str:
    lines = ["# Any data set of the Hub", "", documented(Hub).strip(), "", *parameters(Hub, ("dataset",))]
    return "\n".join(lines) + "\n"


def _local() -> str:
    lines = ["# Local files", "", "`{path: FILE, format: FORMAT}` in a recipe reads them."]
    for name, form in _FORMATS:
        lines += ["", f"## {name}", "", documented(form).strip(), "", *parameters(form, ("format",))]
    return "\n".join(lines) + "\n"


_FORMATS = tuple(formats_by_name().items())
_CATALOGUE = """\
`vlmdata fetch NAME` gets one, `{dataset: NAME}` in a recipe reads it. Rows are samples: where a data set asks several
questions about a picture they are turns of one sample. *Commercial use* is the stricter of two licences, that of the
texts and marks and that of the pictures; it is what publishers say, and no legal advice. Evaluation data, and splits
that are marked so, never become training data: a recipe that mixes them in is refused."""
