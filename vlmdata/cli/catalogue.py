"""The catalogue as text: one line for each data set, or all that is known of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from vlmdata.cli.terminal import columns, hanging, printable, several

if TYPE_CHECKING:
    from vlmdata.datasets.base import Dataset
    from vlmdata.datasets.entry import Entry, Split, Terms

_HEAD = ("name", "phase", "commercial", "rows", "what")


def table(kinds: Mapping[str, type[Dataset]]) -> Iterator[str]:
    """A line for each data set under a head, cut to the width of the terminal."""
    rows = [cells(name, kind) for name, kind in kinds.items()]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    for row in (_HEAD, *rows):
        name, phase, commercial, rows_, what = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        line = f"{name}  {phase}  {commercial}  {rows_.strip().rjust(len(rows_))}  {what}".rstrip()
        yield printable(line if len(line) <= columns() else line[: columns() - 1] + "…")


def cells(name: str, kind: type[Dataset]) -> tuple[str, ...]:
    """What a table of the catalogue says of a data set."""
    entry = kind.entry
    return name, entry.phase, entry.commercial, size(kind), about(kind).replace("``", "")


def full(name: str, kind: type[Dataset]) -> Iterator[str]:
    """Everything the catalogue knows of one data set."""
    entry = kind.entry
    yield f"{entry.title} ({name})"
    yield ""
    yield from cleandoc(kind.__doc__ or "").splitlines()
    yield ""
    label_width = max(len(label) for label, _ in facts(entry)) + 2
    for label, text in facts(entry):
        yield from hanging(label, text, indent=0, label_width=label_width)


def facts(entry: Entry) -> list[tuple[str, str]]:
    """Labels and texts, in the order in which a reader asks for them; what is not known is left out."""
    generated = f"{entry.generator} ({entry.generator_terms})" if entry.generator else ""
    rows: list[tuple[str, str]] = [
        ("homepage", entry.homepage),
        ("paper", entry.paper or ""),
        ("cite", entry.citation or ""),
        ("phase", entry.phase),
        ("tasks", ", ".join(entry.tasks)),
        ("languages", ", ".join(entry.languages)),
        *(("config", f"{config}: {what}") for config, what in entry.configs),
        *(("split", _split(split)) for split in entry.splits),
        ("texts", _terms(entry.annotations)),
        ("pictures", _terms(entry.images)),
        ("written by", generated),
        ("access", entry.gating or ""),
        ("by hand", entry.by_hand or ""),
        *(("problem", f"{problem.what}: {problem.treatment}") for problem in entry.problems),
        *(("prompt", prompt) for prompt in entry.prompts),
        ("on the Hub", ", ".join(entry.repos)),
        ("revision", entry.revision),
    ]
    return [(label, text) for label, text in rows if text]


def described(kind: type[Dataset]) -> dict[str, Any]:
    """The entry as plain data, for ``--json``."""
    from dataclasses import asdict

    return {**asdict(kind.entry), "commercial": kind.entry.commercial, "about": about(kind)}


def about(kind: type[Dataset]) -> str:
    """The first line of its docstring."""
    return cleandoc(kind.__doc__ or "").splitlines()[0]


def size(kind: type[Dataset]) -> str:
    """Rows of all splits that are read where no configuration is named; ``+`` where some are not known."""
    default = kind.model_fields["config"].default
    counts = [split.rows for split in kind.entry.splits if default is None or split.config in (None, default)]
    known = [count for count in counts if count]
    return f"{sum(known):,}{'+' if len(known) < len(counts) else ''}" if known else "?"


def _split(split: Split) -> str:
    where = f" of {split.config}" if split.config else ""
    rows = several(split.rows, "row") if split.rows else "number of rows not published"
    return "; ".join(
        filter(None, (f"{split.name}{where}: {rows}", split.note, "evaluation only" if split.role == "eval" else ""))
    )


def _terms(terms: Terms) -> str:
    conditions = f" ({terms.conditions})" if terms.conditions else ""
    return f"{terms.name}; commercial use: {terms.commercial}{conditions}"


def chosen(
    kinds: Mapping[str, type[Dataset]], phase: str | None, task: str | None, commercial: str | None
) -> dict[str, type[Dataset]]:
    """Those that fit. ``UsageError`` for a word that none could fit."""
    from vlmdata.errors import UsageError
    from vlmdata.recipe import nearest

    entries = {name: kind.entry for name, kind in kinds.items()}
    asked: Iterable[tuple[str, str | None, set[str]]] = (
        ("phase", phase, {"pretrain", "instruct", "task", "eval"}),
        ("task", task, {one for entry in entries.values() for one in entry.tasks}),
        ("commercial", commercial, {"yes", "no", "unclear"}),
    )
    for option, word, known in asked:
        if word is not None and word not in known:
            raise UsageError(f"unknown --{option} {word!r}{nearest(word, known)}")
    return {
        name: kind
        for name, kind in kinds.items()
        if phase in (None, entries[name].phase)
        and (task is None or task in entries[name].tasks)
        and commercial in (None, entries[name].commercial)
    }
