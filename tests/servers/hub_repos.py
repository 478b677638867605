"""What a Hub holds: repositories of commits of blobs. Knows nothing of HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_TEXTS = (".md", ".json", ".jsonl", ".csv", ".tsv", ".txt", ".yaml", ".yml", ".py", ".gitattributes")
"""Suffixes of what stands in git itself; all else is large, as the usual ``.gitattributes`` has it."""

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes of one file, on disk or in memory, under the two names git and LFS give them."""

    content: Path | bytes
    size: int
    oid: str
    sha256: str | None

    @classmethod
    def of(cls, name: str, content: Path | bytes) -> Blob:
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        oid, sha256 = hashlib.sha1(b"blob %d\0" % size), hashlib.sha256()
        for piece in pieces(content, 0, size):
            oid.update(piece)
            sha256.update(piece)
        return cls(content, size, oid.hexdigest(), None if name.endswith(_TEXTS) else sha256.hexdigest())

    @property
    def etag(self) -> str:
        return self.sha256 or self.oid


def pieces(content: Path | bytes, start: int, stop: int) -> Iterator[bytes]:
    """Bytes ``start`` to ``stop`` (exclusive), a few at a time."""
    if isinstance(content, bytes):
        yield content[start:stop]
        return
    with content.open("rb") as file:
        file.seek(start)
        while start < stop and (piece := file.read(min(_PIECE, stop - start))):
            start += len(piece)
            yield piece


Tree = dict[str, Blob]


@dataclass(slots=True)
class Repo:
    """One data set: its commits by hash, first to last, and the names that point at them."""

    id: str
    commits: dict[str, Tree] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    gated: frozenset[str] | None = None
    private: frozenset[str] | None = None

    def commit(self, changes: Mapping[str, Path | bytes | None], ref: str = "main") -> str:
        """A new commit on ``ref`` with files added, changed, or (None) taken away; its hash."""
        tree = dict(self.commits.get(self.refs.get(ref, ""), {}))
        for name, content in changes.items():
            if content is None:
                del tree[name]
            else:
                tree[name] = Blob.of(name, content)
        names = [f"{name}\0{tree[name].oid}" for name in sorted(tree)]
        sha = hashlib.sha1("\n".join([self.refs.get(ref, ""), *names]).encode()).hexdigest()
        self.commits[sha] = {name: tree[name] for name in sorted(tree)}
        self.refs[ref] = sha
        return sha

    def resolved(self, revision: str) -> str | None:
        """The commit a branch, tag, ``refs/…`` or hash names."""
        return self.refs.get(revision) or (revision if revision in self.commits else None)

    def card(self, sha: str) -> dict[str, Any]:
        """The metadata at the top of the card."""
        readme = self.commits[sha].get("README.md")
        text = b"".join(pieces(readme.content, 0, readme.size)).decode() if readme else ""
        return yaml.safe_load(text.split("---")[1]) or {} if text.startswith("---") else {}

    def tags(self, sha: str) -> list[str]:
        """What the Hub makes of the card: its own tags, and the licence as one."""
        card = self.card(sha)
        return [*card.get("tags", ()), *([f"license:{card['license']}"] if "license" in card else [])]

    def info(self, sha: str) -> dict[str, Any]:
        return {
            "_id": self.id,
            "id": self.id,
            "author": self.id.partition("/")[0],
            "sha": sha,
            "private": self.private is not None,
            "gated": "manual" if self.gated is not None else False,
            "disabled": False,
            "tags": self.tags(sha),
            "downloads": 0,
            "likes": 0,
            "cardData": self.card(sha),
            "siblings": [{"rfilename": name} for name in self.commits[sha]],
        }

    def entries(self, sha: str, folder: str, recursive: bool) -> list[dict[str, Any]] | None:
        """Files and folders below ``folder`` as the tree of the API lists them; None where there is no such folder."""
        tree = self.commits[sha]
        prefix = f"{folder}/" if folder else ""
        found: dict[str, dict[str, Any]] = {}
        for name, blob in tree.items():
            if not name.startswith(prefix):
                continue
            parts = name[len(prefix) :].split("/")
            for depth in range(1, len(parts) if recursive else min(len(parts), 2)):
                below = prefix + "/".join(parts[:depth])
                found.setdefault(below, folder_entry(below))
            if recursive or len(parts) == 1:
                found[name] = file_entry(name, blob)
        return [found[name] for name in sorted(found)] if found or not folder else None

    def entry(self, sha: str, name: str) -> dict[str, Any] | None:
        """One file or folder."""
        tree = self.commits[sha]
        if name in tree:
            return file_entry(name, tree[name])
        return folder_entry(name) if any(path.startswith(f"{name}/") for path in tree) else None


def file_entry(name: str, blob: Blob) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": name, "size": blob.size, "oid": blob.oid}
    if blob.sha256:
        entry["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": 134}
    return entry


def folder_entry(name: str) -> dict[str, Any]:
    return {"type": "directory", "path": name, "size": 0, "oid": hashlib.sha1(name.encode()).hexdigest()}


def from_folder(repo_id: str, folder: Path) -> Repo:
    """A repository with one commit: all files below a folder but those of git."""
    repo = Repo(repo_id)
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    repo.commit({name: path for name, path in files.items() if not name.startswith(".git/")})
    return repo
