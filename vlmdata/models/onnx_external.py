"""Which files beside an ONNX file hold its weights, read from the file itself without the ``onnx`` package.

Field numbers are those of onnx/onnx ``onnx/onnx.proto3``.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from vlmdata.errors import InputError
from vlmdata.models.onnx_wire import fields

_CHILDREN: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "model": {7: "graph", 20: "training", 25: "function"},
        "training": {1: "graph", 2: "graph"},
        "function": {7: "node"},
        "graph": {1: "node", 5: "tensor", 15: "sparse"},
        "node": {5: "attribute"},
        "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
        "sparse": {1: "tensor", 2: "tensor"},
        "tensor": {13: "entry"},
    }
)
"""The messages a tensor may stand in, by the number of the field that holds it."""
_KEY, _VALUE = 1, 2


def external_files(path: Path) -> tuple[Path, ...]:
    """Files that tensors of the model at ``path`` name as the place of their values, in the folder of ``path``.

    ``InputError`` where the file is no model, or names one outside that folder (onnx ``docs/ExternalData.md``: a
    relative path without ``..``).
    """
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise InputError(f"{path} is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                names = sorted(set(_locations(data)))
            except (IndexError, ValueError) as error:
                raise InputError(f"{path} is no ONNX model ({error})") from error
    for name in names:
        place = PurePosixPath(name)
        if not name or place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
            raise InputError(f"{path} keeps weights in {name!r}: a model may name files of its own folder alone")
    return tuple(path.parent / name for name in names)


def _locations(data: mmap.mmap) -> Iterator[str]:
    """Values of the entries ``location``. A stack and not recursion: a file says how deep it is."""
    waiting = [("model", 0, len(data))]
    while waiting:
        kind, begin, end = waiting.pop()
        found = [(field.number, field.body, field.end) for field in fields(data, begin, end) if field.body is not None]
        if kind == "entry":
            entry = {number: data[start:stop] for number, start, stop in found}
            if entry.get(_KEY) == b"location":
                yield entry.get(_VALUE, b"").decode()
        else:
            children = _CHILDREN[kind]
            waiting += ((children[number], start, stop) for number, start, stop in found if number in children)
