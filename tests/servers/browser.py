"""Debian's Chromium, driven by Playwright: pages as a person sees them, and axe's word on who cannot."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = (390, 844)
DESKTOP = (1280, 900)


@dataclass(slots=True)
class Tab:
    """A page in the browser. ``complaints`` are lines of its console and errors of its scripts, ``asked`` what it
    asked the network for, the page itself included."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def overflow(self) -> int:
        """CSS pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def barriers(self) -> list[str]:
        """What axe-core finds, by WCAG 2.2 AA and its own best practices: rule, and where."""
        source = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
        self.page.evaluate(source + "; undefined")
        found: dict[str, Any] = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        return [f"{one['id']}: {node['target']}" for one in found["violations"] for node in one["nodes"]]

    def focused(self) -> tuple[str, str]:
        """Tag and text of the element that has the keyboard."""
        tag, text = self.page.evaluate("[document.activeElement.tagName, document.activeElement.textContent]")
        return str(tag), " ".join(str(text).split())


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; skips the test where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium here")
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser, url: str, window: tuple[int, int] = DESKTOP, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Tab]:
    """``url`` in a tab of its own."""
    width, height = window
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    tab = Tab(page)
    page.on("console", lambda message: tab.complaints.append(message.text))
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    page.on("request", lambda request: tab.asked.append(request.url))
    try:
        page.goto(url)
        yield tab
    finally:
        page.close()
