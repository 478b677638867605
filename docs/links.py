"""Check the built site: ``python -m docs.links site``. Links lead somewhere, pages load nothing from elsewhere.

Addresses of others are listed by ``--external`` and not asked for: what answers today says nothing of this tree.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """What a page links to, loads, and can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            self.loads.append(found["href"])
        elif "src" in found:
            self.loads.append(found["src"])


def faults(site: Path) -> Iterator[str]:
    """What is wrong, a line each."""
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for address in page.loads:
            if urlsplit(address).netloc:
                yield f"{path.relative_to(site)} loads {address}"
        for address in page.links + page.loads:
            if not _leads_somewhere(address, path, site, pages):
                yield f"{path.relative_to(site)} links to {address}, which is not there"
    for path in sorted(site.rglob("*.css")):
        for address in re.findall(
            r"(?:url\(|@import )['\"]?((?:https?:)?//[^)'\"]+)", path.read_text(encoding="utf-8")
        ):
            yield f"{path.relative_to(site)} loads {address}"


def _leads_somewhere(address: str, path: Path, site: Path, pages: dict[Path, _Page]) -> bool:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    start = site if parts.path.startswith("/") else path.parent  # the page for what is not found stands anywhere
    to = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
    to = to / "index.html" if to.is_dir() else to
    if not parts.fragment or to not in pages:
        return to.exists()
    return unquote(parts.fragment) in pages[to].anchors | {"__top"}


def external(site: Path) -> list[str]:
    """Addresses of others, once each, in order."""
    found = (_Page(path.read_text(encoding="utf-8")).links for path in site.rglob("*.html"))
    return sorted({address for links in found for address in links if urlsplit(address).netloc})


def main() -> int:
    site = Path(sys.argv[1]).resolve()
    wrong = list(faults(site))
    lines = wrong or (external(site) if "--external" in sys.argv else [])
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
