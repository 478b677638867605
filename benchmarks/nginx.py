"""A real web server over a folder of pictures."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN_S = 10.0
CONFIG = """
{user}
worker_processes 1;
daemon off;
pid {run}/nginx.pid;
error_log {run}/error.log;
events {{ worker_connections 1024; }}
http {{
  types {{ image/jpeg jpg; image/png png; image/webp webp; }}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=10000;
  ssl_certificate {run}/server.pem;
  ssl_certificate_key {run}/server.key;
  ssl_session_cache shared:tls:10m;
  client_body_temp_path {run}/body;
  proxy_temp_path {run}/proxy;
  fastcgi_temp_path {run}/fastcgi;
  uwsgi_temp_path {run}/uwsgi;
  scgi_temp_path {run}/scgi;
  server {{
    listen 127.0.0.1:{http} backlog=1024;
    listen 127.0.0.1:{https} ssl backlog=1024;
    location = /status {{ stub_status; }}
    {locations}
  }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """``certificate`` is what clients must trust to use ``https``. Addresses have no slash at their end."""

    http: str
    https: str
    certificate: Path

    def requests(self) -> int:
        """How many it has answered so far, this one included."""
        with urllib.request.urlopen(f"{self.http}/status") as answer:
            return int(answer.read().split()[9])


@contextmanager
def served(folder: Path, passes: int, run: Path) -> Iterator[Nginx]:
    """A server that has each file of ``folder`` as ``/0/NAME`` to ``/{passes - 1}/NAME``."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed: apt-get install nginx-light")
    run.mkdir(parents=True, exist_ok=True)
    http, https = _free_ports(2)
    config = run / "nginx.conf"
    config.write_text(
        CONFIG.format(
            user="user root;" if os.geteuid() == 0 else "",  # else its workers may not read the folder
            run=run,
            http=http,
            https=https,
            locations="\n    ".join(f"location /{number}/ {{ alias {folder}/; }}" for number in range(passes)),
        )
    )
    nginx = Nginx(f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}", _certified(run))
    process = subprocess.Popen([program, "-c", str(config), "-e", str(run / "error.log")])
    try:
        _wait_for(nginx, process)
        yield nginx
    finally:
        process.terminate()
        process.wait()


def _certified(run: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself, of the kind that is quickest to check."""
    certificate = run / "server.pem"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30")
    files = ("-keyout", str(run / "server.key"), "-out", str(certificate))
    subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, stderr=subprocess.DEVNULL)
    return certificate


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait_for(nginx: Nginx, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            nginx.requests()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("nginx does not start; see the lines above") from None
            time.sleep(0.05)
