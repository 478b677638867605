"""The sizes of the pictures a recipe makes, without making them: the line up to render, and nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from vlmdata.engine.job import Job
from vlmdata.engine.ledger import Ledger
from vlmdata.engine.line import flow
from vlmdata.engine.run import Where, plan_of
from vlmdata.recipe import Recipe
from vlmdata.steps.base import AnyStep, GlobalStep
from vlmdata.types import Dropped, Size


class Frames:
    """The frames of each sample's pictures, clips left out, as the steps of a recipe leave them.

    Steps that decide over the whole set need a run, so they are left out, and ``without`` is what else is. Pictures
    are read as far as their header, so those whose pixels prove damaged are still among them.

    Attributes:
        left_out: names of steps that decide over the whole set.
        dropped: samples that the other steps dropped, by reason; filled while this is iterated.
    """

    def __init__(self, recipe: Recipe, where: Where, without: type[AnyStep]) -> None:
        self.left_out = [step.name for step in recipe.steps if isinstance(step, GlobalStep)]
        self.dropped: Counter[str] = Counter()
        kept = tuple(step for step in recipe.steps if not isinstance(step, GlobalStep | without))
        self._plan = plan_of(recipe.model_copy(update={"steps": kept}), where)

    def __iter__(self) -> Iterator[tuple[Size, ...]]:
        plan = self._plan
        job = Job(
            out=Path(),
            kind=plan.kind,
            recipe=plan.recipe,
            sources=plan.sources,
            suffixes=plan.suffixes,
            columns=plan.columns,
            role=plan.role,
            fingerprint=plan.fingerprint,
        )
        names = [step.name for step in plan.recipe.steps]
        ledger = Ledger(names, plan.recipe.errors.max_unexpected, _Uncounted())
        for task in plan.tasks:
            for sample in flow(job, task, ledger):
                yield tuple(image.size for image in sample.images if not image.is_clip)
        for tally in ledger.funnel:
            self.dropped.update(tally.dropped)


class _Uncounted:
    """Records of dropped samples, kept nowhere: the ledger has counted them."""

    def write(self, dropped: Dropped) -> None: ...

    def thumbnails(self, pictures: Mapping[int, bytes]) -> None: ...
