"""Models as the Hub has them in ONNX: graphs, and beside them JSON that says what goes in and what comes out.

A folder holds ``onnx/NAME.onnx`` or ``NAME.onnx`` with ``preprocessor_config.json``, ``config.json`` and, where texts
are read, ``tokenizer.json`` (huggingface/optimum, exporters; huggingface/transformers.js ``scripts/convert.py``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vlmdata.errors import InputError
from vlmdata.io import model_file

PREPROCESSOR = "preprocessor_config.json"
CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
_FOLDER, _SUFFIX = "onnx", ".onnx"


def complaint(name: str, graph: str, base: Path) -> str | None:
    """Why there can be no such model, as a sentence, or None. Asks no server."""
    return model_file.complaint(name, _places(graph), base)


def brought(name: str, graphs: Sequence[str], base: Path) -> Path:
    """The folder of a model, or its one ``.onnx`` file where ``name`` is the path of one.

    What is on the Hub is downloaded into its cache once. Raises ``InputError`` where a graph is missing or the Hub
    cannot be reached.
    """
    if name.endswith(_SUFFIX) and len(graphs) > 1:
        raise InputError(f"{name} is one file: give the folder that holds {' and '.join(graphs)}")
    found = [model_file.model_file(name, _places(graph), base) for graph in graphs]
    inside = [graph.relative_to(_root(graph)).as_posix() for graph in found]
    for file in (*(f"{graph}_data" for graph in inside), PREPROCESSOR, CONFIG, TOKENIZER, TOKENIZER_CONFIG):
        model_file.file_beside(name, file, base)
    return found[0] if name.endswith(_SUFFIX) else _root(found[0])


def graph_in(path: Path, graph: str) -> Path | None:
    """The ``.onnx`` file of that name in the folder ``path``, or ``path`` itself where it is a file."""
    if path.is_file():
        return path
    return next((place for file in _places(graph) if (place := path / file).is_file()), None)


def said(path: Path, file: str) -> Mapping[str, Any]:
    """What a JSON file of the model says, nothing where there is none. ``InputError`` where it is no JSON object."""
    found = beside(path, file)
    if found is None:
        return {}
    try:
        content = json.loads(found.read_bytes())
    except ValueError as error:
        raise InputError(f"{found} is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{found} is no JSON object")
    return content


def beside(path: Path, file: str) -> Path | None:
    """A file of the model by name: in its folder, or in that above ``onnx``."""
    folders = (path.parent, _root(path)) if path.is_file() else (path,)
    return next((place for folder in folders if (place := folder / file).is_file()), None)


def _places(graph: str) -> tuple[str, str]:
    return f"{_FOLDER}/{graph}{_SUFFIX}", f"{graph}{_SUFFIX}"


def _root(graph: Path) -> Path:
    return graph.parent.parent if graph.parent.name == _FOLDER else graph.parent
