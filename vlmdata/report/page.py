"""``report.html``: one file that a person opens first. No script, no network, nothing but the run in it.

Charts are tables dressed by Charts.css, so they need no script, follow light and dark, and print.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from vlmdata.io.atomic import write_text_atomic
from vlmdata.report.brief import cut
from vlmdata.report.charts import histograms, names, times
from vlmdata.report.gallery import Card, card
from vlmdata.report.labels import FONT
from vlmdata.report.losses import by_count, losses
from vlmdata.types import Distributions, Manifest, Record
from vlmdata.types.manifest import ordered

if TYPE_CHECKING:
    import jinja2

REPORT = "report.html"
LOCK = "recipe.lock.yaml"

_PICTURES = 9_000_000
_RECIPE = 100_000
_LICENSES = 40
_REUSED = {
    "rendered": "pictures rendered",
    "renders_kept": "pictures taken from earlier runs",
    "answered": "looks of steps at pictures",
    "answers_kept": "looks taken from earlier runs",
}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def write_report(root: Path, manifest: Manifest, records: Iterable[Record]) -> Path:
    """Write ``report.html`` of a data set directory; where it is.

    ``records`` are the samples to show, in the order to show them; each is read, made small and let go, until their
    pictures take 9 MB of the page. ``dropped/`` and the lock file are read from ``root``. Equal input makes equal
    bytes. Raises ``InputError`` for a damaged file of ``dropped/``, ``StorageError`` where the page cannot be written.
    """
    lost = losses(root, manifest)
    page = _environment().get_template("page.html.jinja")
    licenses, spread = manifest.licenses or Counter(), manifest.distributions or Distributions()
    text = page.render(
        manifest=manifest,
        losses=lost,
        places={(loss.step, loss.reason): place for place, loss in enumerate(lost)},
        by_count=by_count,
        cards=list(_cards(records)),
        font=FONT,
        licenses=ordered(licenses)[:_LICENSES],
        more_licenses=max(0, len(licenses) - _LICENSES),
        histograms=histograms(spread),
        names=names(spread, licenses),
        times=times(manifest),
        reused=_REUSED,
        recipe=cut(_recipe(root, manifest), _RECIPE),
        **_sums(manifest),
    )
    write_text_atomic(root / REPORT, text)
    return root / REPORT


def _recipe(root: Path, manifest: Manifest) -> str:
    """As the lock file has it, for the keys of a manifest come back in another order than people write them."""
    try:
        return (root / LOCK).read_text("utf-8", errors="replace")
    except OSError:
        return str(yaml.safe_dump(manifest.recipe, sort_keys=False, allow_unicode=True))


def _cards(records: Iterable[Record]) -> Iterator[Card]:
    left = _PICTURES
    for record in records:
        one = card(record)
        left -= one.weight
        if left < 0:
            return
        yield one


def _sums(manifest: Manifest) -> dict[str, Any]:
    funnel, shards = manifest.funnel, manifest.shards
    formats = dict.fromkeys(shard.path.split("/")[0] for shard in shards)
    first = [shard for shard in shards if shard.path.startswith(f"{next(iter(formats), '')}/")]
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
        "total": manifest.timings.get("total", 0.0),
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
    """Without what no HTML file may hold: control characters, and halves of surrogate pairs from odd file names.

    Characters that turn the direction of what follows are named, for they could make a text read as another.
    """
    if type(value) is not str:
        return value
    named = _TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", named)
