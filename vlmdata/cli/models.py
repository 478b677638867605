"""``vlmdata models``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vlmdata.cli.options import Json, Quiet
from vlmdata.cli.terminal import hanging, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from vlmdata.models.presets import Preset

EXAMPLES = ((640, 480), (1920, 1080), (600, 2000))
_HEAD = ("model", "tiling", "chat", "boxes")


def models(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One model, in full.", show_default=False)
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the models a recipe can name, or describe one.

    What is said of a model: how it cuts pictures, its chat format, its boxes, and where each of these is published.

    Example: vlmdata models qwen3-vl
    """
    from vlmdata.models.presets import MODELS, REFUSED

    if name is not None and name not in MODELS and name not in REFUSED:
        from vlmdata.errors import UsageError
        from vlmdata.recipe import nearest

        raise UsageError(f"unknown model {name!r}{nearest(name, (*MODELS, *REFUSED))}")
    chosen = {key: preset for key, preset in MODELS.items() if name in (None, key)}
    refused = {key: reason for key, reason in REFUSED.items() if name in (None, key)}
    if json:
        say_json({"models": {key: _described(preset) for key, preset in chosen.items()}, "refused": refused})
    elif quiet:
        return
    elif name and chosen:
        say(_in_full(chosen[name]))
    elif name:
        say([name, "", *hanging("", f"Not supported: {refused[name]}.", indent=0, label_width=0)])
    else:
        say(_table(chosen.values()))
        typer.echo("\nKnown, and not supported:")
        width = max(map(len, refused)) + 2
        for key, reason in refused.items():
            say(hanging(key, reason, indent=2, label_width=width))


def cells(preset: Preset) -> tuple[str, str, str, str]:
    """What a table of models says of one."""
    return preset.name, preset.tiling, preset.chat.name, preset.dialect or "-"


def examples(preset: Preset) -> Iterator[tuple[str, str, str, str, str]]:
    """For a few sizes: what the picture is resized to, its grid, views and image tokens, as text."""
    from vlmdata.models.tiling import tiled
    from vlmdata.types import Size

    yield "picture", "resized", "grid", "views", "image tokens"
    for size in EXAMPLES:
        found = tiled(preset.tiling, Size(*size))
        grid = f"{found.grid[0]}x{found.grid[1]}"
        yield str(Size(*size)), str(found.resized), grid, f"{len(found.views)}", f"{found.tokens:,}"


def facts(preset: Preset) -> dict[str, str]:
    """Each field in words, by the name of its source."""
    from vlmdata.models.tiling import POLICIES

    options = ", ".join(f"{name} {_short(value)}" for name, value in POLICIES[preset.tiling].defaults.items())
    means = " ".join(map(str, preset.normalisation.mean))
    deviations = " ".join(map(str, preset.normalisation.std))
    return {
        "tiling": f"{preset.tiling} ({options})",
        "chat": preset.chat.name,
        "dialect": preset.dialect or "-",
        "placeholder": f"{preset.placeholder}: {preset.placeholder.rule}",
        "normalisation": f"mean {means}, standard deviation {deviations}",
    }


def _short(value: object) -> str:
    text = str(list(value) if isinstance(value, tuple) else value)
    return f"of {len(value)}" if isinstance(value, tuple) and len(text) > 60 else text


def _table(presets: Iterable[Preset]) -> Iterator[str]:
    rows = [_HEAD, *map(cells, presets)]
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    for row in rows:
        yield "".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _in_full(preset: Preset) -> Iterator[str]:
    yield from (preset.name, "")
    if preset.note:
        yield from (*hanging("", preset.note, indent=0, label_width=0), "")
    sources = preset.sources
    for name, text in facts(preset).items():
        yield from hanging(name, text, indent=0, label_width=15)
        yield from hanging("", f"from {sources[name]}", indent=15, label_width=0)
    yield ""
    for row in examples(preset):
        yield "".join(f"{cell:12}" for cell in row).rstrip()


def _described(preset: Preset) -> Mapping[str, object]:
    from dataclasses import asdict

    from vlmdata.models.tiling import POLICIES, tiled
    from vlmdata.types import Size

    found = {size: tiled(preset.tiling, Size(*size)) for size in EXAMPLES}
    return {
        "tiling": preset.tiling,
        "options": dict(POLICIES[preset.tiling].defaults),
        "chat": preset.chat.name,
        "dialect": preset.dialect,
        "placeholder": {key: value for key, value in asdict(preset.placeholder).items() if key != "source"},
        "normalisation": asdict(preset.normalisation),
        "sources": dict(preset.sources),
        "note": preset.note,
        "examples": [{"size": size, "grid": one.grid, "tokens": one.tokens} for size, one in found.items()],
    }
