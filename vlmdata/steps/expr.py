"""A filter in the user's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isnan
from types import MappingProxyType
from typing import Any

from pydantic import PrivateAttr, field_validator

from vlmdata.errors import UsageError
from vlmdata.io.expression import Expression, parse
from vlmdata.io.grammar import COMPARISONS, NUMERIC, Call, Literal, Name, Node
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
    Scores come as text in some tables: text is read as a number where a number is compared with it, and is null where
    it is blank. So is NaN, which writers of tables put where they have nothing.

    ## Drops
    - ``expr``: the condition is false; the value shows what its names stood for
    - ``null:NAME``: the condition is open because NAME is null or not there
    - ``expr_type``: values of different kinds are compared, such as a text with a number

    ## Example
        - filter.expr: {keep: "width >= 256 and (similarity > 0.28 or similarity is null)"}
        - filter.expr: {keep: "punsafe < 0.1 and pwatermark < 0.3 and similarity > 0.28"}
    """

    name = "filter.expr"
    judges = True

    keep: str

    _condition: Expression = PrivateAttr()
    _numbers: frozenset[str] = PrivateAttr()

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
        self._numbers = frozenset(_names_of_numbers(self._condition.root))

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        row = {name: _clean(_value(sample, name), name in self._numbers) for name in self._condition.names}
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


def _clean(value: object, is_number: bool) -> object:
    """With null for NaN, and a text as the number that it is where one is wanted. Other text stays and is refused."""
    if is_number and isinstance(value, str):
        try:
            value = float(value) if value.strip() else None
        except ValueError:
            return value
    return None if isinstance(value, float) and isnan(value) else value


def _names_of_numbers(node: Node) -> Iterator[str]:
    """The names that are compared with a number, or reckoned with."""
    if not isinstance(node, Call):
        return
    if node.function in NUMERIC or (node.function in COMPARISONS.values() and any(map(_is_number, node.arguments))):
        yield from (argument.text for argument in node.arguments if isinstance(argument, Name))
    for argument in node.arguments:
        yield from _names_of_numbers(argument)


def _is_number(node: Node) -> bool:
    if isinstance(node, Call):
        return node.function in NUMERIC
    return isinstance(node, Literal) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def _shown(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in row.items())[:300]
