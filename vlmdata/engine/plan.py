"""From a recipe to tasks: which rows go into which shard, fixed before any work starts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor

from vlmdata.datasets.entry import Entry
from vlmdata.engine.fingerprint import fingerprint, versions
from vlmdata.engine.job import Slice, Task
from vlmdata.engine.stratified import Stratified
from vlmdata.errors import InputError, RecipeError
from vlmdata.io.source import RecipeInput
from vlmdata.pixels.decoder import CPU, Decoder
from vlmdata.recipe import Recipe
from vlmdata.recipe.roles import mixed_roles
from vlmdata.shards.schema import BASE_COLUMNS, OPTIONAL_COLUMNS
from vlmdata.steps import steps_by_name
from vlmdata.types import Kind, Partition, SampleRole, SourceInfo

_BLOCK = 256
_BLOCKS_AT_MOST = 1_000_000
_PART = ("limit", "where", "sample")
"""Parameters of inputs that leave rows out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides the bytes of a run.

    ``sources`` are the recipe's inputs as they are read (a published data set has become the directory it was
    fetched into); ``suffixes`` keep keys unique where two inputs could share them.
    """

    kind: Kind
    recipe: Recipe
    sources: tuple[RecipeInput, ...]
    suffixes: tuple[str, ...]
    infos: tuple[SourceInfo, ...]
    role: SampleRole
    columns: tuple[str, ...]
    decoder: Decoder
    versions: dict[str, str]
    fingerprint: str
    tasks: tuple[Task, ...]

    @property
    def rows(self) -> int:
        return sum(task.rows for task in self.tasks)


def make_plan(recipe: Recipe, sources: Sequence[RecipeInput], kind: Kind = "processed", decoder: Decoder = CPU) -> Plan:
    """Look at every input once (indexes are cached) and lay out the tasks. Reads no picture."""
    if complaint := mixed_roles(sources):
        raise RecipeError(complaint)
    recipe = recipe.model_copy(update={"steps": tuple(step.pinned() for step in recipe.steps)})
    infos = []
    slices: list[Slice] = []
    for number, source in enumerate(sources):
        partitions = list(_limited(source.partitions(), source.limit))
        rows = sum(partition.rows for partition in partitions)
        if not rows:
            raise InputError(f"input {number + 1} ({source.title}) has no rows: nothing to do")
        infos.append(_info(source, rows))
        slices += (
            _weighted(number, partitions, source.weight)
            if source.count is None
            else _counted(number, partitions, source.count, recipe.seed)
        )
    size = recipe.output.max_samples
    pieces = _shuffled(slices, recipe.seed) if recipe.output.shuffle else iter(slices)
    used = versions()
    return Plan(
        kind=kind,
        recipe=recipe,
        sources=tuple(sources),
        suffixes=_suffixes(infos),
        infos=tuple(infos),
        role=sources[0].role,
        columns=_columns(recipe, sources),
        decoder=decoder,
        versions=used,
        fingerprint=fingerprint(recipe, kind, [info.digest for info in infos], used, decoder),
        tasks=tuple(Task(index, tuple(part)) for index, part in enumerate(_packed(pieces, size))),
    )


def _limited(partitions: Sequence[Partition], limit: int | None) -> Iterator[Partition]:
    left = limit
    for partition in partitions:
        if left is not None and partition.rows > left:
            partition = replace(partition, stop=partition.start + left)
        if partition.rows:
            yield partition
        if left is not None:
            left -= partition.rows
            if left <= 0:
                return


def _weighted(number: int, partitions: Sequence[Partition], weight: float) -> Iterator[Slice]:
    whole = floor(weight)
    yield from _passes(number, partitions, whole)
    if weight > whole:
        yield from (Slice(number, partition, whole, weight - whole) for partition in partitions)


def _counted(number: int, partitions: Sequence[Partition], count: int, seed: int) -> Iterator[Slice]:
    rows = sum(partition.rows for partition in partitions)
    whole, rest = divmod(count, rows)
    yield from _passes(number, partitions, whole)
    before = 0
    for partition in partitions if rest else ():
        sampled = Stratified(rest, rows, f"{seed}/count/{number}", before - partition.start)
        yield Slice(number, partition, whole, sampled=sampled)
        before += partition.rows


def _passes(number: int, partitions: Sequence[Partition], times: int) -> Iterator[Slice]:
    return (Slice(number, partition, repeat) for repeat in range(times) for partition in partitions)


def _cut(piece: Slice, rows: int) -> Iterator[Slice]:
    partition = piece.partition
    for start in range(partition.start, partition.stop, rows):
        yield replace(piece, partition=replace(partition, start=start, stop=min(start + rows, partition.stop)))


def _shuffled(slices: Sequence[Slice], seed: int) -> Iterator[Slice]:
    """Blocks of rows in seeded order; the worker shuffles further within a window."""
    rows = sum(piece.partition.rows for piece in slices)
    block = max(_BLOCK, rows // _BLOCKS_AT_MOST)
    blocks = [part for piece in slices for part in _cut(piece, block)]
    random.Random(f"{seed}/plan").shuffle(blocks)
    return iter(blocks)


def _packed(pieces: Iterator[Slice], size: int) -> Iterator[list[Slice]]:
    """Slices put together to exactly ``size`` rows, the last group to what is left."""
    group: list[Slice] = []
    room = size
    for piece in pieces:
        rest = piece
        while rest.rows:
            taken, rest = _split(rest, room)
            group.append(taken)
            room -= taken.rows
            if not room:
                yield group
                group, room = [], size
    if group:
        yield group


def _split(piece: Slice, rows: int) -> tuple[Slice, Slice]:
    start, sampled = piece.partition.start, piece.sampled
    middle = min(sampled.end_of(sampled.before(start) + rows) if sampled else start + rows, piece.partition.stop)
    head, tail = replace(piece.partition, stop=middle), replace(piece.partition, start=middle)
    return replace(piece, partition=head), replace(piece, partition=tail)


def _suffixes(infos: Sequence[SourceInfo]) -> tuple[str, ...]:
    """Nothing, or ``-i2``, ``-i3`` … for an input whose keys could be those of an earlier one."""
    seen: set[str] = set()
    suffixes = []
    for number, info in enumerate(infos, start=1):
        clash = any(_may_share_keys(one, other) for one in info.names for other in seen)
        suffixes.append(f"-i{number}" if clash else "")
        seen |= info.names
    return tuple(suffixes)


def _may_share_keys(one: str, other: str) -> bool:
    """Keys begin with a name and ``-``, so ``a`` and ``a-b`` may meet in a file ``b`` of ``a``."""
    return f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-")


def _columns(recipe: Recipe, sources: Sequence[RecipeInput]) -> tuple[str, ...]:
    filled = {column for source in sources for column in source.columns()}
    filled.update("downloads" for source in sources if source.by_address)
    for step in recipe.steps:
        if lacking := sorted(step.takes - filled):
            makers = [kind.name for kind in steps_by_name().values() if step.takes & kind.fills]
            raise RecipeError(
                f"{step.name} works on {' and '.join(lacking)}, which no input and no earlier step makes: "
                f"put {' or '.join(makers)} before it"
            )
        filled |= step.fills
    return (*BASE_COLUMNS, *(column for column in OPTIONAL_COLUMNS if column in filled))


def _info(source: RecipeInput, rows: int) -> SourceInfo:
    entry: Entry | None = getattr(source, "entry", None)
    whole = all(getattr(source, name) is None for name in _PART if name in type(source).model_fields)
    return SourceInfo(
        name=source.title,
        digest=source.digest(),
        rows=rows,
        revision=getattr(source, "revision", None) or (entry.revision if entry else None),
        homepage=getattr(source, "homepage", None),
        license_annotations=source.license.annotations,
        license_images=source.license.images,
        attribution=", ".join(filter(None, (entry.title, entry.citation))) if entry else None,
        expected_rows=source.expected_rows if whole else None,
        conditions=entry.conditions if entry else (),
        problems=tuple(f"{one.what}: {one.treatment}" for one in entry.problems) if entry else (),
        made_of=tuple(source.made_of()),
    )
