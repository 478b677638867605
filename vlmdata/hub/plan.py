"""What a push will do: files to send, files that are there, files to take away, in how many commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vlmdata.errors import UsageError
from vlmdata.hub.files import LocalFile
from vlmdata.io.hub import HubFile

FILES_PER_COMMIT = 250
"""What ``huggingface_hub`` begins with itself (2.4, _upload_pipeline.py). A commit names files that have arrived."""

_SHARDS = ("parquet/", "webdataset/")
_ANYONES = (".gitattributes", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt")


@dataclass(frozen=True, slots=True)
class Plan:
    """``sent`` in the order of sending: shards, then what describes them. ``removed`` are of an earlier push."""

    sent: tuple[LocalFile, ...]
    kept: tuple[LocalFile, ...]
    removed: tuple[str, ...]

    @property
    def files(self) -> tuple[LocalFile, ...]:
        return (*self.sent, *self.kept)

    @property
    def bytes(self) -> int:
        """To be sent."""
        return sum(file.size for file in self.sent)

    @property
    def commits(self) -> int:
        return sum(1 for _ in self.batches())

    def batches(self) -> Iterator[tuple[tuple[LocalFile, ...], tuple[str, ...]]]:
        """Files to add and paths to delete, for each commit; deletions come with the last."""
        count = max(1, -(-len(self.sent) // FILES_PER_COMMIT)) if self.sent or self.removed else 0
        for number in range(count):
            part = self.sent[number * FILES_PER_COMMIT : (number + 1) * FILES_PER_COMMIT]
            yield part, self.removed if number == count - 1 else ()


def planned(repo: str, files: Sequence[LocalFile], there: Mapping[str, HubFile]) -> Plan:
    """How ``repo``, which holds the files ``there``, comes to hold ``files``.

    Shards that an earlier push left and this data set has not are removed; other files that someone added stay.
    Raises ``UsageError`` where the repository holds something else than a data set of vlmdata.
    """
    ours = {file.path for file in files}
    strays = [path for path in there if path not in ours and path not in _ANYONES]
    if strays and "manifest.json" not in there:
        more = f" and {len(strays) - 1:,} more" if len(strays) > 1 else ""
        raise UsageError(
            f"{repo} holds {strays[0]}{more}, and no manifest.json: it is not vlmdata's. Choose another name"
        )
    kept = [file for file in files if file.is_at(there.get(file.path))]
    known = {file.path for file in kept}
    return Plan(
        tuple(file for file in files if file.path not in known),
        tuple(kept),
        tuple(sorted(path for path in strays if path.startswith(_SHARDS))),
    )
