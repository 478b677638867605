"""A file inside an archive: where its bytes are, and why it may not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from vlmdata.errors import BadRecord
from vlmdata.io.paths import readable

STORED, DEFLATED = 0, 8
"""Methods of APPNOTE.TXT 4.4.5 that are read. Members of tars are stored."""

_METHODS = {1: "shrunk", 6: "imploded", 9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd"}
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive.

    Attributes:
        name: with ``/``, without a leading ``./``.
        offset: of its local header in a zip, of its first byte in a tar; in all parts joined.
        lead: least bytes between ``offset`` and its data: those of the local header without its extra field.
        packed: bytes it takes, ``size``: bytes it has.
        crc: CRC-32 of its bytes; None where the archive does not say.
        method: how it is compressed, by the numbers of zip.
        fault: the reason it is not read, None for a sound one.
    """

    name: str
    offset: int
    lead: int
    packed: int
    size: int
    crc: int | None
    method: int
    fault: str | None

    def bad(self, reason: str | None = None) -> BadRecord:
        """What is said of its ``fault``, or of the ``reason`` that showed when it was read."""
        reason = reason or self.fault or "corrupt_member"
        return BadRecord(reason, _DETAILS[reason].format(self, name=self.name[:200], how=_how(self.method)))


_DETAILS = {
    "unsafe_name": "{name!r} leads out of the archive, or would on some system",
    "link_member": "{name!r} is a link or a device, and those are never followed",
    "encrypted_member": "{name!r} is encrypted",
    "unsupported_compression": "{name!r} is {how}; stored and deflated members are read",
    "bomb": "{name!r} has {0.size} bytes out of {0.packed}, or more than it says",
    "bad_crc": "the bytes of {name!r} are not those that were packed",
    "corrupt_member": "{name!r} is damaged or cut off",
    "duplicate_member": "another {name!r} comes later, and replaces this one",
}

SCHEMA_FIELDS = ("name", "offset", "lead", "packed", "size", "crc", "method", "fault")


def member_type() -> Any:
    """``Member`` as an Arrow struct."""
    import pyarrow as pa

    types = (
        pa.string(), pa.int64(), pa.int32(), pa.int64(), pa.int64(), pa.uint32(), pa.int32(), pa.string(),
    )  # fmt: skip
    return pa.struct(list(zip(SCHEMA_FIELDS, types, strict=True)))


def safe(name: str) -> tuple[str, str | None]:
    """A member's name without ``./`` before it, and ``unsafe_name`` where unpacking could lead elsewhere.

    Refused are absolute names, drive letters, ``..``, backslashes (separators to Windows) and zero bytes. Bytes that
    are no UTF-8 (surrogates in ``name``) are shown as ``\\xff``.
    """
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    parts = name.split("/")
    bad = not name or name.startswith("/") or "\\" in name or "\0" in name or ".." in parts or _DRIVE.match(name)
    return readable(name), "unsafe_name" if bad else None


def _how(method: int) -> str:
    return "a sparse file" if method < 0 else _METHODS.get(method, f"compressed by method {method}")
