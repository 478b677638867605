"""Nothing a table, a redirect or a name server says leads to this machine or the networks around it."""

from __future__ import annotations

import asyncio

import pytest

from tests.io.http.conftest import Fetch
from tests.servers.hostile import HostileServer
from tests.servers.names import name_server
from vlmdata.io.http.guard import Guard, is_public
from vlmdata.io.http.lookup import lookup
from vlmdata.io.http.mirrors import Mirrors
from vlmdata.io.http.outcome import Failed, Got
from vlmdata.io.http.policy import HttpPolicy
from vlmdata.io.http.resolver import Resolver


@pytest.mark.parametrize(
    "literal", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_the_open_internet(literal: str) -> None:
    assert is_public(literal)


@pytest.mark.parametrize(
    "literal",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_everything_else(literal: str) -> None:
    assert not is_public(literal)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "pictures.localhost",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "017700000001",
        "0177.0.0.01",
        "１２７.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "10.0.0.1",
        "0.0.0.0",
        "0",
    ],
)
def test_spellings_of_private_hosts(fetch: Fetch, host: str) -> None:
    outcome = fetch.one(f"http://{host}/latest/meta-data", allow_private_hosts=False)
    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.lasting) == ("private_address", True)


@pytest.mark.parametrize("host", ["134744072", "0x8.8.8.8", "8.8.8.8."])
def test_odd_spellings_of_public_hosts_are_not_asked_either(fetch: Fetch, host: str) -> None:
    assert fetch.reasons(f"http://{host}/", allow_private_hosts=False) == ["bad_url"]


MIRRORED = "http://pictures.example"


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/", "//localhost/x"])
def test_redirects_to_private_hosts(server: HostileServer, fetch: Fetch, target: str) -> None:
    mirrors = Mirrors(((MIRRORED, server.url("")),))
    url = f"{MIRRORED}/to?url={target}"
    assert fetch.reasons(url, allow_private_hosts=False, mirrors=mirrors) == ["private_address"]
    assert server.requests.total() == 1


def test_mirrors_are_exempt_and_stay_out_of_sight(server: HostileServer, fetch: Fetch) -> None:
    mirrors = Mirrors(((MIRRORED, server.url("")),))
    outcome = fetch.one(f"{MIRRORED}/hops/2", allow_private_hosts=False, mirrors=mirrors)
    assert isinstance(outcome, Got)
    assert (outcome.download.url, outcome.download.final_url) == (f"{MIRRORED}/hops/2", f"{MIRRORED}/hops/0")


def test_a_mirror_may_redirect_within_its_own_origin(server: HostileServer, fetch: Fetch) -> None:
    mirrors = Mirrors(((MIRRORED, server.url("")),))
    url = f"{MIRRORED}/to?url={server.url('/photo.jpg')}"
    assert fetch.reasons(url, allow_private_hosts=False, mirrors=mirrors) == ["got"]


def test_names_are_judged_by_what_they_resolve_to(server: HostileServer, fetch: Fetch) -> None:
    with name_server({"inside.test": ["127.0.0.1"], "v6.test": ["::1"]}) as names:
        urls = [f"http://{host}:{server.port}/photo.jpg" for host in ("inside.test", "v6.test")]
        refused = fetch(*urls, nameservers=[names.address], allow_private_hosts=False)
        allowed = fetch(urls[0], nameservers=[names.address], allow_private_hosts=True)
    assert [getattr(outcome, "reason", None) for outcome in refused] == ["private_address"] * 2
    assert isinstance(allowed[0], Got)
    assert server.requests.total() == 1


def test_only_the_checked_addresses_are_connected_to() -> None:
    async def resolved() -> list[str]:
        resolver = Resolver(lookup([names.address]), Guard(HttpPolicy()))
        try:
            return [result["host"] for result in await resolver.resolve("mixed.test", 80)]
        finally:
            await resolver.close()

    with name_server({"mixed.test": ["127.0.0.1", "93.184.216.34", "10.0.0.1"]}) as names:
        assert asyncio.run(resolved()) == ["93.184.216.34"]
