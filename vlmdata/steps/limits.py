"""Lower and upper limits, as filters share them: fields ``min_X`` and ``max_X`` of a step, None for no limit."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from vlmdata.types import Drop


def first_exceeded(step: BaseModel, measured: Iterable[tuple[str, float]]) -> Drop | None:
    """A ``Drop`` for the first pair of limit and value that do not agree; its reason is the name of the limit."""
    for limit, value in measured:
        threshold = getattr(step, limit)
        if threshold is not None and (value < threshold if limit.startswith("min_") else value > threshold):
            return Drop(reason=limit, value=f"{value:.10g}", threshold=f"{threshold:.10g}")
    return None


def contradiction(step: BaseModel) -> str | None:
    """The complaint that a lower limit is above its upper one, so that nothing would be kept."""
    for name in type(step).model_fields:
        least, most = getattr(step, name), getattr(step, name.replace("min_", "max_", 1), None)
        if name.startswith("min_") and least is not None and most is not None and least > most:
            return f"{name} is above {name.replace('min_', 'max_', 1)}: nothing would be kept"
    return None
