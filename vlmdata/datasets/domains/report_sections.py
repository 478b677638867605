"""Reports of radiologists, cut at their headings.

A heading stands at the beginning of a line in capitals, with a colon after it (MIT-LCP/mimic-cxr,
``txt/section_parser.py``, which also lists how often each is written, and the reports it cuts by hand: those are
cut here as all others are).
"""

from __future__ import annotations

import re
from difflib import get_close_matches

FINDINGS, IMPRESSION, LAST = "findings", "impression", "last_paragraph"

_HEADING = re.compile(r"^[ \t]*([A-Z][A-Z ()/,-]*):(?=\s)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_MEANT = {
    "conclusion": IMPRESSION,
    "reason for": "indication",
    "clinical information": "history",
    "exam": "examination",
    "wetread": "wet read",
}
_NAMES = (IMPRESSION, FINDINGS, "history", "comparison", "indication", "technique", "recommendation", "addendum")
_VIEWS = ("chest", "portable", "lateral", "frontal", "pa view", "ap view", "one view", "two views", "ribs")
"""Words of headings that name the views taken; what was found stands below such a heading."""


def sections(report: str) -> dict[str, str]:
    """The sections of a report by their usual names, in order; those of one name are put together.

    A report is wrapped at some eighty columns: lines of a paragraph are joined, paragraphs end with a blank line.
    Where there is neither ``findings`` nor ``impression``, all but the first paragraph of what comes last is
    ``last_paragraph``.
    """
    found: dict[str, list[str]] = {}
    headings = list(_HEADING.finditer(report))
    ends = (*(heading.start() for heading in headings[1:]), len(report))
    for heading, end in zip(headings, ends, strict=False):
        if paragraphs := _paragraphs(report[heading.end() : end]):
            found.setdefault(_usual(heading[1]), []).extend(paragraphs)
    if FINDINGS not in found and IMPRESSION not in found:
        last = next(reversed(found), None)
        rest = found[last][1:] if last else _paragraphs(report)[1:]
        if rest:
            found[LAST] = rest
            if last:
                found[last] = found[last][:1]
    return {name: "\n\n".join(paragraphs) for name, paragraphs in found.items()}


def _paragraphs(text: str) -> list[str]:
    return [joined for paragraph in _BLANK_LINE.split(text) if (joined := " ".join(paragraph.split()))]


def _usual(heading: str) -> str:
    """The usual name of a heading, slips of the pen mended; its own, in small letters, where it has none."""
    name = " ".join(heading.lower().split())
    if known := next((one for one in _NAMES if one in name), None):
        return known
    if meant := next((other for word, other in _MEANT.items() if word in name), None):
        return meant
    if any(word in name for word in _VIEWS):
        return FINDINGS
    return next(iter(get_close_matches(name, _NAMES, 1, 0.8)), name)
