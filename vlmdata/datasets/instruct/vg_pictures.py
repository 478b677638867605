"""Visual Genome's pictures by number, whichever of its two archives they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vlmdata.datasets.instruct.roots import visual_genome
from vlmdata.datasets.release.pictures import Found, Store
from vlmdata.errors import BadRecord
from vlmdata.io.digest import combined


@dataclass(frozen=True, eq=False)
class VgPictures:
    """``2392588.jpg``: of ``VG_100K``, else of ``VG_100K_2``. Identities are ``vg:NUMBER``."""

    folders: tuple[tuple[str, Store], ...]

    @property
    def digest(self) -> str:
        return combined(store.digest for _, store in self.folders)

    def taken(self, names: Sequence[str]) -> dict[str, Found]:
        found: dict[str, Found] = {}
        left = list(names)
        for begins, store in self.folders:
            got = store.taken([begins + name for name in left])
            found.update((name, got[begins + name]) for name in left)
            left = [name for name in left if _is_missing(found[name])]
        return found


def vg_pictures(files: Path | None, limit: int | None) -> VgPictures:
    """From its servers, or from ``vg/VG_100K`` and ``vg/VG_100K_2`` below ``files``."""
    return VgPictures(tuple((root.inside, root.store) for root in visual_genome(files, limit)))


def _is_missing(found: Found) -> bool:
    return isinstance(found, BadRecord) and found.reason == "missing_file"
