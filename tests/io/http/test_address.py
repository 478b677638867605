"""Addresses in tables are dirty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.io.http.address import LONGEST, address, redirected
from vlmdata.io.http.failure import FetchError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://Example.COM/Photo.JPG", "http://example.com/Photo.JPG"),
        ("HTTPS://example.com", "https://example.com/"),
        ("http://example.com?x=1", "http://example.com/?x=1"),
        ("  http://example.com/a.jpg\r\n", "http://example.com/a.jpg"),
        ("http://example.com/a b.jpg?q=c d", "http://example.com/a%20b.jpg?q=c%20d"),
        ("http://example.com/ü.jpg?q=日本", "http://example.com/%C3%BC.jpg?q=%E6%97%A5%E6%9C%AC"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://example.com/a%2Fb%20c?sig=%2B%2F=&x=a+b", "http://example.com/a%2Fb%20c?sig=%2B%2F=&x=a+b"),
        ("http://example.com/a?x=1&amp;y=2", "http://example.com/a?x=1&amp;y=2"),
        ("http://example.com/a#part", "http://example.com/a"),
        ('http://example.com/<a>"b"|c', "http://example.com/%3Ca%3E%22b%22%7Cc"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        ("http://example.com:/", "http://example.com/"),
        ("http://under_score.example/", "http://under_score.example/"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
    ],
)
def test_what_can_be_asked_for(text: str, url: str) -> None:
    assert str(address(text)) == url


@pytest.mark.parametrize(
    "text",
    [
        "nan",
        "/photo.jpg",
        "//example.com/photo.jpg",
        "www.example.com/photo.jpg",
        "http:/example.com/",
        "http//example.com",
        "data:image/png;base64,iVBORw0KGgo=",
        "javascript:alert(1)",
        "http:///photo.jpg",
        "http://?x",
        "http://exa mple.com/",
        "http://ex%61mple.com/",
        "http://example.com\\@127.0.0.1/",
        "http://user@example.com/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:8o/",
        "http://example.com:８０/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://.example.com/",
        "http://example..com/",
        "http://example.com/a\x00b",
        "http://example.com/a\tb",
        "http://example.com/\ud800",
        "http://example.com/" + "x" * LONGEST,
    ],
)
def test_what_cannot(text: str) -> None:
    with pytest.raises(FetchError) as caught:
        address(text)
    assert (caught.value.failed.reason, caught.value.failed.lasting) == ("bad_url", True)


@given(st.text(max_size=60) | st.builds("http://{}/{}".format, st.text(max_size=20), st.text(max_size=20)))
def test_nothing_else_is_raised_and_nothing_odd_is_sent(text: str) -> None:
    try:
        url = address(text)
    except FetchError:
        return
    sent = f"{url.raw_host}:{url.port}{url.raw_path_qs}"
    assert sent.isascii()
    assert sent.isprintable()
    assert " " not in sent
    assert str(address(str(url))) == str(url)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b.jpg", "http://example.com/b.jpg"),
        ("b.jpg", "http://example.com/dir/b.jpg"),
        ("../b.jpg", "http://example.com/b.jpg"),
        ("?x=1", "http://example.com/dir/a.jpg?x=1"),
        ("//cdn.example/b.jpg", "http://cdn.example/b.jpg"),
        ("https://cdn.example/b c.jpg", "https://cdn.example/b%20c.jpg"),
        ("/\udcc3\udcbc.jpg", "http://example.com/%C3%BC.jpg"),  # UTF-8 in a header, as aiohttp gives it
        ("/\udcfc.jpg", "http://example.com/%FC.jpg"),
    ],
)
def test_where_redirects_lead(location: str, url: str) -> None:
    assert str(redirected(address("http://example.com/dir/a.jpg"), location)) == url
