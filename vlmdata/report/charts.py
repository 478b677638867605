"""What the charts of the page show: columns over bins of a number, bars of names. Heights and words, no markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from vlmdata.report.brief import cut
from vlmdata.types import Distributions, LicenseCounts, Manifest
from vlmdata.types.distributions import NUMBERS, Bin, Bins, most_frequent

_COLUMNS = 32
_LABELS = 8
_BARS = 12
_NAME = 60

# What is charted, with what it counts and the unit of its numbers.
_NUMBERS = {
    "width": ("Width", "pictures", "pixels"),
    "height": ("Height", "pictures", "pixels"),
    "aspect": ("Width over height", "pictures", ""),
    "images": ("Pictures in a sample", "samples", ""),
    "views": ("Stored views of a picture", "pictures", ""),
    "boxes": ("Boxes on a picture", "pictures", ""),
    "turns": ("Turns in a sample", "samples", ""),
    "characters": ("Length of the text", "samples", "characters"),
    "tokens": ("Length of the sequence", "samples", "tokens"),
    "trained": ("Tokens with loss", "samples", "tokens"),
}
_NAMES = {"dataset": "Data sets", "language": "Languages", "tag": "Tasks and tags", "media_type": "Views stored as"}
_UNNAMED = {"language": "not said", "media_type": "kept as found"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One or more neighbouring bins. ``share`` is of the highest column; ``label`` stands under some columns."""

    span: str
    label: str | None
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Columns from the first bin that holds something to the last. ``summary`` says it in words."""

    title: str
    unit: str
    summary: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """``share`` is of the longest bar, ``said`` the value in words."""

    name: str
    share: float
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """The longest bars, and in words how much is ``left_out``."""

    title: str
    bars: tuple[Bar, ...]
    left_out: str = ""


def histograms(found: Distributions) -> list[Histogram]:
    """One for each number that was counted, in the order of a look at pictures, then texts."""
    return [
        _histogram(title, counted, unit, NUMBERS[name], found.numbers[name])
        for name, (title, counted, unit) in _NUMBERS.items()
        if found.numbers.get(name)
    ]


def names(found: Distributions, licenses: LicenseCounts) -> list[Bars]:
    """Bars of data sets, languages, tags, formats and terms, those that were counted."""
    counts = [(title, _called(found.names.get(name), _UNNAMED.get(name, "–"))) for name, title in _NAMES.items()]
    counts += [
        ("Licence of pictures", _summed((terms.images, count) for terms, count in licenses.items())),
        ("Licence of annotations", _summed((terms.annotations, count) for terms, count in licenses.items())),
        ("Commercial use", _summed((terms.commercial, count) for terms, count in licenses.items())),
    ]
    return [
        _bars(title, each, found.samples if title == _NAMES["tag"] else each.total()) for title, each in counts if each
    ]


def times(manifest: Manifest) -> Bars | None:
    """CPU seconds of reading, each step and each kind of work on pictures, in the order of the line."""
    total = manifest.timings.get("total", 0.0)
    spent = [(tally.name, tally.seconds, tally.entered) for tally in manifest.funnel if tally.name != "render"]
    spent += [(kind, seconds, 0) for kind, seconds in sorted(manifest.timings.items()) if kind != "total"]
    spent.append(("other", max(0.0, total - sum(seconds for _, seconds, _ in spent)), 0))
    most = max(seconds for _, seconds, _ in spent)
    if not total or not most:
        return None
    bars = (Bar(name=cut(name, _NAME), share=_share(took, most), said=_pace(took, rows)) for name, took, rows in spent)
    return Bars(title="CPU seconds", bars=tuple(bars))


def _pace(seconds: float, rows: int) -> str:
    return f"{seconds:,.2f} s" + (f", {rows / seconds:,.0f} a second" if rows and seconds >= 0.01 else "")


def _histogram(title: str, counted: str, unit: str, bins: Bins, found: Counter[Bin]) -> Histogram:
    spans = list(_spans(bins, found))
    highest = max(count for _, count in spans)
    every = -(-len(spans) // _LABELS)
    return Histogram(
        title=title,
        unit=unit,
        summary=_summary(counted, unit, spans),
        columns=tuple(
            Column(
                span=_said(span),
                label=_figure(span[0]) if place % every == 0 else None,
                count=count,
                share=_share(count, highest),
            )
            for place, (span, count) in enumerate(spans)
        ),
    )


def _spans(bins: Bins, found: Counter[Bin]) -> list[tuple[Bin, int]]:
    """From the first bin with something in it to the last, neighbours put together until there are few enough."""
    filled = [place for place, one in enumerate(bins) if found[one]]
    first, last = filled[0], filled[-1] + 1
    width = 1
    while (last - first) > _COLUMNS * width:
        width *= 2
        first -= first % width
    groups = [bins[place : place + width] for place in range(first, last, width)]
    return [((group[0][0], group[-1][1]), sum(found[one] for one in group)) for group in groups]


def _summary(counted: str, unit: str, spans: Sequence[tuple[Bin, int]]) -> str:
    total = sum(count for _, count in spans)
    running = accumulate(count for _, count in spans)
    middle = next(span for (span, _), so_far in zip(spans, running, strict=True) if 2 * so_far >= total)
    what = f"{total:,} {counted if total > 1 else counted.removesuffix('s')}"
    if len(spans) == 1:
        return f"{what}, all {_said(middle)} {unit}".rstrip()
    whole = _said((spans[0][0][0], spans[-1][0][1]))
    return f"{what}, {whole} {unit}".rstrip() + f", median {_said(middle)}"


def _said(span: Bin) -> str:
    """``3``, ``64–75``, ``1.09–1.30`` or ``17.45 or more``."""
    low, high = span
    if high is None:
        return f"{_figure(low)} or more"
    if isinstance(low, float):
        return f"{_figure(low)}–{_figure(high)}"
    return _figure(low) if high - low == 1 else f"{_figure(low)}–{_figure(high - 1)}"


def _figure(value: float) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def _called(counts: Counter[str | None] | None, unnamed: str) -> Counter[str | None]:
    """With a word for what has no name; nothing where nothing has one."""
    if not counts or set(counts) == {""}:
        return Counter()
    return Counter({unnamed if name == "" else name: count for name, count in counts.items()})


def _summed(pairs: Iterable[tuple[str | None, int]]) -> Counter[str | None]:
    total: Counter[str | None] = Counter()
    for name, count in pairs:
        total[name or "not said"] += count
    return total


def _bars(title: str, counts: Counter[str | None], total: int) -> Bars:
    listed = most_frequent(counts)
    shown = [(name, count) for name, count in listed[:_BARS] if name is not None]
    hidden = counts.total() - sum(count for _, count in shown)
    most = max((count for _, count in shown), default=1)
    return Bars(
        title=title,
        bars=tuple(
            Bar(name=cut(name, _NAME), share=_share(count, most), said=f"{count:,} ({count / total:.1%})")
            for name, count in shown
        ),
        left_out=f"{hidden:,} of other names" if hidden else "",
    )


def _share(part: float, whole: float) -> float:
    """What is there at all can be seen."""
    return max(0.004, round(part / whole, 4)) if part else 0
