"""What goes over the network while a fetch runs: left in files by the workers, told in words to who waits."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from pathlib import Path

from vlmdata.engine import workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What one or several tasks have got over HTTP so far.

    ``got`` and ``failed`` count addresses, ``rows`` where these stand in the table; ``slow`` are hosts that are
    waited for, with seconds.
    """

    rows: int = 0
    got: int = 0
    bytes: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    slow: Sequence[tuple[str, float]] = ()
    trouble: str | None = None

    def plus(self, other: Traffic) -> Traffic:
        return Traffic(
            rows=self.rows + other.rows,
            got=self.got + other.got,
            bytes=self.bytes + other.bytes,
            failed=Counter(self.failed) + Counter(other.failed),
            slow=sorted((*self.slow, *other.slow), key=lambda one: -one[1]),
            trouble=self.trouble or other.trouble,
        )


class Pulse:
    """The traffic of one task, left like a heartbeat."""

    def __init__(self, out: Path, task: int) -> None:
        self._path = workspace.traffic_path(out, task)
        self._path.parent.mkdir(exist_ok=True)

    def beat(self, traffic: Traffic) -> None:
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(traffic)), encoding="utf-8")
        beside.replace(self._path)


class Pace:
    """What the network has done since ``start``, in words."""

    STALL_S = 5.0
    REASONS = 4

    def __init__(self, start: Traffic | None = None) -> None:
        self._start = start or Traffic()
        self._began = self._moved = time.monotonic()
        self._last = 0

    def told(self, now: Traffic) -> str:
        """Pictures and bytes a second and how many arrive; where nothing moves, the hosts that are waited for."""
        got = now.got - self._start.got
        failed = Counter(now.failed) - Counter(self._start.failed)
        done = got + failed.total()
        if not done and not now.slow:
            return ""
        clock = time.monotonic()
        if done != self._last:
            self._last, self._moved = done, clock
        seconds = max(1e-9, clock - self._began)
        megabytes = (now.bytes - self._start.bytes) / 1e6
        words = [f"{got / seconds:.0f} images/s", f"{megabytes / seconds:.1f} MB/s"]
        words += [f"{got / done:.0%} got"] if done else []
        words += [f"{reason} {count / done:.0%}" for reason, count in failed.most_common(self.REASONS)]
        if clock - self._moved >= self.STALL_S and now.slow:
            hosts = dict(reversed(now.slow))
            words.append("waiting for " + ", ".join(f"{host} ({hosts[host]:.0f} s)" for host in reversed(hosts)))
        return ", ".join(words) + (f". {now.trouble}" if now.trouble else "")


def traffic_of(out: Path) -> dict[int, Traffic]:
    """By task, of all that gave a sign in this run or an earlier one."""
    paths = (out / workspace.WORK / "traffic").glob("*.json")
    return {int(path.stem): Traffic(**json.loads(path.read_bytes())) for path in paths}


def together(traffic: Mapping[int, Traffic]) -> Traffic:
    return reduce(Traffic.plus, traffic.values(), Traffic())
