"""What ``preprocess --explain`` says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from vlmdata.cli.terminal import hanging, say, say_json

if TYPE_CHECKING:
    from vlmdata.engine.explain import Explanation


def show_explanation(folder: Path, found: Explanation, *, as_json: bool, quiet: bool) -> None:
    """Print what would be done again, place by place."""
    if as_json:
        earlier = found.earlier.fingerprint if found.earlier else None
        lines = [asdict(line) for line in found.lines]
        say_json({"directory": str(folder), "earlier": earlier, "finished": found.finished, "places": lines})
    elif not quiet:
        say(_told(folder, found))


def _told(folder: Path, found: Explanation) -> Iterator[str]:
    if found.finished:
        yield f"{folder} holds this very run finished: nothing would be done again"
        return
    if found.earlier:
        yield f"beside the run in {folder} ({found.earlier.name}, fingerprint {found.earlier.fingerprint[:12]}):"
    else:
        yield f"{folder} holds no finished run to compare with:"
    for line in found.lines:
        label = f"{line.place:18} {line.state}".rstrip()
        words = "; ".join(filter(None, (line.why, line.work))) or "costs little"
        yield from hanging(label, words, indent=2, label_width=28)
    if found.earlier:
        yield "Every row is read, and every shard written, again; what costs most is taken from earlier runs as said."
