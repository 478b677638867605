# ruff: noqa: TID253  # imported where a template is compiled, never before
"""Where the code of a chat template runs: jinja2's sandbox with what such templates use, every loop counted.

A template comes from strangers. It sees plain JSON data; it has no clock, no chance and no way to Python's objects.
Functions, filters and methods are lists of what is allowed (``operations``). Environment, functions and the
``generation`` tag are those of huggingface/transformers src/transformers/utils/chat_template_utils.py, but for
``strftime_now``, which is not defined: templates that know a day of their own write that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jinja2.ext
from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateAssertionError
from jinja2.parser import Parser
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from vlmdata.models.chat.template.budget import Budget
from vlmdata.models.chat.template.operations import (
    CHEAP_FILTERS,
    binary,
    call_method,
    filters,
    functions,
    is_method,
    joined,
    text_of,
)
from vlmdata.models.chat.template.run import BEGIN, END

# Names of filters that no template can write, for they hold a space.
_COUNTED, _KEPT, _JOINED = "counted loop", "kept value", "joined text"
_A_CALL = 25
"""How many turns of an empty loop take as long."""
_VARIABLES = ("_loop_vars", "_block_vars")
"""What compiled code hands on to functions that take the context."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles templates. Not for several threads: one ``budget`` at a time is charged."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._written,
            extensions=[_Generation, jinja2.ext.loopcontrols],
        )
        self.budget = Budget()
        self.filters = filters() | {_COUNTED: self._counted, _KEPT: self._kept, _JOINED: joined}
        self.globals = {**functions(), "range": self._range}
        self._functions = tuple(self.globals.values())

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # jinja2's names
        __self.budget.step(_A_CALL, characters=__self.written // _A_CALL if isinstance(__obj, Macro) else 0)
        owner = getattr(__obj, "__self__", None)
        for value in (*args, *kwargs.values()):
            __self.budget.value(value)
        if is_method(__obj) or __obj in __self._functions:
            __self.budget.value(owner)
            own = {name: value for name, value in kwargs.items() if name not in _VARIABLES}
            return call_method(__obj, args, own) if is_method(__obj) else __obj(*args, **own)
        if isinstance(__obj, Macro | jinja2.Undefined) or isinstance(owner, LoopContext | _Generation):
            return __context.call(__obj, *args, **kwargs)
        raise SecurityError(f"{getattr(__obj, '__name__', type(__obj).__name__)} cannot be called")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        made = binary(operator, left, right)
        self.budget.value(made)
        return made

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = Parser(self, source, name, filename).parse()
        self.written = _constants(tree)
        return _Counting().visit(tree)  # type: ignore[no-any-return]

    @jinja2.pass_context  # so that the compiler does not do it once for all
    def _counted(self, context: Any, values: Any, characters: int) -> Sequence[Any]:
        """What a loop goes through, paid for in advance."""
        items = values if isinstance(values, list | tuple | str) else [*values]
        self.budget.value(items)
        self.budget.step(len(items), characters)
        return items

    def _kept(self, value: Any) -> Any:
        self.budget.value(value)
        return value

    def _written(self, value: Any) -> str:
        text = text_of(value)
        self.budget.step(characters=len(text))
        return text

    def _range(self, *bounds: int) -> Iterable[int]:
        numbers = range(*bounds)
        self.budget.step(len(numbers))
        return [*numbers]


class _Generation(jinja2.ext.Extension):
    """``{% generation %} ... {% endgeneration %}``: what the assistant says."""

    tags = {"generation"}  # noqa: RUF012  # jinja2's own declaration

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("marked"), [], [], body).set_lineno(line)

    def marked(self, caller: Callable[[], str]) -> str:
        return f"{BEGIN}{caller()}{END}"


class _Counting(NodeTransformer):
    """Puts a count on every loop and a limit on every value that is kept or joined."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # jinja2 looks for this name
        if node.recursive:
            raise TemplateAssertionError("recursive loops are not for chat templates", node.lineno)
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _COUNTED, nodes.Const(_constants(node)))
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.node = _filtered(node.node, _KEPT)
        return node

    def visit_With(self, node: nodes.With) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.values = [_filtered(value, _KEPT) for value in node.values]
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _filtered(node.expr, _KEPT)
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, _KEPT)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if node.node is not None and node.name not in CHEAP_FILTERS:
            node.node = _filtered(node.node, _KEPT)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        values = nodes.List(node.nodes)
        values.set_lineno(node.lineno)
        return _filtered(values, _JOINED)


def _filtered(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    made = nodes.Filter(node, name, [*args], [], None, None)
    made.set_lineno(node.lineno)
    return made


def _constants(node: nodes.Node) -> int:
    """How many characters the template's own words within a node are."""
    words = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
    return words + sum(len(const.value) for const in node.find_all(nodes.Const) if isinstance(const.value, str))
