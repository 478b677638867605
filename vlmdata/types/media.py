"""File extensions of the media a data set holds."""

from __future__ import annotations

_EXTENSIONS = {
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jp2": "jp2",
    "image/jpeg": "jpg",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
    "image/x-portable-pixmap": "ppm",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
}


def extension_of(media_type: str | None) -> str:
    """The usual extension without a dot, ``bin`` for what is not known."""
    return _EXTENSIONS.get(media_type or "", "bin")
