"""Texts of any length, cut to what a page can hold."""

from __future__ import annotations


def cut(text: str, length: int) -> str:
    """``text``, or its beginning and an ellipsis: at most ``length`` characters, at least 1."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
