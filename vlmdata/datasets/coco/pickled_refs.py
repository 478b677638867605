"""``refs(unc).p`` and its like, as RefCOCO was first published: found where users have them, never opened."""

from __future__ import annotations

from pathlib import Path

_NAME = "refs(*).p"


def pickled_refs(folder: Path | None) -> list[Path]:
    """Those in a folder and in the folders in it; ``folder`` itself where it is one."""
    if folder is None or not folder.is_dir():
        return [folder] if folder and folder.match(_NAME) else []
    return sorted((*folder.glob(_NAME), *folder.glob(f"*/{_NAME}")))


def not_opened(path: Path, repo: str) -> str:
    """Why, and what is read instead."""
    return (
        f"{path} is not opened: it is a Python pickle, which can run any program. "
        f"The same expressions are read from {repo} on the Hub"
    )
