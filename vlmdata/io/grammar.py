"""The grammar of conditions: text to tree. ``expression`` says what the tree means.

    condition = condition "or" condition | condition "and" condition | "not" condition | "(" condition ")" | test
    test      = value | value ("<" | "<=" | ">" | ">=" | "=" | "==" | "!=") value
              | value "not"? "in" "(" value ("," value)* ")"      one of several
              | text "not"? "in" NAME                             a text in a list, such as tags
              | value "is" "not"? "null"
    value     = value ("+" | "-" | "*" | "/") value | "-" value | "(" value ")" | NAME | literal
    literal   = 12, 0.28, 1e-3 | 'text', "text" | true | false

``not`` binds closer than ``and``, ``and`` closer than ``or``; these words may be in capitals. A NAME that is no
plain word stands between backquotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from vlmdata.errors import UsageError


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, or true or false. ``place`` is where it stands in the text, for complaints."""

    value: str | int | float | bool
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A column, or an entry of ``meta``."""

    text: str
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of ``pyarrow.compute`` on its arguments."""

    function: str
    arguments: tuple[Node, ...]
    place: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Contains:
    """Whether a list, such as ``tags``, holds a text."""

    items: Name
    item: str
    place: int = field(default=0, compare=False)


Node = Literal | Name | Call | Contains

COMPARISONS = {
    "=": "equal",
    "==": "equal",
    "!=": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}
ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
NUMERIC = frozenset({*ARITHMETIC.values(), "negate"})
LOGICAL = frozenset({"and_kleene", "or_kleene", "invert"})
NULL_TESTS = frozenset({"is_null", "is_valid"})

_WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})
_DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<name>[^\W\d]\w*)
      | `(?P<quoted>[^`]+)`
      | (?P<symbol><=|>=|==|!=|[-+*/()<>=,])
    )""",
    re.VERBOSE,
)


def tree_of(text: str) -> Node:
    """The tree of a condition. ``UsageError`` shows where the text stops making sense."""
    root = _Parser(text).whole()
    _check(text, root, "condition")
    return root


def _fail(text: str, place: int, message: str) -> NoReturn:
    shown = re.sub(r"\s", " ", text)
    raise UsageError(f"{message} at character {place + 1}\n    {shown}\n    {' ' * place}^")


def _check(text: str, node: Node, wanted: str) -> None:
    """Refuse a value where a condition must stand, and the reverse. A name may turn out to be either."""
    if isinstance(node, Call):
        found = "value" if node.function in NUMERIC else "condition"
        for argument in node.arguments:
            _check(text, argument, "condition" if node.function in LOGICAL else "value")
    elif isinstance(node, Contains):
        found = "condition"
    else:
        found = "value" if isinstance(node, Literal) and not isinstance(node.value, bool) else wanted
    if found != wanted:
        example = "width >= 256" if wanted == "condition" else "width or 256"
        _fail(text, node.place, f"expected a {wanted} such as {example}")


def _balanced(function: str, parts: Sequence[Node]) -> Node:
    """Many parts as a shallow tree, so that long lists do not exhaust the stack."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return Call(function, (_balanced(function, parts[:half]), _balanced(function, parts[half:])), parts[0].place)


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


class _Parser:
    """Recursive descent, one method for each level of binding; ``at`` is the number of the next token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._scanned())
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        root = self._either()
        if self.next.kind != "end":
            self._fail("expected 'and', 'or' or the end")
        return root

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def _scanned(self) -> Iterator[_Token]:
        place, end = 0, len(self.text.rstrip())
        while place < end:
            found = _TOKEN.match(self.text, place)
            if found is None:
                place = end - len(self.text[place:end].lstrip())
                _fail(self.text, place, f"{self.text[place]!r} has no meaning")
            kind = str(found.lastgroup)
            text, start = found[kind], found.start(kind)
            if kind == "name" and text.lower() in _WORDS:
                text = text.lower()
                kind = "truth" if text in ("true", "false") else "word"
            yield _Token(kind, text, start)
            place = found.end()
        yield _Token("end", "", end)

    def _fail(self, message: str) -> NoReturn:
        _fail(self.text, self.next.place, message)

    def _took(self, *texts: str) -> str | None:
        """The next token, taken, if it is one of these words or symbols."""
        token = self.next
        if token.kind not in ("word", "symbol") or token.text not in texts:
            return None
        self.at += 1
        return token.text

    def _need(self, text: str) -> None:
        if not self._took(text):
            self._fail(f"expected {text!r}")

    def _either(self) -> Node:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return _balanced("or_kleene", parts)

    def _all(self) -> Node:
        parts = [self._negation()]
        while self._took("and"):
            parts.append(self._negation())
        return _balanced("and_kleene", parts)

    def _negation(self) -> Node:
        place = self.next.place
        if not self._took("not"):
            return self._test()
        if self.next.text == "not":
            self._fail("one 'not' is enough")
        return Call("invert", (self._test(),), place)

    def _test(self) -> Node:
        place = self.next.place
        left = self._sum()
        if symbol := self._took(*COMPARISONS):
            right = self._sum()
            if self._took(*COMPARISONS):
                self.at -= 1
                self._fail("two values are compared at a time: write 'a < b and b < c'")
            return Call(COMPARISONS[symbol], (left, right), place)
        if self._took("is"):
            function = "is_valid" if self._took("not") else "is_null"
            self._need("null")
            return Call(function, (left,), place)
        if self._took("not"):
            self._need("in")
            return Call("invert", (self._member(left),), place)
        return self._member(left) if self._took("in") else left

    def _member(self, left: Node) -> Node:
        place = left.place
        kind, name, name_place = self.next
        if kind in ("name", "quoted"):
            if not (isinstance(left, Literal) and isinstance(left.value, str)):
                self._fail("expected '(', or a quoted text before 'in': only that is looked for in a list")
            self.at += 1
            return Contains(Name(name, name_place), left.value, place)
        self._need("(")
        choices: list[Node] = [Call("equal", (left, self._sum()), place)]
        while self._took(","):
            choices.append(Call("equal", (left, self._sum()), place))
        self._need(")")
        return _balanced("or_kleene", choices)

    def _sum(self) -> Node:
        place = self.next.place
        left = self._product()
        while symbol := self._took("+", "-"):
            left = Call(ARITHMETIC[symbol], (left, self._product()), place)
        return left

    def _product(self) -> Node:
        place = self.next.place
        left = self._signed()
        while symbol := self._took("*", "/"):
            left = Call(ARITHMETIC[symbol], (left, self._signed()), place)
        return left

    def _signed(self) -> Node:
        place = self.next.place
        return Call("negate", (self._atom(),), place) if self._took("-") else self._atom()

    def _atom(self) -> Node:
        if self._took("("):
            self.depth += 1
            if self.depth > _DEEPEST:
                self._fail("nested too deeply")
            inner = self._either()
            self._need(")")
            self.depth -= 1
            return inner
        kind, text, place = self.next
        if kind in ("name", "quoted"):
            self.at += 1
            return Name(text, place)
        return Literal(self._literal(kind, text), place)

    def _literal(self, kind: str, text: str) -> str | int | float | bool:
        if kind not in ("number", "text", "truth"):
            hint = ": nothing equals null, ask 'is null'" if text == "null" else ""
            self._fail(f"expected a value{hint}")
        self.at += 1
        if kind == "truth":
            return text == "true"
        if kind == "text":
            return text[1:-1]
        return float(text) if re.search("[.eE]", text) else int(text)
