"""YAML as people mean it: duplicate keys refused, `no` is a word, and every value knows its line."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from vlmdata.errors import RecipeError

Where = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """SafeLoader with YAML 1.2's idea of booleans and numbers."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:float")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?$"),
    list("-+.0123456789"),
)


def parse(text: str, name: str) -> tuple[Any, dict[Where, int]]:
    """The document and the line of each value, by its path of keys and indexes.

    Raises ``RecipeError`` with ``name`` and line for bad YAML and for a key given twice.
    """
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RecipeError(f"{name}:{line}: not valid YAML: {error.reason} (U+{error.character:04X})") from error
    try:
        node = loader.get_single_node()
        if node is None:
            raise RecipeError(f"{name}: the file is empty")
        lines: dict[Where, int] = {}
        _walk(node, (), lines, name)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecipeError(f"{name}:{line}: not valid YAML: {error.problem}") from error
    finally:
        loader.dispose()


def _walk(node: yaml.Node, where: Where, lines: dict[Where, int], name: str) -> None:
    lines[where] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        first: dict[Hashable, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise RecipeError(f"{name}:{line}: a key is one word; quote a value that begins with '{{' or '['")
            if key.value in first:
                raise RecipeError(f"{name}:{line}: {key.value!r} is given twice, first in line {first[key.value]}")
            first[key.value] = line
            _walk(value, (*where, key.value), lines, name)
            lines[(*where, key.value)] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*where, index), lines, name)
