"""HTML left in scraped texts."""

from __future__ import annotations

import html
import re

_BLOCK = """
    address article aside blockquote br center dd div dl dt figcaption figure footer form h[1-6] header hr li main nav
    ol p pre section table tbody td tfoot th thead tr ul
"""
_INLINE = """
    a abbr acronym b big cite code del dfn em font i iframe input ins kbd label mark nobr noscript q samp small span
    strike strong sub sup tt u var wbr
"""
_ATTRIBUTE = r"\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)"


def _tag(names: str) -> str:
    return rf"</?(?:{'|'.join(names.split())})(?:{_ATTRIBUTE})*\s*/?>"


_UNSEEN = re.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BLOCKS = re.compile(_tag(_BLOCK), re.IGNORECASE)
_INLINES = re.compile(rf"{_tag(_INLINE)}|<img(?:{_ATTRIBUTE})+\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MOST_TIMES_ESCAPED = 3


def plain(text: str) -> str:
    """Without tags of HTML, with entities as the characters they stand for.

    Tags that break a line become a line break. Only names of HTML count, and attributes need a value, so ``a <b and
    c> d``, ``<image>``, ``<img>``, ``<box>`` and ``<s>`` stay. Tags that were written as entities (``&lt;b&gt;``) are
    shown as text, as a browser does. What was escaped twice (``&amp;amp;``) is read twice.
    """
    if "<" in text:
        text = _INLINES.sub("", _BLOCKS.sub("\n", _UNSEEN.sub("", text)))
    for _ in range(_MOST_TIMES_ESCAPED):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text
