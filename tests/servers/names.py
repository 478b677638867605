"""A name server on UDP that answers, denies, fails, or stays silent.

with name_server({"photos.test": ["127.0.0.1"], "lost.test": SILENT}) as names:
    HttpClient(policy, nameservers=[names.address])
    names.asked["photos.test"]                     # questions for its IPv4 addresses
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

SILENT, FAILING, MISSING = "silent", "failing", "missing"
A, AAAA = 1, 28
_CODES = {FAILING: 2, MISSING: 3}

Zone = Mapping[str, "list[str] | str"]


@dataclass(slots=True)
class NameServer:
    """``records`` may be changed while it runs; names that are not in it are ``MISSING``."""

    address: str
    records: dict[str, list[str] | str]
    asked: Counter[str] = field(default_factory=Counter)

    def answer(self, packet: bytes) -> bytes | None:
        """The answer to one question (RFC 1035 4.1), or None for none."""
        name, end = _name(packet)
        (kind,) = struct.unpack_from("!H", packet, end)
        if kind == A:
            self.asked[name] += 1
        record = self.records.get(name, MISSING)
        if record == SILENT:
            return None
        found = [ipaddress.ip_address(one) for one in record] if isinstance(record, list) else []
        found = [one for one in found if one.version == (4 if kind == A else 6) and kind in (A, AAAA)]
        code = _CODES.get(record, 0) if isinstance(record, str) else 0
        header = packet[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(found), 0, 0)
        parts = [struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(one.packed)) + one.packed for one in found]
        return header + packet[12 : end + 4] + b"".join(parts)


def _name(packet: bytes) -> tuple[str, int]:
    labels, at = [], 12
    while length := packet[at]:
        labels.append(packet[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels).lower(), at + 1


@contextmanager
def name_server(zone: Zone) -> Iterator[NameServer]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        server = NameServer(f"127.0.0.1:{sock.getsockname()[1]}", dict(zone))
        thread = threading.Thread(target=_serve, args=(sock, server), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            sock.sendto(b"", sock.getsockname())
            thread.join(10)


def _serve(sock: socket.socket, server: NameServer) -> None:
    while True:
        packet, sender = sock.recvfrom(4096)
        if not packet:
            return
        answer = server.answer(packet)
        if answer is not None:
            sock.sendto(answer, sender)
