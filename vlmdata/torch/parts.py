"""Data set directories as one list of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vlmdata.errors import InputError, UsageError
from vlmdata.io.digest import combined
from vlmdata.shards.manifest_file import by_format, read_manifest
from vlmdata.torch.rows import Block, Columns, Rows, blocks_of, read_block
from vlmdata.types import ShardInfo


@dataclass(frozen=True, slots=True)
class Part:
    """A data set directory in a mix. An epoch takes each of its samples ``weight`` times, as inputs of a recipe do."""

    directory: str | Path
    weight: float = 1.0
    split: str = "train"


class Shards:
    """The blocks of all directories, in order."""

    def __init__(self, parts: Sequence[Part], pictures: bool, also: Sequence[str]) -> None:
        self.blocks: list[Block] = []
        self.weights: list[float] = []
        self._files: list[tuple[Path, ShardInfo, Columns]] = []
        roles = set()
        for part in parts:
            if not part.weight > 0:
                raise UsageError(f"{part.directory}: a weight is more than 0, not {part.weight}")
            root = Path(part.directory)
            manifest = read_manifest(root)
            roles.add(manifest.role)
            columns = Columns.of(root, manifest.columns, pictures=pictures, also=also)
            infos = [info for info in next(iter(by_format(manifest).values()), []) if info.split == part.split]
            if not infos:
                splits = sorted({info.split for info in manifest.shards})
                raise InputError(f"{root} has no split {part.split!r}; it has {', '.join(splits) or 'no samples'}")
            for info in infos:
                blocks = blocks_of(root / info.path, info, len(self._files))
                self._files.append((root / info.path, info, columns))
                self.blocks += blocks
                self.weights += [part.weight] * len(blocks)
        if len(roles) > 1:
            raise UsageError("evaluation data never becomes training data: make a data set of each")
        self.digest = combined([*(f"{info.path}:{info.sha256}" for _, info, _ in self._files), *map(str, self.weights)])

    def read(self, block: int) -> Rows:
        """The rows of a block. ``InputError`` where its shard cannot be read."""
        one = self.blocks[block]
        path, info, columns = self._files[one.shard]
        return read_block(path, info, one, columns)
