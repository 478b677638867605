"""Markdown of docstrings, parameters and tables, as GitHub and the site both show it."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from pydantic import BaseModel


def first_line(thing: type) -> str:
    return documented(thing).splitlines()[0]


def documented(thing: type) -> str:
    """A docstring: its headings one level lower, its examples fenced so that they are coloured and tested."""
    text = inspect.cleandoc(thing.__doc__ or "")
    text = re.sub(r"^## (.+)\n+", r"### \1\n\n", text, flags=re.MULTILINE)
    return re.sub(r"(?<=\n\n)(?: {4}.*(?:\n|$))+", _fenced, text)


def _fenced(block: re.Match[str]) -> str:
    lines = inspect.cleandoc("\n" + block[0].rstrip())
    language = "yaml" if re.match(r"- |\w+: *\n", lines) else ""
    return f"```{language}\n{lines}\n```\n"


def cell(text: str) -> str:
    """Text that stands in a table as it is, angle brackets and bars too."""
    return text.replace("<", "&lt;").replace("|", "\\|").replace("_", "\\_")


def anchor(heading: str) -> str:
    """What a heading is called in a link, here and on GitHub."""
    return re.sub(r"[.+]", "", heading)


def parameters(model: type[BaseModel], hidden: tuple[str, ...] = ()) -> list[str]:
    """The table of what a recipe may say of a step or an input."""
    rows = []
    schema = model.model_json_schema(mode="validation")
    for name, node in schema["properties"].items():
        if name in hidden:
            continue
        default = "required" if name in schema.get("required", ()) else f"`{json.dumps(node.get('default'))}`"
        rows.append(f"| `{name}` | {_type(node)} | {default} | {node.get('description', '')} |")
    return ["| parameter | type | default | meaning |", "|---|---|---|---|", *rows] if rows else ["No parameters."]


def _type(node: dict[str, Any]) -> str:
    """A JSON schema in words."""
    if "anyOf" in node:
        return " or ".join(_type(one) for one in node["anyOf"] if one.get("type") != "null")
    if "enum" in node or "const" in node:
        return ", ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        return f"list of {_type(node['items'])}" if "items" in node else "list"
    bounds = [f"{sign} {node[key]}" for key, sign in _BOUNDS.items() if key in node]
    return " ".join((_WORDS.get(node.get("type", ""), node.get("type", "any")), *bounds))


_WORDS = {"string": "text", "integer": "whole number", "object": "mapping", "boolean": "true or false"}
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
