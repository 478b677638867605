"""Which addresses may be asked: not this machine, and not the networks around it."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from typing import TYPE_CHECKING

from vlmdata.io.http.address import address
from vlmdata.io.http.failure import FetchError
from vlmdata.io.http.outcome import Failed
from vlmdata.io.http.policy import HttpPolicy

if TYPE_CHECKING:
    from yarl import URL

# IPv4 in the low 32 bits: RFC 4291 (compatible, mapped), RFC 6052 (NAT64), RFC 2765.
_LOW = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "::ffff:0:0:0/96")))
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether a literal address belongs to the open internet.

    Not so: loopback, private, link-local, shared (100.64/10), multicast, reserved and unspecified addresses by
    the registries of IANA (RFC 6890), and IPv6 forms that carry one of these.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    if ip.scope_id or ip.is_multicast or ip.is_site_local or ip in _LOCAL_NAT64:
        return False
    carried = _carried(ip)
    if carried is not None:
        return carried.is_global and not carried.is_multicast
    return ip.is_global and not ip.is_reserved


def _carried(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.sixtofour is not None:
        return ip.sixtofour
    if any(ip in network for network in _LOW):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


class Guard:
    """Refuses private addresses, unless the policy allows them; hosts the user named as mirrors are exempt.

    Names are judged by what they resolve to (``allows``, called with the very address that is connected to, so
    that an answer that changes between check and use gains nothing); literals are judged at once, for they meet
    no resolver.
    """

    def __init__(self, policy: HttpPolicy) -> None:
        self._open = policy.allow_private_hosts
        self._named: set[tuple[str, int]] = set()
        for _, target in policy.mirrors.pairs:
            try:
                url = address(target)
            except FetchError:  # a bare scheme such as https://, which names no host
                continue
            self._named.add((url.raw_host or "", url.port or 0))

    def check(self, url: URL) -> None:
        """``FetchError`` where the host of ``url`` is a literal, or a spelling of one, that may not be asked."""
        host = url.raw_host or ""
        bare = host.removesuffix(".")
        if not (":" in host or bare[-1:].isdigit() or bare.rpartition(".")[2].startswith("0x")):
            if (bare == "localhost" or bare.endswith(".localhost")) and not self._exempt(host, url.port):
                raise private()
            return
        canonical = ":" in host or _is_dotted_quad(bare)
        literal = bare if canonical else _legacy(bare)
        if literal is None:
            return  # digits in a name
        if not (is_public(literal) or self._exempt(host, url.port)):
            raise private()
        if not canonical or bare != host:
            raise FetchError(Failed("bad_url", "an odd spelling of a numeric address", lasting=True))

    def allows(self, host: str, port: int, address: str) -> bool:
        """Whether ``host``, which resolved to ``address``, may be connected to there."""
        return self._exempt(host, port) or is_public(address)

    def _exempt(self, host: str, port: int | None) -> bool:
        return self._open or (host, port) in self._named


def private() -> FetchError:
    """The refusal. It does not say which address: that would tell a table about the network it is read in."""
    return FetchError(Failed("private_address", "an address of this machine or a private network", lasting=True))


def _is_dotted_quad(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _legacy(host: str) -> str | None:
    """The address that C libraries take ``0x7f.1``, ``2130706433`` or ``127.1`` for."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
