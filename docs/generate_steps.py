"""The pages of steps: an overview, and a page for each family with parameters, examples and pictures."""

from __future__ import annotations

from docs.draw_steps import SHOWN, picture
from docs.markdown import anchor, documented, first_line, parameters
from vlmdata.steps import STEPS
from vlmdata.steps.base import AnyStep

FAMILIES = {
    "cleaning": (
        "Cleaning and filtering",
        "What may be in a data set at all. Why in this order, and what it was measured on: [cleaning](../cleaning.md).",
        ("clean", "filter", "safety", "privacy", "dedup", "decontaminate"),
    ),
    "samples": (
        "Samples",
        "One sample of many, many of one, and how many of a kind.",
        ("sample", "explode", "document", "group", "balance"),
    ),
    "pictures": (
        "Pictures",
        "Size, shape, orientation and looks; boxes and words follow ([geometry](../geometry.md)).",
        ("image", "augment", "video", "ocr"),
    ),
    "boxes": ("Boxes", "Numbers, words and questions made of places ([geometry](../geometry.md)).", ("boxes",)),
    "training": (
        "For the model",
        "Views, text and tokens as a model was trained on them ([training](../training.md)).",
        ("tile", "chat", "tokenize", "pack"),
    ),
}
"""File: title, introduction, and the first words of the names of its steps."""


def family(step: type[AnyStep]) -> str:
    """The file of a step. Raises ``LookupError`` for a step of no family."""
    word = step.name.partition(".")[0]
    for file, (_, _, words) in FAMILIES.items():
        if word in words:
            return file
    raise LookupError(f"{step.name}: FAMILIES of docs/generate_steps.py has no place for {word!r}")


def pages() -> dict[str, str]:
    """Every page by its path below ``docs``."""
    return {"steps.md": _overview()} | {f"steps/{file}.md": _page(file) for file in FAMILIES}


def _overview() -> str:
    lines = [
        "# Steps",
        "",
        _INTRODUCTION,
    ]
    for file, (title, _, _) in FAMILIES.items():
        lines += ["", f"## {title}", "", "| step | what |", "|---|---|"]
        lines += [
            f"| [`{step.name}`](steps/{file}.md#{anchor(step.name)}) | {first_line(step)} |"
            for step in STEPS
            if family(step) == file
        ]
    return "\n".join(lines) + "\n"


def _page(file: str) -> str:
    title, introduction, _ = FAMILIES[file]
    lines = [f"# {title}", "", introduction]
    for step in STEPS:
        if family(step) == file:
            lines += ["", f"## {step.name}", "", documented(step).strip(), ""]
            if step.name in SHOWN:
                lines += [f"![Before and after {SHOWN[step.name]}](../{picture(step.name)})", ""]
            lines += parameters(step)
    return "\n".join(lines) + "\n"


_INTRODUCTION = "In a recipe a step is `name` or `name: {parameter: value}`; they run in the order they stand in."
