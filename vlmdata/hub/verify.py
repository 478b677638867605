"""Whether the Hub holds what was pushed, looked at through its own front door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vlmdata.errors import VerifyError
from vlmdata.hub.files import LocalFile
from vlmdata.io.hub import HubFile, HubRepo, file_system, listed, opened, reading

_SHARDS = ("parquet/", "webdataset/")
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Verified:
    """What was held against the manifest at ``commit``: sizes and hashes of ``files``, ``rows`` in Parquet footers."""

    commit: str
    files: int
    bytes: int
    parquet: int
    rows: int


def verified(repo: HubRepo, files: Sequence[LocalFile]) -> Verified:
    """Hold list, sizes and hashes of a repository at a commit, and the rows of each Parquet file, against ``files``.

    Footers are read by ranges. Raises ``VerifyError`` with the first difference and their number, ``InputError``
    where the Hub cannot be reached.
    """
    there = listed(repo)
    problems = list(_problems(files, there))
    tables = [file for file in files if file.rows is not None and file.path in there]
    for file, rows in zip(tables, _rows(repo, [there[file.path] for file in tables]), strict=True):
        if rows != file.rows:
            problems.append(f"{file.path} has {rows} rows, not {file.rows}")
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise VerifyError(f"{repo.id} at {repo.revision}: {problems[0]}{more}. Push again")
    size = sum(file.size for file in files)
    return Verified(repo.revision, len(files), size, len(tables), sum(file.rows or 0 for file in tables))


def _problems(files: Sequence[LocalFile], there: dict[str, HubFile]) -> Iterator[str]:
    for file in files:
        found = there.get(file.path)
        if found is None:
            yield f"{file.path} is missing"
        elif found.size != file.size:
            yield f"{file.path} has {found.size} bytes, not {file.size}"
        elif not file.is_at(found):
            yield f"{file.path} has another hash"
    expected = {file.path for file in files}
    for path in there:
        if path.startswith(_SHARDS) and path not in expected:
            yield f"{path} is not of this data set"


def _rows(repo: HubRepo, files: Sequence[HubFile]) -> list[int]:
    """Rows of Parquet files by their footers."""
    import pyarrow.parquet as pq

    system = file_system(repo)

    def count(file: HubFile) -> int:
        with opened(repo, file, system) as source:
            return int(pq.read_metadata(source).num_rows)

    with reading(repo), ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(count, files))
