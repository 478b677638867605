"""How large the stores may grow: defaults, or what ``cache.toml`` in ``VLMDATA_HOME`` says."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

from vlmdata.errors import InputError
from vlmdata.io.atomic import write_text_atomic
from vlmdata.io.cache import home
from vlmdata.io.reuse.oldest import size_of

BOUNDED: Mapping[str, int] = {"answers": 10**9, "renders": 10**10, "surveys": 10**9}
"""What has a bound, and the bytes it may take where nothing else is said."""

_HEAD = "# Written by `vlmdata cache --bound`. Bytes; 0 keeps nothing.\n[bounds]\n"


def bounds() -> dict[str, int]:
    """Bytes by name of what is bounded. ``InputError`` where the file is not as ``set_bound`` writes it."""
    path = _path()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("bounds", {})
    except (FileNotFoundError, NotADirectoryError):
        return dict(BOUNDED)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}. Mend it or remove it") from error
    for name, size in found.items():
        if name not in BOUNDED or type(size) is not int or size < 0:
            known = ", ".join(BOUNDED)
            raise InputError(f"{path}: {name} = {size!r} is no bound: a number of bytes is said of {known}")
    return {**BOUNDED, **found}


def set_bound(name: str, size: int) -> None:
    """Say how many bytes ``name`` may take from the next run on. ``StorageError``."""
    said = {**bounds(), name: size}
    lines = (f"{name} = {said[name]}\n" for name in BOUNDED if said[name] != BOUNDED[name])
    write_text_atomic(_path(), _HEAD + "".join(lines))


def room_for(name: str) -> int:
    """The bytes ``name`` may take in all: its bound, or less where the disk is nearly full, of which half is left."""
    folder = home() / name
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return min(bounds()[name], size_of(folder) + shutil.disk_usage(there).free // 2)


def _path() -> Path:
    return home() / "cache.toml"
