# ruff: noqa: TID253  # imported by the sandbox alone, which is imported when a template is compiled
"""What a template may call, and how its operators and filters make values no larger than fits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import BuiltinMethodType, MappingProxyType
from typing import Any, TypeGuard

import jinja2.utils
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.filters import FILTERS

from vlmdata.models.chat.template.budget import Budget, fits

# fmt: off
_STRING_METHODS = frozenset({
    "capitalize", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdecimal", "isdigit", "islower",
    "isspace", "isupper", "join", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind",
    "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper",
})
_FILTERS = (
    "capitalize", "count", "d", "default", "dictsort", "first", "float", "int", "items", "last", "length", "list",
    "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select", "selectattr", "sort", "title",
    "trim", "unique", "upper",
)
# fmt: on
CHEAP_FILTERS = frozenset({"count", "d", "default", "first", "last", "length"})
"""They do not walk what they are given."""
_METHODS: Mapping[type, frozenset[str]] = MappingProxyType(
    {
        str: _STRING_METHODS,
        dict: frozenset({"get", "items", "keys", "values"}),
        list: frozenset({"count", "index"}),
        tuple: frozenset({"count", "index"}),
    }
)
_INDENT = 16
_LARGEST_FACTOR = 1 << 63
_SCALARS = (str, int, float, type(None), jinja2.Undefined)


def is_method(called: object) -> TypeGuard[BuiltinMethodType]:
    """Whether it is a method of a string, dict, list or tuple that looks and does not touch."""
    return isinstance(called, BuiltinMethodType) and called.__name__ in _METHODS.get(type(called.__self__), ())


def call_method(method: BuiltinMethodType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call it, where its result fits."""
    owner: Any = method.__self__
    if method.__name__ == "replace":
        return _replaced(owner, *args, **kwargs)
    if method.__name__ == "join":
        return joined(args[0], owner)
    return method(*args, **kwargs)


def joined(values: Iterable[object], between: str = "") -> str:
    """The texts of all values with ``between`` between them."""
    texts = [text_of(value) for value in values]
    fits(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def text_of(value: object) -> str:
    """What is written of a value. ``SecurityError`` for a function or iterator, whose text holds an address."""
    if not isinstance(value, (*_SCALARS, dict, list, tuple)):
        raise SecurityError(f"a {type(value).__name__} cannot be written")
    Budget().value(value)
    return str(value)


def binary(sign: str, left: Any, right: Any) -> Any:
    """``left sign right``, where the result fits. ``SecurityError`` for what no chat template needs."""
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if sign == "+":
        if not numbers:
            fits(_length(left) + _length(right))
        return left + right
    if sign == "%" and numbers:
        return left % right
    if sign != "*":
        raise SecurityError(f"{type(left).__name__} {sign} {type(right).__name__}")
    if not numbers:
        fits(_length(left) * right if isinstance(right, int) else _length(right) * left)
    elif abs(left) > _LARGEST_FACTOR or abs(right) > _LARGEST_FACTOR:
        raise SecurityError("a number too large to multiply")
    return left * right


class Namespace(jinja2.utils.Namespace):
    """What ``namespace()`` gives: no name in it begins with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, *rest = args
        attributes = dict(*rest, **kwargs)
        for name in attributes:
            _public(name)
        jinja2.utils.Namespace.__init__(self, attributes)

    def __setitem__(self, name: str, value: Any) -> None:
        _public(name)
        super().__setitem__(name, value)


def filters() -> dict[str, Callable[..., Any]]:
    """Those that chat templates use and whose results are not larger than what they take, with our own for the rest."""
    return {name: FILTERS[name] for name in _FILTERS} | {
        "join": lambda values, d="": joined(values, d),
        "replace": lambda text, old, new, count=-1: _replaced(text_of(text), old, new, -1 if count is None else count),
        "string": text_of,
        "tojson": _json,
    }


def functions() -> dict[str, Callable[..., Any]]:
    """All that a template can call by name, beside ``range``."""
    return {"dict": _dict, "namespace": Namespace, "raise_exception": _refuse}


def _dict(*args: Any, **kwargs: Any) -> dict[Any, Any]:
    """Not the class itself, which has a constructor of its own among its attributes."""
    return dict(*args, **kwargs)


def _refuse(message: object) -> None:
    raise TemplateError(text_of(message))


def _json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Without the escapes of jinja2's own, which are for HTML."""
    Budget().value(value)
    width = None if indent is None else min(int(indent), _INDENT)
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=width, separators=separators, sort_keys=sort_keys)


def _replaced(text: str, old: str, new: str, count: int = -1) -> str:
    fits(len(text) + (text.count(old) if count < 0 else min(count, text.count(old))) * len(new))
    return text.replace(old, new, count)


def _length(value: object) -> int:
    if isinstance(value, str | list | tuple):
        return len(value)
    raise SecurityError(f"an operator on {type(value).__name__}")


def _public(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a namespace has no name {name!r}")
