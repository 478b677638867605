"""``report.html``: one file that a person opens first. No script, no network, nothing but the run in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from vlmdata.io.atomic import write_text_atomic
from vlmdata.report.gallery import card
from vlmdata.report.labels import FONT
from vlmdata.report.losses import losses
from vlmdata.types import Manifest, Record
from vlmdata.types.manifest import ordered

if TYPE_CHECKING:
    import jinja2

REPORT = "report.html"

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def write_report(root: Path, manifest: Manifest, records: Iterable[Record]) -> Path:
    """Write ``report.html`` of a data set directory; where it is.

    ``records`` are the few samples to show, in the order to show them; each is read, made small and let go.
    ``dropped/`` is read from ``root``. Equal input makes equal bytes. Raises ``InputError`` for a damaged file of
    ``dropped/``, ``StorageError`` where the page cannot be written.
    """
    page = _environment().get_template("page.html.jinja")
    text = page.render(
        manifest=manifest,
        losses=losses(root, manifest),
        cards=[card(record) for record in records],
        font=FONT,
        licenses=ordered(manifest.licenses or Counter()),
        recipe=yaml.safe_dump(manifest.recipe, sort_keys=False, allow_unicode=True),
        **_sums(manifest),
    )
    write_text_atomic(root / REPORT, text)
    return root / REPORT


def _sums(manifest: Manifest) -> dict[str, Any]:
    funnel, shards = manifest.funnel, manifest.shards
    formats = dict.fromkeys(shard.path.split("/")[0] for shard in shards)
    first = [shard for shard in shards if shard.path.startswith(f"{next(iter(formats), '')}/")]
    spent = {kind: seconds for kind, seconds in sorted(manifest.timings.items()) if kind != "total"}
    total = manifest.timings.get("total", 0.0)
    return {
        "created": sum(tally.created for tally in funnel),
        "merged": sum(tally.merged for tally in funnel),
        "dropped": sum(tally.dropped.total() for tally in funnel),
        "most": max((tally.entered for tally in funnel), default=0) or 1,
        "formats": {name: [shard.bytes for shard in shards if shard.path.startswith(f"{name}/")] for name in formats},
        "splits": {
            split: sum(shard.samples for shard in first if shard.split == split)
            for split in sorted({shard.split for shard in first}, key=lambda split: (split != "train", split))
        },
        "total": total,
        "spent": spent | {"other": max(0.0, round(total - sum(spent.values()), 3))} if total else {},
    }


def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(lambda name: files("vlmdata.report").joinpath(name).read_text("utf-8")),
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printable(value: Any) -> Any:
    """Without what no HTML file may hold: control characters, and halves of surrogate pairs from odd file names."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value) if type(value) is str else value
