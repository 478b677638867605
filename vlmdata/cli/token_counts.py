"""How many image tokens a whole data set takes, and how they are spread over its samples."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from vlmdata.cli.terminal import columns, hanging, say, say_json, several
from vlmdata.cli.tiling_rule import NO_RULE, Rule
from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.tiling import TilingOptions
from vlmdata.types import Size

if TYPE_CHECKING:
    from vlmdata.recipe import Recipe

Notes = Mapping[str, Mapping[str, int] | Sequence[str]]

_BUCKETS = 15
_CACHED_SIZES = 1 << 16


class TokenCounts:
    """Image tokens by sample. A sample with a picture that the policy has no rule for is refused as a whole."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.pictures = 0
        self.by_sample: Counter[int] = Counter()
        self.refused: Counter[str] = Counter()
        self._tokens_of = lru_cache(maxsize=_CACHED_SIZES)(lambda size, images: rule(size, images).tokens)

    def add(self, frames: tuple[Size, ...]) -> None:
        try:
            tokens = sum(self._tokens_of(size, len(frames)) for size in frames)
        except BadRecord as bad:
            self.refused[bad.reason] += 1
            return
        self.pictures += len(frames)
        self.by_sample[tokens] += 1

    @property
    def samples(self) -> int:
        return self.by_sample.total()

    @property
    def tokens(self) -> int:
        return sum(tokens * samples for tokens, samples in self.by_sample.items())

    def _quantile(self, share: float) -> int:
        """The least number of tokens that this share of the samples does not exceed."""
        ordered = sorted(self.by_sample)
        reached = accumulate(self.by_sample[tokens] for tokens in ordered)
        return next(tokens for tokens, count in zip(ordered, reached, strict=True) if count >= share * self.samples)

    def summary(self) -> dict[str, float]:
        """Of the tokens of a sample: mean, median, 99th percentile and largest; empty where there is no sample."""
        if not self.by_sample:
            return {}
        mean = round(self.tokens / self.samples, 1)
        return {"mean": mean, "median": self._quantile(0.5), "p99": self._quantile(0.99), "max": max(self.by_sample)}

    def histogram(self) -> list[tuple[int, int, int]]:
        """Samples in buckets of one round width: first and last number of tokens, samples."""
        if not self.by_sample:
            return []
        low, high = min(self.by_sample), max(self.by_sample)
        width = _round_up((high - low + 1) / _BUCKETS)
        buckets: Counter[int] = Counter()
        for tokens, samples in self.by_sample.items():
            buckets[tokens // width] += samples
        places = range(low // width, high // width + 1)
        return [(place * width, place * width + width - 1, buckets[place]) for place in places]


def count_directory(root: Path, rule: Rule | None, *, as_json: bool, quiet: bool) -> None:
    """Print what the pictures of a data set directory take."""
    from vlmdata.shards.frames import frames_of

    if rule is None:
        raise UsageError(NO_RULE)
    _show(_counted(rule, frames_of(root)), {}, as_json=as_json, quiet=quiet)


def count_recipe(name: str, rule: Rule | None, limit: int | None, *, as_json: bool, quiet: bool) -> None:
    """Print what the samples of a recipe take, by ``rule`` or else by its own tile.anyres or model."""
    from vlmdata.cli.options import where
    from vlmdata.engine.frames import Frames
    from vlmdata.recipe import load
    from vlmdata.steps.tile import TileAnyres

    recipe = load(name)
    if limit:
        recipe = recipe.with_limit(limit)
    rule = rule or _own(recipe)
    frames = Frames(recipe, where(1, None, False, as_json or quiet), without=TileAnyres)
    counts = _counted(rule, frames)
    notes: Notes = {"dropped": frames.dropped, "left_out": frames.left_out}
    _show(counts, notes, as_json=as_json, quiet=quiet)


def _own(recipe: Recipe) -> Rule:
    from vlmdata.models.presets import MODELS
    from vlmdata.steps.tile import TileAnyres

    for step in recipe.steps:
        if isinstance(step, TileAnyres) and step.policy:
            return Rule(step.policy, cast(TilingOptions, step.model_dump(exclude={"policy"}, exclude_none=True)))
    if recipe.model:
        return Rule(MODELS[recipe.model].tiling, {})
    raise UsageError(f"recipe {recipe.name} has neither tile.anyres nor a model: give --policy or --model")


def _counted(rule: Rule, samples: Iterable[tuple[Size, ...]]) -> TokenCounts:
    counts = TokenCounts(rule)
    for frames in samples:
        counts.add(frames)
    return counts


def _show(counts: TokenCounts, notes: Notes, *, as_json: bool, quiet: bool) -> None:
    """``notes`` say what else a reader must know, each by its key in JSON."""
    if as_json:
        say_json({**_as_json(counts), **notes})
    elif not quiet:
        say(_lines(counts, notes))


def _as_json(counts: TokenCounts) -> dict[str, object]:
    return {
        "policy": counts.rule.policy,
        "options": dict(counts.rule.options),
        "samples": counts.samples,
        "pictures": counts.pictures,
        "tokens": counts.tokens,
        "by_sample": counts.summary(),
        "histogram": [{"from": low, "to": high, "samples": samples} for low, high, samples in counts.histogram()],
        "refused": dict(counts.refused),
    }


def _lines(counts: TokenCounts, notes: Notes) -> Iterator[str]:
    total = f"{several(counts.tokens, 'image token')} in {several(counts.pictures, 'picture')}"
    yield typer.style(f"{counts.rule.policy}: {total} of {several(counts.samples, 'sample')}", bold=True)
    if counts.samples:
        yield "a sample: " + ", ".join(f"{name} {number:,}" for name, number in counts.summary().items())
        yield ""
        yield from _bars(counts.histogram())
    for name, note in {"refused": counts.refused, **notes}.items():
        listed = [f"{key} {count:,}" for key, count in note.items()] if isinstance(note, Mapping) else note
        if listed:
            yield from hanging("", f"{name.replace('_', ' ')}: {', '.join(listed)}", indent=0, label_width=0)


def _bars(histogram: Sequence[tuple[int, int, int]]) -> Iterator[str]:
    ranges = [f"{low:,} – {high:,}" if high > low else f"{low:,}" for low, high, _ in histogram]
    numbers = [f"{samples:,}" for _, _, samples in histogram]
    left, right = max(map(len, ranges)), max(map(len, numbers))
    yield f"{'tokens':>{left}}   {'samples':>{right}}"
    room = max(10, columns() - left - max(right, len("samples")) - 8)
    most = max(samples for _, _, samples in histogram)
    for name, number, (_, _, samples) in zip(ranges, numbers, histogram, strict=True):
        bar = "█" * math.ceil(room * samples / most)
        yield f"{name:>{left}}   {number:>{max(right, len('samples'))}}  {bar}".rstrip()


def _round_up(width: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 …"""
    power = 10 ** max(0, math.floor(math.log10(width)))
    return next(int(power * step) for step in (1, 2, 5, 10) if power * step >= width)
