"""Conditions on metadata, such as ``width >= 256 and similarity > 0.28``: what they mean.

``grammar`` shows how they are written. One tree becomes a ``pyarrow.compute`` expression for tables and is worked
out for a single row by the same Arrow functions, so both answers are one. Nothing is ever handed to ``eval``.

Arithmetic is in 64-bit floats, so ``/`` never cuts off. A null makes a comparison null, as in SQL; ``and`` and
``or`` follow Kleene's logic, so ``false and null`` is false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vlmdata.io.grammar import LOGICAL, NULL_TESTS, NUMERIC, Call, Contains, Literal, Name, Node, tree_of

if TYPE_CHECKING:
    import pyarrow.compute

_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed condition: its ``text`` as written and the tree it stands for."""

    text: str
    root: Node

    @property
    def names(self) -> tuple[str, ...]:
        """Every name in it once, in order of appearance."""
        return tuple(dict.fromkeys(_names(self.root)))

    @property
    def compared(self) -> tuple[str, ...]:
        """The names whose null can leave the answer open: all that are not only asked ``is null``."""
        return tuple(dict.fromkeys(_names(self.root, skip=NULL_TESTS)))

    def compute(self) -> pyarrow.compute.Expression:
        """The same condition over a table's columns, for push-down. Rows where it is null are not kept."""
        import pyarrow.compute as pc

        return _build(self.root, pc.field, pc.scalar)

    def evaluate(self, row: Mapping[str, object]) -> bool | None:
        """Whether it holds for one row; None where a null leaves it open. A missing name is null.

        Raises ``TypeError`` where the values do not go together, such as a text compared with a number.
        """
        import pyarrow as pa

        def value_of(name: str) -> pa.Scalar:
            value = row.get(name)
            return pa.scalar(value, pa.list_(pa.string()) if value == [] else None)

        try:
            value = _build(self.root, value_of, pa.scalar).as_py()
        except (pa.ArrowException, OverflowError) as error:
            raise TypeError(str(error)) from error
        if not isinstance(value, bool | None):
            raise TypeError(f"the condition gives {value!r}, which is neither true nor false")
        return value


def parse(text: str) -> Expression:
    """Read a condition. ``UsageError`` shows where it stops making sense."""
    return Expression(text, tree_of(text))


def _names(node: Node, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.text
    elif isinstance(node, Contains):
        yield node.items.text
    elif isinstance(node, Call) and node.function not in skip:
        for argument in node.arguments:
            yield from _names(argument, skip)


def _build(node: Node, named: Callable[[str], Any], literal: Callable[[Any], Any]) -> Any:
    """The tree worked out by Arrow functions: on fields it gives an expression, on scalars the answer."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(node, Literal):
        return literal(node.value)
    if isinstance(node, Name):
        return named(node.text)
    if isinstance(node, Contains):
        return _contains(named(node.items.text), node.item)
    arguments = [_build(argument, named, literal) for argument in node.arguments]
    nulls = [isinstance(argument, pa.NullScalar) for argument in arguments]
    unknown = pa.scalar(None, pa.bool_())
    if node.function in NUMERIC:
        arguments = [pc.multiply(argument, pa.scalar(1.0)) for argument in arguments]
    elif node.function in LOGICAL:
        arguments = [unknown if null else argument for argument, null in zip(arguments, nulls, strict=True)]
    elif all(nulls) and node.function not in NULL_TESTS:
        return unknown
    return getattr(pc, node.function)(*arguments)


def _contains(items: Any, item: str) -> Any:
    """Whether a list of texts holds ``item``. Arrow has no such function, so the list is searched as one text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(items, pa.NullScalar):
        return items
    return pc.match_substring_regex(pc.binary_join(items, _BETWEEN), f"(^|{_BETWEEN}){re.escape(item)}({_BETWEEN}|$)")
