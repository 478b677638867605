"""How full packs become and how long that takes, beside the ``binpacking`` package.

``python -m benchmarks.packing [--samples N] [--length L] [--without-rival]``.
The lengths are like those of LLaVA-1.5's mix of 665,000: all but 6 % of the samples hold a picture of 576 tokens, texts
are lognormal. ``binpacking.to_constant_volume`` (what the scripts of Qwen and ms-swift call) packs all lengths at once,
so ours does too, and in windows besides.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from vlmdata.steps.packing import Bin, Item, into_bins
from vlmdata.steps.packing.best_fit import best_fit

WINDOWS = (200, 1000, 5000)


def llava_like(count: int, length: int, seed: int = 0) -> list[int]:
    chance = random.Random(seed)
    texts = (
        chance.lognormvariate(6.9, 0.7) if chance.random() < 0.06 else 616 + chance.lognormvariate(5.0, 0.8)
        for _ in range(count)
    )
    return [min(length, int(tokens)) for tokens in texts]


def ours(rule: Callable[[Sequence[Item], Item], list[Bin]], lengths: Sequence[int], length: int, window: int) -> int:
    windows = (lengths[start : start + window] for start in range(0, len(lengths), window))
    return sum(len(rule([Item(tokens) for tokens in part], Item(length))) for part in windows)


def theirs(lengths: Sequence[int], length: int) -> int:
    import binpacking

    return len(binpacking.to_constant_volume(dict(enumerate(lengths)), length))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.packing", description=__doc__)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--length", type=int, default=4096)
    parser.add_argument("--without-rival", action="store_true")
    options = parser.parse_args()
    lengths = llava_like(options.samples, options.length)
    everything = options.samples
    contestants: dict[str, Callable[[], int]] = {
        "vlmdata": lambda: ours(into_bins, lengths, options.length, everything),
        **{
            f"vlmdata, window {window:,}": lambda window=window: ours(into_bins, lengths, options.length, window)
            for window in WINDOWS
        },
        "best fit decreasing alone": lambda: ours(best_fit, lengths, options.length, everything),
    }
    if not options.without_rival:
        contestants["binpacking"] = lambda: theirs(lengths, options.length)
    measured = {}
    for name, pack in contestants.items():
        began = time.process_time()
        measured[name] = (pack(), time.process_time() - began)
    slowest = max(seconds for _, seconds in measured.values())
    table = Table("", "packs", "full", "CPU seconds", "times as fast as the slowest")
    for name, (packs, seconds) in measured.items():
        full = sum(lengths) / packs / options.length
        table.add_row(name, f"{packs:,}", f"{full:.2%}", f"{seconds:.2f}", f"{slowest / seconds:.0f}")
    Console(width=120).print(f"{everything:,} samples, {sum(lengths) / everything:.0f} tokens on average", table)


if __name__ == "__main__":
    main()
