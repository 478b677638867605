"""``an upper window`` becomes ``a lower window``: the article goes with the word after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlmdata.steps.flip.findings import Finding

_ARTICLE = re.compile(r"(?<![A-Za-z])(an?|An?)(?= $)")
_VOWELS = "aeiou"


def refitted(text: str, finding: Finding) -> Iterator[Finding]:
    """The finding, and the article before it where its first sound decides between ``a`` and ``an``.

    Refused where the article does not fit the word as it stands: it would not come back.
    """
    if finding.verdict != "swap":
        yield finding
        return
    had, has = (word[0].lower() in _VOWELS for word in (text[finding.start], finding.twin))
    article = _ARTICLE.search(text, max(0, finding.start - 4), finding.start)
    if had == has or article is None:
        yield finding
    elif article[1].lower() != ("an" if had else "a"):
        yield Finding(finding.start, finding.end, "refuse", "article")
    else:
        yield finding
        yield Finding(*article.span(), "swap", "article", article[1][0] + ("n" if has else ""))
