"""``vlmdata push``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vlmdata.cli.options import Directory, Json, Quiet
from vlmdata.cli.terminal import printable, say, say_json, several

if TYPE_CHECKING:
    from vlmdata.engine.push import Judgement, Options, Outcome, Prospect
    from vlmdata.hub.plan import Plan


def push(
    directory: Directory,
    name: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="Its name on the Hub.", show_default=False)],
    private: Annotated[bool, typer.Option("--private", help="Only for you and whom you let in.")] = False,
    revision: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="Branch to push to, made if it is new; main by default.")
    ] = None,
    create_pr: Annotated[bool, typer.Option("--create-pr", help="Open a pull request instead.")] = False,
    rights: Annotated[
        bool, typer.Option("--i-have-the-rights", help="Push what licences do not allow; the card says that you did.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and why not; send nothing.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Push a data set to the Hugging Face Hub.

    Refuses what its licences or its evaluation mark forbid. Writes a data-set card with a sheet of samples; what was
    dropped and the report stay here. Afterwards files, hashes and rows on the Hub are held against the manifest. The
    same command again goes on where it was cut off. The token is that of `hf auth login` or HF_TOKEN.

    Example: vlmdata push demo-output me/demo --private

    Example: vlmdata push demo-output me/demo --dry-run
    """
    from vlmdata.engine.push import Options, carry_out

    options = Options(revision=revision, private=private, create_pr=create_pr, have_rights=rights)
    if dry_run:
        return _dry_run(directory, name, options, as_json=json, quiet=quiet)
    outcome = carry_out(directory, name, options, _silence if json or quiet else _progress)
    if json:
        checked = asdict(outcome.verified)
        say_json({"repo": name, "page": outcome.page, **_work(outcome.plan), "verified": checked})
    elif not quiet:
        say(map(printable, _done(outcome)))
    return 0


def _dry_run(directory: Path, name: str, options: Options, *, as_json: bool, quiet: bool) -> int:
    """Exit code 2 where a push would be refused."""
    from vlmdata.engine.push import judged, prospect

    judgement = judged(directory, options.have_rights)
    seen = prospect(directory, name, options, judgement)
    if as_json:
        refusals = list(judgement.refusals)
        say_json({"repo": name, **_work(seen.plan), "compacts": judgement.compacts, "refusals": refusals})
    elif not quiet:
        say(map(printable, _outlook(name, seen, judgement)))
    return 2 if judgement.refusals else 0


def _outlook(name: str, seen: Prospect, judgement: Judgement) -> list[str]:
    plan = seen.plan
    lines = [f"send    {file.path}  {file.size:,} bytes" for file in plan.sent]
    lines += [f"keep    {file.path}  {file.size:,} bytes" for file in plan.kept]
    lines += [f"delete  {path}" for path in plan.removed]
    if judgement.compacts:
        lines.append("The shards are many and small: a push compacts the directory first, and sends fewer.")
    lines.append(f"{_sum(plan)} to {'a new ' if seen.found.head is None else ''}{name}")
    return [*lines, *(f"refused: {reason}" for reason in judgement.refusals)]


def _done(outcome: Outcome) -> list[str]:
    checked = outcome.verified
    rows = f"{several(checked.rows, 'row')} in {several(checked.parquet, 'Parquet footer')}"
    held = f"{several(checked.files, 'file')} ({checked.bytes / 1e6:,.1f} MB) by size and hash, {rows}"
    return [
        f"sent {_sum(outcome.plan)}; {several(len(outcome.plan.kept), 'file')} were there already",
        f"verified at {checked.commit[:12]}: {held}",
        outcome.page,
    ]


def _sum(plan: Plan) -> str:
    return f"{several(len(plan.sent), 'file')} ({plan.bytes / 1e6:,.1f} MB) in {several(plan.commits, 'commit')}"


def _work(plan: Plan) -> dict[str, Any]:
    return {
        "sent": [{"path": file.path, "bytes": file.size, "sha256": file.sha256} for file in plan.sent],
        "kept": [file.path for file in plan.kept],
        "deleted": list(plan.removed),
        "commits": plan.commits,
    }


def _progress(line: str) -> None:
    typer.echo(printable(line), err=True)


def _silence(_: str) -> None:
    return
