"""The files an input names: one file, a folder, or a pattern."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from vlmdata.errors import InputError
from vlmdata.io.source import slug

_LABEL = 32


def input_files(root: Path, suffixes: Sequence[str]) -> dict[str, Path]:
    """Files of an input by their name relative to it, with ``/``, sorted by that name.

    ``root`` is a file (taken whatever its suffix), a folder (all files below it that end in one of
    ``suffixes``), or a pattern with ``*``, ``?``, ``[…]`` or ``**``. Hidden files are left out of folders and
    patterns. Raises ``InputError`` where there is nothing to read.
    """
    if root.is_file():
        return {root.name: root}
    if root.is_dir():
        found = {os.path.relpath(path, root): path for path in files_below(root, suffixes)}
        if not found:
            raise InputError(f"{root} has no {' or '.join(suffixes)} files{_holds(root)}")
    elif glob.has_magic(str(root)):
        base = plain_part(root)
        paths = (Path(path) for path in glob.iglob(str(root), recursive=True))
        found = {os.path.relpath(path, base): path for path in paths if path.is_file()}
        if not found:
            raise InputError(f"no file matches {root}{_holds(base)}")
    else:
        raise InputError(f"there is no file or folder {root}{_holds(root.parent)}")
    return {Path(name).as_posix(): found[name] for name in sorted(found)}


def files_below(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    """Files that end in one of ``suffixes`` (lower case) in any case of letters, folder by folder, each sorted.

    Holds the names of one folder at a time.
    """
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower().endswith(tuple(suffixes)):
                yield Path(parent, name)


def plain_part(pattern: Path) -> Path:
    """The leading folders of a pattern that hold no wildcard."""
    plain = Path()
    for part in pattern.parts:
        if glob.has_magic(part):
            break
        plain /= part
    return plain


def labels(names: Iterable[str]) -> dict[str, str]:
    """A short word in the alphabet of keys for each file name, no two the same, whatever the others are called."""
    stems = {name: slug(Path(name).name.split(".")[0]) for name in names}
    uses = Counter(stems.values())
    return {
        name: stem if uses[stem] == 1 and len(stem) <= _LABEL else marked(stem, name) for name, stem in stems.items()
    }


def marked(word: str, identity: str, length: int = _LABEL) -> str:
    """``word`` cut to ``length`` with 8 hex digits of the hash of ``identity`` at its end, so that it is unique."""
    return f"{word[: length - 9]}-{sha256(identity.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def readable(name: str) -> str:
    """``name`` as Unicode text: bytes of a file name that are no UTF-8 are shown as ``\\xff``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _holds(folder: Path) -> str:
    if not folder.is_dir():
        return f"; nor is there a folder {folder}"
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    more = ", …" if len(names) > 5 else ""
    return f"; {folder} holds {', '.join(names[:5]) or 'nothing'}{more}"
