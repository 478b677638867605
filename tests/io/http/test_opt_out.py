"""What servers keep from machine learning is not taken."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.io.http.conftest import Fetch
from tests.servers.hostile import HostileServer
from vlmdata.io.http.opt_out import opted_out
from vlmdata.io.http.outcome import Failed


def _refusal(*headers: tuple[str, str]) -> str | None:
    def values(name: str) -> Iterable[str]:
        return [value for key, value in headers if key == name]

    return opted_out(values, "vlmdata")


@pytest.mark.parametrize(
    "value",
    [
        "noai",
        "NoAI",
        "noimageai",
        "noindex",
        "noimageindex",
        "none",
        "nofollow, noai",
        "nofollow,noai ,noarchive",
        "vlmdata: noai",
        "VLMData: nofollow, noindex",
        "*: noindex",
        "googlebot: nofollow, vlmdata: noindex",
        "unavailable_after: Friday, 25-Jun-10 15:00:00 PST, noai",
        "unavailable_after: 25 Jun 2010 15:00:00 PST, noindex",
        "max-snippet: 10, noai",
        "max-image-preview:large,noimageai",
    ],
)
def test_robots_tags_that_bind_us(value: str) -> None:
    assert str(_refusal(("X-Robots-Tag", value))).startswith("X-Robots-Tag: no")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "all",
        "index, follow",
        "nofollow, noarchive, nosnippet",
        "googlebot: noindex",
        "googlebot: noindex, noai",
        "bingbot: none",
        "noaiko",
        "unavailable_after: 25 Jun 2010 15:00:00 PST",
        ":::,,,",
    ],
)
def test_robots_tags_that_do_not(value: str) -> None:
    assert _refusal(("X-Robots-Tag", value)) is None


def test_one_of_several_headers_is_enough() -> None:
    assert _refusal(("X-Robots-Tag", "googlebot: noindex"), ("X-Robots-Tag", "noai")) == "X-Robots-Tag: noai"


@pytest.mark.parametrize(("value", "refused"), [("1", True), (" 1 ", True), ("0", False), ("", False), ("yes", False)])
def test_reserved_for_text_and_data_mining(value: str, refused: bool) -> None:
    assert (_refusal(("TDM-Reservation", value)) is not None) is refused


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        ("train-ai=n", "train-ai=n"),
        ("search=y, train-ai=n", "train-ai=n"),
        ("train-ai=n;since=2026", "train-ai=n"),
        ("bots=n", "bots=n"),
        ("bots=y, train-ai=n", "train-ai=n"),
        ("train-ai=y, train-ai=n", "train-ai=n"),
        ("bots=n, train-ai=y", None),
        ("train-ai=y", None),
        ("search=n", None),
        ("train-ai", None),
        ('train-ai="n"', None),
        ("train-ai=?0", None),
        ("=n, ,;", None),
        ("", None),
    ],
)
def test_usage_preferences(value: str, refusal: str | None) -> None:
    found = _refusal(("Content-Usage", value))
    assert found == (f"Content-Usage: {refusal}" if refusal else None)


def test_usage_preferences_over_several_headers() -> None:
    assert _refusal(("Content-Usage", "search=y"), ("Content-Usage", "train-ai=n")) == "Content-Usage: train-ai=n"


@pytest.mark.parametrize("header", ["X-Robots-Tag=noai", "TDM-Reservation=1", "Content-Usage=train-ai%3Dn"])
def test_an_opt_out_is_lasting_unless_told_otherwise(server: HostileServer, fetch: Fetch, header: str) -> None:
    outcome = fetch.one(server.url(f"/with?{header}"))
    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.lasting) == ("opted_out", True)
    assert fetch.reasons(server.url(f"/with?{header}"), honour_opt_outs=False) == ["got"]


def test_twenty_opt_outs_are_twenty_requests_and_no_bodies(server: HostileServer, fetch: Fetch) -> None:
    """Each body is 64 MB; what was on its way when the headers came is far less."""
    reasons = fetch.reasons(*(server.url(f"/noai?row={row}") for row in range(20)), retries=2, max_bytes=1 << 30)
    assert reasons == ["opted_out"] * 20
    assert server.requests["/noai"] == 20
    assert server.sent["/noai"] < 20 * (16 << 20)
