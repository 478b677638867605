"""What a run says when it is done, and what a dry run says instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vlmdata.cli.funnel import funnel_lines
from vlmdata.cli.terminal import hanging, printable, say, say_json, several

if TYPE_CHECKING:
    from vlmdata.engine.output import Standing
    from vlmdata.engine.plan import Plan
    from vlmdata.types import Manifest

_WHAT_NEXT = {
    "new": "{} is new",
    "unfinished": "{} holds this run unfinished: it would go on from there",
    "finished": "{} holds this run finished: there is nothing to do",
    "replaced": "what vlmdata wrote in {} would be removed first (--overwrite)",
}


def show_run(folder: Path, manifest: Manifest, *, as_json: bool, quiet: bool) -> None:
    """Print the funnel of a finished run."""
    if as_json:
        say_json({"directory": str(folder), **manifest.to_json()})
    elif not quiet:
        say(funnel_lines(manifest))
        say(_reused(manifest))
        typer.echo()
        _places(folder, manifest)
        for hint in download_hints(manifest):
            say(hanging("", hint, indent=0, label_width=0))


def _reused(manifest: Manifest) -> Iterator[str]:
    """What earlier runs spared this one, if anything."""
    kept = {"renders": "pictures rendered", "answers": "looks at pictures"}
    spared = (
        f"{manifest.reuse.get(f'{name}_kept', 0):,} {what}"
        for name, what in kept.items()
        if manifest.reuse.get(f"{name}_kept")
    )
    if told := " and ".join(spared):
        yield f"from earlier runs: {told}"


def download_hints(manifest: Manifest) -> Iterator[str]:
    """What can be done about downloads that failed."""
    tally = next((one for one in manifest.funnel if one.name == "download"), None)
    if tally is None:
        return
    nameless = sum(count for reason, count in tally.dropped.items() if reason.startswith("dns_"))
    if nameless >= max(10, tally.entered / 10):
        yield (
            f"{nameless:,} of {tally.entered:,} addresses failed because their host was not found. Dead links are "
            "some of it; if it is much more than elsewhere, the DNS resolver does not keep up: ask fewer hosts at a "
            "time (--concurrency), or use a caching resolver, then --retry-failed"
        )
    again = tally.dropped.total() - tally.dropped["opted_out"]
    if again:
        yield f"The same command with --retry-failed tries the {several(again, 'failed download')} again."


def _places(folder: Path, manifest: Manifest) -> None:
    groups: dict[str, list[int]] = {}
    for shard in manifest.shards:
        groups.setdefault(shard.path.split("/")[0], []).append(shard.bytes)
    for kind, sizes in groups.items():
        typer.echo(f"{kind:10}  {folder / kind}  ({several(len(sizes), 'shard')}, {sum(sizes) / 1e6:.1f} MB)")
    if (folder / "dropped").exists():
        typer.echo(f"{'dropped':10}  {folder / 'dropped'}  (vlmdata inspect {folder} --dropped)")
    typer.echo(f"{'manifest':10}  {folder / 'manifest.json'}")
    typer.echo(f"{'report':10}  {folder / 'report.html'}")


def say_advice(sentences: Iterable[str]) -> None:
    """On stderr: what the author of a recipe may want to think over."""
    for sentence in sentences:
        typer.echo(printable(f"warning: {sentence}"), err=True)


def show_plan(
    folder: Path, plan: Plan, standing: Standing, warnings: Sequence[str], *, as_json: bool, quiet: bool
) -> None:
    """Print what a run would do."""
    if as_json:
        say_json({**_plan_json(folder, plan, standing), "warnings": warnings})
    elif not quiet:
        say_advice(warnings)
        say(_plan_lines(folder, plan))
        typer.echo(f"dry run, nothing written; {_WHAT_NEXT[standing].format(folder)}")


def _plan_json(folder: Path, plan: Plan, standing: Standing) -> dict[str, object]:
    return {
        "directory": str(folder),
        "standing": standing,
        "inputs": [{"name": info.name, "rows": info.rows, "digest": info.digest} for info in plan.infos],
        "role": plan.role,
        "rows": plan.rows,
        "tasks": len(plan.tasks),
        "steps": [step.name for step in plan.recipe.steps],
        "formats": list(plan.recipe.output.formats),
        "splits": _splits(plan),
        "columns": list(plan.columns),
        "fingerprint": plan.fingerprint,
    }


def _plan_lines(folder: Path, plan: Plan) -> Iterator[str]:
    output = plan.recipe.output
    tasks = several(len(plan.tasks), "task")
    kind = " of evaluation data" if plan.role == "eval" else ""
    yield typer.style(f"{plan.recipe.name}: {several(plan.rows, 'row')}{kind} in {tasks}", bold=True)
    for number, (info, source) in enumerate(zip(plan.infos, plan.sources, strict=True)):
        weight = f", weight {source.weight:g}" if source.weight != 1 else ""
        count = f", {source.count:,} taken" if source.count is not None else ""
        yield from _field("inputs" if not number else "", f"{info.name}: {several(info.rows, 'row')}{weight}{count}")
    for number, step in enumerate(plan.recipe.steps):
        given = step.model_dump(exclude_defaults=True).items()
        parameters = ", ".join(f"{name}: {value}" for name, value in given)
        yield from _field("steps" if not number else "", f"{step.name} {parameters}")
    yield from _field("writes", ", ".join(str(folder / kind) for kind in output.formats))
    last = f" … {len(plan.tasks) - 1:05d}" if len(plan.tasks) > 1 else ""
    names = ", ".join(f"{split}-00000{last}" for split in _splits(plan))
    size = f"{output.max_bytes / 1e6:,.0f} MB"
    yield from _field("shards", f"{names}; {several(output.max_samples, 'sample')} or {size} each, at most")
    yield from _field("columns", ", ".join(plan.columns))
    yield from _field("fingerprint", plan.fingerprint[:12])


def _field(label: str, text: str) -> Iterator[str]:
    return hanging(label, text, indent=2, label_width=13)


def _splits(plan: Plan) -> list[str]:
    """Every split that may come out: those of the inputs, and what the recipe splits off."""
    from vlmdata.shards.directory import Directory

    found = set(plan.recipe.output.split)
    for source in plan.sources:
        own = getattr(source, "split", None)
        if own is None and isinstance(source, Directory):
            found.update(info.split for info in source.manifest.shards)
        else:
            found.add(own or "train")
    return sorted(found)
