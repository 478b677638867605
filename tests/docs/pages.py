"""The pages that people read, and the blocks of code in them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    str(path.relative_to(ROOT)) for path in (*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")) if path.is_file()
)
_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str, *languages: str) -> list[str]:
    """The fenced blocks in these languages; ``""`` is none."""
    return [inspect.cleandoc("\n" + body) for _, language, body in _FENCED.findall(text) if language in languages]


def prose(text: str) -> str:
    """What is not in a block."""
    return _FENCED.sub("", text)
