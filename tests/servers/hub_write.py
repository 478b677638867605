"""The local Hub, taking what the unmodified client sends: repositories, large files, commits, pull requests.

    with writing_hub(tmp_path / "store", tokens={"hf_mine": "me"}) as (hub, depot):
        depot.cut("part", after=1000)                  # the next connection that brings a large file
        depot.cut("commit")                            # the next commit, before it is made
        depot.cut("committed")                         # or when it is made, before the answer
        ...
        depot.received[sha256]                         # bytes of that object that came in

Large files go to a second host (``localhost``) at signed addresses, in parts where they are long, and count only if
they have their hash. There is no Xet storage: the client is told so by ``HF_HUB_DISABLE_XET``, as it does not ask.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.servers.card_rules import errors_of
from tests.servers.hub import Hub, hub_server
from tests.servers.hub_depot import Depot
from tests.servers.hub_handler import Handler, Refused
from tests.servers.hub_repos import Blob, Repo

_PIECE = 1 << 14


class WritingHandler(Handler):
    """Answers to writing; all else is for ``Handler``."""

    depot: Depot

    def do_PUT(self) -> None:  # noqa: N802
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        for pattern, method, answer in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command == method:
                try:
                    answer(self, **{name: unquote(part) for name, part in match.groupdict(default="").items()})
                except Refused as refused:
                    self.close_connection = True
                    self.send(refused.status, json.dumps({"error": str(refused)}).encode(), refused.headers)
                return
        super()._answer()

    def _told(self) -> dict[str, object]:
        told: dict[str, object] = json.loads(b"".join(self._body()))
        return told

    def _body(self) -> Iterator[bytes]:
        """What the client sends, as it comes, by length or in chunks (RFC 9112, 7.1)."""
        if "chunked" in (self.headers["Transfer-Encoding"] or ""):
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers["Content-Length"] or 0)
        while left and (piece := self.rfile.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _writer(self, repo: str) -> str:
        """The user behind the token, who writes to what is his alone. Organisations are users here too."""
        user = self.user()
        if user is None:
            raise Refused(401, "", "Invalid username or password.")
        if repo.partition("/")[0] != user:
            raise Refused(403, "", f"You don't have the rights to create a dataset under {repo.partition('/')[0]}")
        return user

    def _written(self, repo: str) -> Repo:
        self._writer(repo)
        return self.repo(repo)

    # What the paths mean

    def create(self) -> None:
        told = self._told()
        user = self.user()
        repo = f"{told.get('organization') or user}/{told['name']}"
        self._writer(repo)
        url = f"{self.hub.endpoint}/datasets/{repo}"
        if repo in self.hub.repos:
            self.send(409, json.dumps({"error": "You already created this dataset repo", "url": url}).encode(), {})
            return
        made = Repo(repo)
        if told.get("private") or told.get("visibility") == "private":
            made.private = frozenset(token for token, name in self.hub.tokens.items() if name == user)
        made.commit({".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"})
        self.hub.repos[repo] = made
        self.send_json({"url": url, "name": repo})

    def validate(self) -> None:
        told = self._told()
        errors, warnings = errors_of(str(told["content"]))
        body = {"errors": [{"message": one} for one in errors], "warnings": [{"message": one} for one in warnings]}
        self.send(400 if errors else 200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def preupload(self, repo: str, revision: str) -> None:
        told = self._told()
        found = self.repo(repo)
        if not parse_qs(urlsplit(self.path).query).get("create_pr"):
            self._writer(repo)
        tree = found.commits[self.at(found, revision)]
        files = told["files"]
        assert isinstance(files, list)
        assert len(files) <= 256
        modes = []
        for file in files:
            large = Blob.of(file["path"], b"").sha256 is not None
            there = tree.get(file["path"])
            oid = {"oid": there.sha256 or there.oid} if there else {}
            modes.append(
                {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, **oid}
            )
        self.send_json({"files": modes})

    def batch(self, repo: str) -> None:
        told = self._told()
        if self.user() is None:
            raise Refused(401, "", "Invalid username or password.")
        self.repo(repo)
        objects = told["objects"]
        assert isinstance(objects, list)
        self.send_json({"transfer": "basic", "objects": [self._object(one["oid"], one["size"]) for one in objects]})

    def _object(self, oid: str, size: int) -> dict[str, object]:
        one: dict[str, object] = {"oid": oid, "size": size}
        if self.depot.object(oid).exists():
            return one
        sign, cdn = self.depot.sign, self.hub.cdn
        verify = {"href": f"{self.hub.endpoint}/lfs-verify"}
        if size <= self.depot.chunk:
            upload: dict[str, object] = {"href": cdn + sign(f"/lfs/{oid}")}
        else:
            count = -(-size // self.depot.chunk)
            parts = {str(part): cdn + sign(f"/lfs/{oid}/{part}") for part in range(1, count + 1)}
            header = {"chunk_size": str(self.depot.chunk), **parts}
            upload = {"href": cdn + sign(f"/lfs-complete/{oid}"), "header": header}
        return {**one, "actions": {"upload": upload, "verify": verify}}

    def receive(self, oid: str, part: str) -> None:
        if self.token or self.path not in self.depot.signed:
            raise Refused(403, "", "the second host takes signed addresses, no tokens")
        after = self.depot.cut_after("part")
        data = bytearray()
        for piece in self._body():
            data += piece
            self.depot.received[oid] += len(piece)
            if after is not None and len(data) >= after:
                self._hang_up()
                return
        if not part:
            self._store(oid, bytes(data))
        else:
            self.depot.object(f"{oid}.{part}").write_bytes(data)
        self.send(200, b"", {"ETag": f'"{hashlib.md5(data).hexdigest()}"'})

    def complete(self, oid: str) -> None:
        told = self._told()
        parts = told["parts"]
        assert isinstance(parts, list)
        whole = b""
        for part in parts:
            data = self.depot.object(f"{oid}.{part['partNumber']}").read_bytes()
            assert part["etag"] == f'"{hashlib.md5(data).hexdigest()}"'
            whole += data
        self._store(oid, whole)
        self.send_json({})

    def _store(self, oid: str, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != oid:
            raise Refused(400, "", "the content has another hash")
        path = self.depot.object(oid)
        path.with_suffix(".partial").write_bytes(data)
        path.with_suffix(".partial").replace(path)

    def verify(self) -> None:
        told = self._told()
        path = self.depot.object(str(told["oid"]))
        if not path.exists() or path.stat().st_size != told["size"]:
            raise Refused(404, "", "Object not found")
        self.send_json({})

    def commit(self, repo: str, revision: str) -> None:
        lines = [json.loads(line) for line in b"".join(self._body()).splitlines()]
        found = self.repo(repo)
        query = parse_qs(urlsplit(self.path).query)
        if self.depot.cut_after("commit") is not None:
            self._hang_up()
            return
        summary = next(line["value"]["summary"] for line in lines if line["key"] == "header")
        branch = revision
        if query.get("create_pr"):
            branch = self._request(found, revision, summary)
        else:
            self._writer(repo)
            self.at(found, revision)
        sha = found.commit(self._changes(lines), branch)
        self.depot.committed.append((branch, summary, len(lines) - 1))
        if self.depot.cut_after("committed") is not None:
            self._hang_up()
            return
        number = branch.rpartition("/")[2]
        request = f"{self.hub.endpoint}/datasets/{repo}/discussions/{number}" if query.get("create_pr") else None
        url = f"{self.hub.endpoint}/datasets/{repo}/commit/{sha}"
        self.send_json({"success": True, "commitUrl": url, "commitOid": sha, "pullRequestUrl": request})

    def _changes(self, lines: list[dict[str, dict[str, str]]]) -> Mapping[str, Path | bytes | None]:
        changes: dict[str, Path | bytes | None] = {}
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                changes[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                path = self.depot.object(value["oid"])
                if not path.exists():
                    raise Refused(400, "", f"lfs object {value['oid']} has not been uploaded")
                changes[value["path"]] = path
            elif line["key"] == "deletedFile":
                changes[value["path"]] = None
        return changes

    def _request(self, repo: Repo, revision: str, title: str) -> str:
        number = len(self.depot.requests) + 1
        branch = f"refs/pr/{number}"
        repo.refs[branch] = self.at(repo, revision)
        author = {"name": self.user(), "type": "user"}
        self.depot.requests.append(
            {
                "num": number, "title": title, "author": author, "isPullRequest": True, "status": "open",
                "createdAt": "2024-01-01T00:00:00.000Z", "repo": {"name": repo.id, "type": "dataset"}, "pinned": False,
            }
        )  # fmt: skip
        return branch

    def branch(self, repo: str, branch: str) -> None:
        self._told()
        found = self._written(repo)
        if branch in found.refs:
            raise Refused(409, "", "Reference already exists")
        found.refs[branch] = found.refs["main"]
        self.send_json({})

    def discussions(self, repo: str) -> None:
        self.repo(repo)
        status = parse_qs(urlsplit(self.path).query).get("status", ["open"])[0]
        listed = [one for one in self.depot.requests if one["status"] == status]
        self.send_json({"discussions": listed, "count": len(listed), "start": 0, "numClosedDiscussions": 0})


_REPO = r"(?P<repo>[^/]+/[^/]+)"
_API = rf"/api/datasets/{_REPO}"
_ROUTES: tuple[tuple[str, str, Callable[..., None]], ...] = (
    (r"/api/repos/create", "POST", WritingHandler.create),
    (r"/api/validate-yaml", "POST", WritingHandler.validate),
    (rf"{_API}/preupload/(?P<revision>[^/]+)", "POST", WritingHandler.preupload),
    (rf"{_API}/commit/(?P<revision>[^/]+)", "POST", WritingHandler.commit),
    (rf"{_API}/branch/(?P<branch>[^/]+)", "POST", WritingHandler.branch),
    (rf"{_API}/discussions", "GET", WritingHandler.discussions),
    (rf"/datasets/{_REPO}\.git/info/lfs/objects/batch", "POST", WritingHandler.batch),
    (r"/lfs/(?P<oid>[0-9a-f]{64})(?:/(?P<part>\d+))?", "PUT", WritingHandler.receive),
    (r"/lfs-complete/(?P<oid>[0-9a-f]{64})", "POST", WritingHandler.complete),
    (r"/lfs-verify", "POST", WritingHandler.verify),
)


@contextmanager
def writing_hub(store: Path, tokens: Mapping[str, str], chunk: int = 1 << 20) -> Iterator[tuple[Hub, Depot]]:
    """A Hub without repositories that keeps large files in ``store``; its users by their tokens."""
    store.mkdir(parents=True, exist_ok=True)
    depot = Depot(store, chunk)
    handler = type("WritingHubHandler", (WritingHandler,), {"depot": depot})
    with hub_server({}, tokens=tokens, handler=handler) as hub, pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        patch.setenv("HF_HUB_DISABLE_XET", "1")  # for processes of their own
        yield hub, depot
