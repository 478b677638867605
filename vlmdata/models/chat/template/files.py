"""A model's published chat template with its special tokens, from a file, a folder or the Hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlmdata.errors import InputError
from vlmdata.io.model_file import model_file
from vlmdata.models.dialects import DIALECTS, recognised
from vlmdata.types import Annotation, Box, Size

FILES = ("chat_template.jinja", "chat_template.json", "tokenizer_config.json")
"""Where a model has its template, the first that is there (transformers, processing_utils.py)."""

_CONFIG = "tokenizer_config.json"
_LARGEST = 1 << 18
_LARGEST_FILE = 1 << 26


@dataclass(frozen=True, slots=True)
class TemplateFiles:
    """A template's ``code``, the ``tokens`` it may name (``bos_token`` …), all ``special`` ones of its tokenizer."""

    code: str
    tokens: Mapping[str, str]
    special: tuple[str, ...]

    @property
    def reserved(self) -> tuple[str, ...]:
        """Special tokens that no text of the data may hold; those with which a dialect writes places are not among."""
        places = _places()
        names = sorted({*self.special, *self.tokens.values()})
        return tuple(name for name in names if name not in places and not recognised(name))


def found(name: str, base: Path) -> tuple[Path, ...]:
    """The file with the template and, where there is one beside it, the one with the tokens.

    ``name`` is a file, a folder with one of ``FILES``, or ``hub:OWNER/NAME@REVISION``. ``InputError`` where there is
    none.
    """
    template = model_file(name, FILES, base)
    if template.name == _CONFIG:
        return (template,)
    if not name.startswith("hub:"):
        beside = template.parent / _CONFIG
        return (template, beside) if beside.is_file() else (template,)
    try:
        return template, model_file(name, (_CONFIG,), base)
    except InputError:
        return (template,)


def read(paths: tuple[Path, ...]) -> TemplateFiles:
    """What ``found`` found. ``InputError`` where it is no template."""
    config = _json(paths[-1]) if paths[-1].name == _CONFIG else {}
    code = _text(paths[0]) if paths[0].suffix != ".json" else _template_of(_json(paths[0]), paths[0])
    if len(code) > _LARGEST:
        raise InputError(f"{paths[0]}: a chat template of {len(code)} characters is more than {_LARGEST}")
    tokens = {key: text for key, value in config.items() if key.endswith("_token") and (text := _content(value))}
    added = config.get("added_tokens_decoder")
    special = [one for one in added.values() if isinstance(one, dict)] if isinstance(added, dict) else []
    return TemplateFiles(code, tokens, tuple(_content(one) for one in special if one.get("special") and _content(one)))


def _places() -> str:
    """A place in every dialect that writes boxes, so that its marks are known."""
    mark = Annotation(id="", label="x", box=Box(1, 1, 2, 2))
    dialects = [dialect for dialect in DIALECTS.values() if "box" in dialect.writes]
    return "".join(dialect.render([mark], [Size(9, 9)]) for dialect in dialects)


def _template_of(config: Mapping[str, Any], path: Path) -> str:
    """The template of a JSON file; where there are several by name, the one called ``default``."""
    value = config.get("chat_template")
    if isinstance(value, list):
        named = {one.get("name"): one.get("template") for one in value if isinstance(one, dict)}
        value = named.get("default")
        if value is None:
            raise InputError(f"{path} has the templates {', '.join(map(str, named))}, and none is called default")
    if not isinstance(value, str):
        raise InputError(f"{path} has no chat_template")
    return value


def _json(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(_text(path))
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} holds no JSON object")
    return value


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST_FILE:
        raise InputError(f"{path} is too large for a chat template")
    try:
        return path.read_text(encoding="utf-8")
    except ValueError as error:
        raise InputError(f"{path} is no text: {error}") from error


def _content(token: object) -> str:
    """A token as tokenizer_config.json writes it: a string, or an object with its ``content``."""
    value = token.get("content") if isinstance(token, dict) else token
    return value if isinstance(value, str) else ""
