"""Files of hashes of pictures that are known to show nothing."""

from __future__ import annotations

import re
from pathlib import Path

from vlmdata.errors import InputError

_SHA256 = re.compile(r"[0-9a-f]{64}")


def hashes_in(path: Path) -> frozenset[str]:
    """The SHA-256, in hex, with which its lines begin, as ``sha256sum`` writes them; lines of ``#`` are remarks.

    Raises ``InputError`` where the file cannot be read or a line begins otherwise.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read ({said}): it should have a SHA-256 in hex on each line") from error
    found = set()
    for number, line in enumerate(lines, 1):
        if (text := line.strip().lower()) and not text.startswith("#"):
            if not (hit := _SHA256.match(text)):
                raise InputError(f"{path}:{number}: no SHA-256 in hex, as sha256sum writes it: {line[:80]!r}")
            found.add(hit[0])
    return frozenset(found)
