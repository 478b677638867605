"""A filter in the user's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import PrivateAttr, field_validator

from vlmdata.errors import UsageError
from vlmdata.io.expression import Expression, parse
from vlmdata.steps.base import Context, Step
from vlmdata.types import Drop, Sample

COLUMNS: Mapping[str, Callable[[Sample], object]] = MappingProxyType(
    {
        "key": lambda sample: sample.key,
        "dataset": lambda sample: sample.origin.dataset,
        "config": lambda sample: sample.origin.config,
        "split": lambda sample: sample.origin.split,
        "source": lambda sample: sample.origin.source,
        "language": lambda sample: sample.language,
        "role": lambda sample: sample.role,
        "n_images": lambda sample: len(sample.images),
        "n_messages": lambda sample: len(sample.messages),
        "n_annotations": lambda sample: len(sample.annotations),
        "width": lambda sample: sample.images[0].size.width if sample.images else None,
        "height": lambda sample: sample.images[0].size.height if sample.images else None,
        "text_chars": lambda sample: sum(len(message.text) for message in sample.messages),
        "tags": lambda sample: list(sample.tags),
    }
)


class FilterExpr(Step):
    """Keep samples for which a condition on their metadata holds.

    ## Why
    Published data sets come with scores of their own: similarity, aesthetics, question types. The condition sees
    the columns ``key``, ``dataset``, ``config``, ``split``, ``source``, ``language``, ``role``, ``n_images``,
    ``n_messages``, ``n_annotations``, ``width`` and ``height`` (pixels of the first picture's frame, null without
    one), ``text_chars`` (of all messages) and ``tags``, and besides them the top level of ``meta`` by the names
    the source gave. There are ``< <= > >= = !=``, ``and or not``, ``in (...)``, ``'ocr' in tags``,
    ``is null``, ``is not null``, ``+ - * /`` and parentheses. Names that are no plain word stand between backquotes.

    ## Drops
    - ``expr``: the condition is false; the value shows what its names stood for
    - ``null:NAME``: the condition is open because NAME is null or not there
    - ``expr_type``: values of different kinds are compared, such as a text with a number

    ## Example
        - filter.expr: {keep: "width >= 256 and (similarity > 0.28 or similarity is null)"}
    """

    name = "filter.expr"
    judges = True

    keep: str

    _condition: Expression = PrivateAttr()

    @field_validator("keep")
    @classmethod
    def _is_a_condition(cls, text: str) -> str:
        try:
            parse(text)
        except UsageError as error:
            raise ValueError(str(error)) from error
        return text

    def model_post_init(self, context: Any, /) -> None:
        self._condition = parse(self.keep)

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        row = {name: _value(sample, name) for name in self._condition.names}
        try:
            kept = self._condition.evaluate(row)
        except TypeError as error:
            return Drop(reason="expr_type", value=f"{_shown(row)}: {error}"[:500], threshold=self.keep)
        if kept:
            return sample
        missing = [name for name in self._condition.compared if row[name] is None]
        reason = f"null:{missing[0]}" if kept is None and missing else "expr"
        return Drop(reason=reason, value=_shown(row), threshold=self.keep)


def _value(sample: Sample, name: str) -> object:
    return COLUMNS[name](sample) if name in COLUMNS else sample.meta.get(name)


def _shown(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in row.items())[:300]
