"""From what a row says about a picture (a name, a data URL, bytes) to an ``Image``. Opens nothing."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from vlmdata.errors import BadRecord
from vlmdata.types import Image

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".jp2", ".ppm")

_CLIPS = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PUBLISHED = (
    (re.compile(r"(?:^|/)COCO_(?:train|val|test)20\d\d_(\d{12})\.\w+$"), "coco"),
    (re.compile(r"(?:^|/)(?:train|val|test)2017/(\d{12})\.\w+$"), "coco"),
    (re.compile(r"(?:^|/)VG_100K(?:_2)?/(\d+)\.\w+$"), "vg"),
)
"""File names as COCO and Visual Genome publish them (cocodataset.org, homes.cs.washington.edu/~ranjay/visualgenome)."""


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """The folder that names in a data file are relative to; ``root`` is absolute, without ``..``.

    ``strip`` leading parts are taken off every name first, as ``tar --strip-components`` does. ``shown`` is
    what messages call the folder: no absolute path goes into any output. ``bring`` gets a file that is kept
    elsewhere before it is looked for.
    """

    root: Path
    shown: str
    strip: int = 0
    bring: Callable[[Path], object] | None = None

    def image(self, value: object) -> Image:
        """A picture from bytes, ``{bytes, path}``, a data URL or a file name.

        ``BadRecord``: ``missing_file``, ``path_outside``, ``remote_image``, ``bad_image``, ``bad_field``.
        """
        if isinstance(value, Mapping):
            data, name = value.get("bytes"), value.get("path")
            if isinstance(data, bytes):
                return Image(data=data, source=name if isinstance(name, str) else None, id=identity(name))
            value = name
        if isinstance(value, bytes):
            return Image(data=value)
        if value is None:
            raise BadRecord("missing_file", "a picture is given by neither bytes nor a name")
        if not isinstance(value, str):
            raise BadRecord("bad_field", f"a picture is named by a string, not {type(value).__name__}")
        if value.startswith("data:"):
            return _from_data_url(value)
        if _SCHEME.match(value) and not value.startswith("file://"):
            raise BadRecord("remote_image", f"{value[:200]}: get it first with 'vlmdata fetch urls'")
        return self._file(value.removeprefix("file://"))

    def clip(self, value: object) -> Image:
        """As ``image``, for a video: its media type says so, after its suffix."""
        image = self.image(value)
        if image.is_clip:
            return image
        suffix = PurePosixPath(image.source or "").suffix.lower()
        return replace(image, media_type=_CLIPS.get(suffix, "video/unknown"))

    def _file(self, name: str) -> Image:
        parts = PurePosixPath(name).parts
        if self.strip:
            parts = tuple(part for part in parts if part != "/")[self.strip :]
        root = str(self.root)
        path = os.path.normpath(os.path.join(root, *parts))
        if path != root and not path.startswith(os.path.join(root, "")):
            raise BadRecord(
                "path_outside", f"{name!r} leads out of {self.shown}; set images: to a folder above all names"
            )
        if self.bring:
            self.bring(Path(path))
        if not _is_file(path):
            raise BadRecord(
                "missing_file", f"no file {str(PurePosixPath(*parts))!r} in {self.shown}{self._hint(parts)}"
            )
        source = Path(path).relative_to(root).as_posix() if name.startswith("/") else name
        return Image(uri=path, source=source, id=identity(name))

    def _hint(self, parts: tuple[str, ...]) -> str:
        for dropped in range(1, len(parts)):
            if ".." not in parts and _is_file(os.path.join(self.root, *parts[dropped:])):
                return f"; {'/'.join(parts[dropped:])} is there: set strip: {self.strip + dropped}"
        return ""


def identity(name: object) -> str | None:
    """``coco:391895`` or ``vg:12`` for the file names those publish, None for others."""
    if isinstance(name, str):
        for pattern, family in _PUBLISHED:
            if match := pattern.search(name):
                return f"{family}:{int(match[1])}"
    return None


def _is_file(path: str) -> bool:
    """False, too, for names no file can bear (zero bytes, too long)."""
    return os.path.isfile(path)


def _from_data_url(url: str) -> Image:
    """RFC 2397: ``data:image/png;base64,…``."""
    head, comma, payload = url.partition(",")
    kind, *options = head.removeprefix("data:").split(";")
    if not comma or "base64" not in options:
        raise BadRecord("bad_image", f"a data URL holds base64 after a comma, not {url[:60]!r}")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRecord("bad_image", f"a data URL whose base64 does not decode: {url[:60]!r}") from error
    return Image(data=data, media_type=kind if kind.startswith("video/") else None)
