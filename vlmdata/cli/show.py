"""What a run says when it is done: the funnel, the sum, where things are."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from vlmdata.engine.plan import Plan
    from vlmdata.types import Manifest


def show_run(folder: Path, manifest: Manifest, *, as_json: bool, quiet: bool) -> None:
    """Print the funnel of a finished run."""
    if as_json:
        typer.echo(json.dumps({"directory": str(folder), **manifest.to_json()}, ensure_ascii=False, indent=2))
    elif not quiet:
        _funnel(manifest)
        _places(folder, manifest)


def _funnel(manifest: Manifest) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{manifest.name}: {manifest.rows} rows in, {manifest.written} samples out", title_justify="left"
    )
    table.add_column("step")
    for heading in ("in", "created", "merged", "dropped"):
        table.add_column(heading, justify="right")
    table.add_column("why dropped; what was done", overflow="fold")
    for tally in manifest.funnel:
        numbers = (tally.entered, tally.created, tally.merged, tally.dropped.total())
        why = "; ".join(filter(None, (_counts(tally.dropped), _counts(tally.notes))))
        table.add_row(tally.name, *(str(number) if number else "·" for number in numbers), why)
    Console().print(table)
    created = sum(tally.created for tally in manifest.funnel)
    merged = sum(tally.merged for tally in manifest.funnel)
    dropped = sum(tally.dropped.total() for tally in manifest.funnel)
    typer.echo(
        f"in {manifest.rows} + created {created} = written {manifest.written} + merged {merged} + dropped {dropped}"
    )


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _places(folder: Path, manifest: Manifest) -> None:
    groups: dict[str, list[int]] = {}
    for shard in manifest.shards:
        groups.setdefault(shard.path.split("/")[0], []).append(shard.bytes)
    for kind, sizes in groups.items():
        typer.echo(f"{kind:10}  {folder / kind}  ({len(sizes)} shards, {sum(sizes) / 1e6:.1f} MB)")
    if (folder / "dropped").exists():
        typer.echo(f"{'dropped':10}  {folder / 'dropped'}  (vlmdata inspect {folder} --dropped)")
    typer.echo(f"{'manifest':10}  {folder / 'manifest.json'}")
    typer.echo(f"{'report':10}  {folder / 'report.html'}")


def show_plan(folder: Path, plan: Plan, *, as_json: bool) -> None:
    """Print what a run would do."""
    splits = sorted({"train", *plan.recipe.output.split})
    if as_json:
        inputs = [{"name": info.name, "rows": info.rows, "digest": info.digest} for info in plan.infos]
        told = {
            "directory": str(folder),
            "inputs": inputs,
            "rows": plan.rows,
            "tasks": len(plan.tasks),
            "steps": [step.name for step in plan.recipe.steps],
            "columns": list(plan.columns),
            "fingerprint": plan.fingerprint,
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{plan.recipe.name}: {plan.rows} rows in {len(plan.tasks)} tasks, fingerprint {plan.fingerprint[:12]}")
    for info in plan.infos:
        typer.echo(f"  input   {info.name}: {info.rows} rows")
    for step in plan.recipe.steps:
        parameters = ", ".join(f"{name}={value!r}" for name, value in step.model_dump(exclude_defaults=True).items())
        typer.echo(f"  step    {step.name} {parameters}".rstrip())
    for kind in plan.recipe.output.formats:
        typer.echo(f"  writes  {folder / kind} ({', '.join(splits)})")
    typer.echo("nothing was written (--dry-run)")
