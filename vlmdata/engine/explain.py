"""What a run would do again and why, beside the run that its folder holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

from vlmdata.engine.plan import Plan
from vlmdata.engine.surveys import kept_survey, survey_folder
from vlmdata.shards.manifest_file import MANIFEST, read_manifest
from vlmdata.steps import steps_by_name
from vlmdata.steps.base import GlobalStep
from vlmdata.types import Manifest

State = Literal["same", "changed", "new", "gone", ""]
Named = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One place of the line: whether it is as it was, in what it differs, and what a run does there."""

    place: str
    state: State
    why: str
    work: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``earlier`` is the finished run of the folder, if it holds one; ``finished`` that it is this very run."""

    earlier: Manifest | None
    finished: bool
    lines: tuple[Line, ...]


def explain(plan: Plan, out: Path) -> Explanation:
    """Hold a plan against the finished run in ``out`` and against what is kept of earlier runs. Changes nothing."""
    earlier = read_manifest(out) if (out / MANIFEST).exists() else None
    finished = earlier is not None and earlier.fingerprint == plan.fingerprint
    lines = [*_around(plan, earlier), *_steps(plan, earlier)]
    if earlier and not finished and all(line.state in ("same", "") for line in lines):
        lines.append(Line("files", "changed", "a file that a step reads is another one", ""))
    return Explanation(earlier, finished, (*lines, _render(plan, earlier, lines)))


def _around(plan: Plan, earlier: Manifest | None) -> Iterator[Line]:
    """What is not a step: inputs, software, and fields of the recipe that concern all of it."""
    now = plan.recipe.resolved()
    was = earlier.recipe if earlier else {}
    digests = [info.digest for info in plan.infos]
    same = earlier and digests == [source.digest for source in earlier.sources] and now["inputs"] == was["inputs"]
    work = f"{plan.rows:,} rows are read"
    yield Line("inputs", _state(earlier, bool(same)), "" if same or not earlier else "other rows or files", work)
    if earlier:
        versions = {**plan.versions, "decoder": plan.decoder.label}
        before = {**earlier.versions, "decoder": earlier.decoder}
        if told := _differences(before, versions):
            yield Line("versions", "changed", told, "nothing of the earlier run can be used")
        for name in sorted(now.keys() - {"inputs", "steps", "output", "name", "version"}):
            if now[name] != was.get(name):
                yield Line(name, "changed", _differences({name: was.get(name)}, {name: now[name]}), "")


def _steps(plan: Plan, earlier: Manifest | None) -> Iterator[Line]:
    """The steps in their order; those that are gone where they stood."""
    now = [_named(one) for one in plan.recipe.resolved()["steps"]]
    was = [_named(one) for one in earlier.recipe["steps"]] if earlier else []
    matched = SequenceMatcher(None, [name for name, _ in was], [name for name, _ in now], autojunk=False)
    for what, start, stop, first, last in matched.get_opcodes():
        if what in ("replace", "delete"):
            yield from (Line(name, "gone", "", "") for name, _ in was[start:stop])
        for number in range(first, last):
            name, fields = now[number]
            before = was[start + number - first][1] if what == "equal" else fields
            told = _differences(before, fields)
            state: State = "changed" if told else "same" if what == "equal" else "new" if earlier else ""
            yield Line(name, state, told, _work(plan, number))


def _work(plan: Plan, number: int) -> str:
    """What a run spends on a step."""
    step = plan.recipe.steps[number]
    if isinstance(step, GlobalStep):
        folder = survey_folder(plan, number)
        kept = sum(kept_survey(folder, task).exists() for task in plan.tasks)
        return f"decides on all rows; surveys kept of {kept:,} of {len(plan.tasks):,} tasks"
    return "looks at pictures it has not looked at so far" if step.looks else ""


def _render(plan: Plan, earlier: Manifest | None, lines: Sequence[Line]) -> Line:
    """Whether pictures come out as they did."""
    if earlier is None:
        return Line("render", "", "", "pictures that no earlier run has rendered so")
    known = steps_by_name()
    drawing = {name for name, step in known.items() if step.moves_pixels or step.lays_out}
    strangers = {name for step in earlier.recipe["steps"] for name in step} - known.keys()
    last = max((at for at, line in enumerate(lines) if line.place in drawing | strangers), default=-1)
    changed = [line.place for line in lines[: last + 1] if line.state not in ("same", "")]
    told = _differences(earlier.recipe["output"]["image"], plan.recipe.resolved()["output"]["image"])
    if told or any(line.place == "versions" for line in lines):
        return Line("render", "changed", told or "versions", "all pictures")
    if changed:
        return Line("render", "changed", f"after {' and '.join(changed)}", "pictures that come out otherwise")
    return Line("render", "same", "", "pictures come out as before: only those no longer kept, and new ones")


def _state(earlier: Manifest | None, same: bool) -> State:
    return "" if earlier is None else "same" if same else "changed"


def _named(step: Mapping[str, Mapping[str, Any]]) -> Named:
    ((name, fields),) = step.items()
    return name, fields


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """``quality: 95 → 90, subsampling: auto → 420``."""
    names = sorted(before.keys() | now.keys())
    told = (
        f"{name}: {_short(before.get(name))} → {_short(now.get(name))}"
        for name in names
        if before.get(name) != now.get(name)
    )
    return ", ".join(told)


def _short(value: object) -> str:
    text = "nothing" if value in (None, [], {}) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
