"""What the Hub answers, path by path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from tests.servers.hub_repos import Blob, Repo, pieces

if TYPE_CHECKING:
    from tests.servers.hub import Hub

_REPO = r"(?P<repo>[^/]+/[^/]+)"
_REVISION = r"(?P<revision>refs%2F[^/]+|[^/]+)"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request. ``file`` is the path in the repository where it asked for a file's bytes."""

    method: str
    path: str
    file: str | None
    range: str | None
    token: str | None
    cdn: bool


class Refused(Exception):
    """An answer with an error code of the Hub."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"X-Error-Code": code, "X-Error-Message": message, **headers}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    hub: Hub

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        return

    def _answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        self.query = parse_qs(url.query)
        for pattern, method, answer in _ROUTES:
            match = re.fullmatch(pattern, url.path)
            if match and self.command in method:
                try:
                    self._note(url.path, match.groupdict())
                    answer(self, **{name: unquote(part) for name, part in match.groupdict(default="").items()})
                except Refused as refused:
                    self.send(refused.status, json.dumps({"error": str(refused)}).encode(), refused.headers)
                return
        self._note(url.path, {})
        self.send(404, b'{"error": "Not Found"}', {})

    def _note(self, path: str, groups: Mapping[str, str | None]) -> None:
        reads = "/resolve/" in path or path.startswith("/cdn/")
        file = unquote(groups.get("file") or "") if reads else None
        self.hub.note(
            Seen(self.command, path, file, self.headers.get("Range"), self.token, cdn=path.startswith("/cdn/"))
        )

    @property
    def token(self) -> str | None:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None

    def user(self) -> str | None:
        if self.token and self.token not in self.hub.tokens:
            raise Refused(401, "", "Invalid credentials in Authorization header")
        return self.hub.tokens.get(self.token or "")

    def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def send_json(self, data: object, **headers: str) -> None:
        self.send(200, json.dumps(data).encode(), {"Content-Type": "application/json", **headers})

    def send_blob(self, file: str, blob: Blob, headers: Mapping[str, str]) -> None:
        """The bytes of a file, or the part of them that is asked for (RFC 9110, 14)."""
        start, stop = self._asked(blob)
        self.send_response(200 if (start, stop) == (0, blob.size) and not self._ranged(blob) else 206)
        if self._ranged(blob):
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{blob.size}")
        self.send_header("Content-Length", str(stop - start))
        self.send_header("ETag", f'"{blob.etag}"')
        self.send_header("Accept-Ranges", "bytes")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.hub.downloads[file] += 1
            broken = self.hub.broken_after(file)
            for piece in pieces(blob.content, start, stop if broken is None else min(stop, start + broken)):
                self.wfile.write(piece)
                self.hub.sent[file] += len(piece)
            if broken is not None:
                self.wfile.flush()
                self.close_connection = True
                return
        self.wfile.flush()

    def _ranged(self, blob: Blob) -> bool:
        condition = self.headers.get("If-Range")
        return bool(self.headers.get("Range")) and condition in (None, f'"{blob.etag}"')

    def _asked(self, blob: Blob) -> tuple[int, int]:
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if not match or not self._ranged(blob):
            return 0, blob.size
        first, last = match.groups()
        if not first:
            return max(0, blob.size - int(last)), blob.size
        if int(first) >= blob.size:
            raise Refused(416, "", "Range Not Satisfiable", **{"Content-Range": f"bytes */{blob.size}"})
        return int(first), min(int(last) + 1, blob.size) if last else blob.size

    # What the paths mean

    def repo(self, repo: str, reads: bool = False) -> Repo:
        """A repository this user may see, or (``reads``) read the files of."""
        user = self.user()
        if repo in self.hub.moved:
            target = self.path.replace(repo, self.hub.moved[repo], 1)
            raise Refused(307, "", "Temporary Redirect", Location=self.hub.endpoint + target)
        found = self.hub.repos.get(repo)
        if found is None or (found.private is not None and self.token not in found.private):
            raise Refused(404 if user else 401, "RepoNotFound", "Repository not found")
        if reads and found.gated is not None and self.token not in found.gated:
            message = f"Access to dataset {repo} is restricted and you are not in the authorized list."
            raise Refused(403 if user else 401, "GatedRepo", message)
        return found

    def at(self, repo: Repo, revision: str) -> str:
        sha = repo.resolved(revision or "main")
        if sha is None:
            raise Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return sha

    def whoami(self) -> None:
        user = self.user()
        if user is None:
            raise Refused(401, "", "Invalid username or password.")
        self.send_json({"type": "user", "id": user, "name": user, "fullname": user, "orgs": [], "auth": {}})

    def search(self) -> None:
        words = self.query.get("search", [""])[0].lower()
        most = int(self.query.get("limit", ["100"])[0])
        tags = set(self.query.get("filter", []))
        shown = [repo.info(self.at(repo, "main")) for _, repo in sorted(self.hub.repos.items()) if not repo.private]
        found = [info for info in shown if words in info["id"].lower() and tags <= set(info["tags"])]
        self.send_json(found[:most])

    def info(self, repo: str, revision: str) -> None:
        found = self.repo(repo)
        self.send_json(found.info(self.at(found, revision)))

    def auth_check(self, repo: str) -> None:
        self.repo(repo, reads=True)
        self.send_json({})

    def refs(self, repo: str) -> None:
        found = self.repo(repo)
        named = [{"name": name, "ref": f"refs/heads/{name}", "targetCommit": sha} for name, sha in found.refs.items()]
        self.send_json({"branches": named, "converts": [], "tags": []})

    def commits(self, repo: str, revision: str) -> None:
        found = self.repo(repo)
        last = self.at(found, revision)
        shas = list(found.commits)
        page = [
            {"id": sha, "title": "commit", "message": "", "date": "2026-01-01T00:00:00.000Z", "authors": []}
            for sha in reversed(shas[: shas.index(last) + 1])
        ]
        self.send_json(page)

    def tree(self, repo: str, revision: str, file: str) -> None:
        found = self.repo(repo)
        entries = found.entries(self.at(found, revision), file, self.query.get("recursive") == ["true"])
        if entries is None:
            raise Refused(404, "EntryNotFound", f"{file} does not exist on {revision}")
        start = int(self.query.get("cursor", ["0"])[0])
        stop = start + self.hub.page_size
        headers = {}
        if stop < len(entries):
            query = urlencode({**{name: values[0] for name, values in self.query.items()}, "cursor": stop})
            headers["Link"] = f'<{self.hub.endpoint}{urlsplit(self.path).path}?{query}>; rel="next"'
        self.send_json(entries[start:stop], **headers)

    def paths_info(self, repo: str, revision: str) -> None:
        found = self.repo(repo)
        sha = self.at(found, revision)
        asked = parse_qs(self.body.decode()).get("paths", [])
        self.send_json([entry for name in asked if (entry := found.entry(sha, name))])

    def resolve(self, repo: str, revision: str, file: str) -> None:
        found = self.repo(repo, reads=True)
        sha = self.at(found, revision)
        blob = found.commits[sha].get(file)
        if blob is None:
            raise Refused(404, "EntryNotFound", "Entry not found", **{"X-Repo-Commit": sha})
        headers = {"X-Repo-Commit": sha}
        if not blob.sha256:
            self.send_blob(file, blob, headers)
            return
        target = f"{self.hub.cdn}/cdn/{repo}/{blob.sha256}/{quote(file)}"
        linked = {"X-Linked-Size": str(blob.size), "X-Linked-Etag": f'"{blob.sha256}"', "Location": target}
        self.send(302, b"", {**headers, **linked})

    def large(self, repo: str, sha256: str, file: str) -> None:
        trees = self.hub.repos[repo].commits.values()
        blob = next((tree[file] for tree in trees if file in tree and tree[file].sha256 == sha256), None)
        if blob is None or self.token:
            raise Refused(403, "", "the second host takes signed addresses, no tokens")
        self.send_blob(file, blob, {})


_API = rf"/api/(?:datasets|models)/{_REPO}"
_ROUTES: tuple[tuple[str, tuple[str, ...], Callable[..., None]], ...] = (
    (r"/api/whoami-v2", ("GET",), Handler.whoami),
    (r"/api/datasets", ("GET",), Handler.search),
    (rf"{_API}/auth-check", ("GET",), Handler.auth_check),
    (rf"{_API}/refs", ("GET",), Handler.refs),
    (rf"{_API}/commits/{_REVISION}", ("GET",), Handler.commits),
    (rf"{_API}/tree/{_REVISION}(?:/(?P<file>.+))?", ("GET",), Handler.tree),
    (rf"{_API}/paths-info/{_REVISION}", ("POST",), Handler.paths_info),
    (rf"{_API}(?:/revision/{_REVISION})?", ("GET",), Handler.info),
    (rf"/(?:datasets/)?{_REPO}/resolve/{_REVISION}/(?P<file>.+)", ("GET", "HEAD"), Handler.resolve),
    (rf"/cdn/{_REPO}/(?P<sha256>[0-9a-f]+)/(?P<file>.+)", ("GET", "HEAD"), Handler.large),
)
