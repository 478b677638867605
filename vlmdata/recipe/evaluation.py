"""Evaluation sets by the names that ``decontaminate`` and ``vlmdata fingerprints`` take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from vlmdata.datasets import datasets_by_name
from vlmdata.datasets.base import Dataset
from vlmdata.datasets.hub.dataset import Hub
from vlmdata.errors import RecipeError
from vlmdata.recipe.complaints import complaint, nearest, short
from vlmdata.steps.leaks import Named

_HUB = "hub:"
_TRAIN = "train"


def evaluation_sources(named: Named) -> tuple[Dataset, ...]:
    """The inputs that a name stands for: a split, or all splits for measuring of one configuration.

    A repository on the Hub is taken for what the user says it is. ``RecipeError`` for an unknown name, for values
    that do not go with it, and for training data.
    """
    own = named.model_dump(exclude_none=True)
    if named.dataset.startswith(_HUB):
        return (_validated(Hub, {**own, "dataset": _HUB[:-1], "repo": named.dataset.removeprefix(_HUB)}),)
    known = datasets_by_name()
    kind = known.get(named.dataset)
    if kind is None:
        raise RecipeError(
            f"unknown data set {short(named.dataset)}{nearest(named.dataset, known)} (a path has a '/' or ends in "
            ".parquet)"
        )
    splits = [named.split] if named.split else list(dict.fromkeys(_measuring(kind, named.config)))
    if not named.split and kind.entry.phase != "eval":
        raise RecipeError(f"{named.dataset} is for training: {_choice(kind)}")
    found = tuple(_validated(kind, {**own, "split": split}) for split in splits)
    for source in found:
        if source.role != "eval":
            raise RecipeError(f"{named.dataset} (split {source.split}) is for training: {_choice(kind)}")
    return found


def _measuring(kind: type[Dataset], config: str | None) -> Iterator[str]:
    """Splits for measuring, but what some evaluation sets call ``train``."""
    chosen = config or kind.model_fields["config"].default
    for split in kind.entry.splits:
        if split.role == "eval" and split.config in (None, chosen) and split.name != _TRAIN:
            yield split.name


def _choice(kind: type[Dataset]) -> str:
    splits = list(dict.fromkeys(_measuring(kind, None)))
    if not splits:
        return "it has no split for measuring"
    name = kind.model_fields["dataset"].default
    return f"say which split measures, such as {{dataset: {name}, split: {splits[0]}}} (it has {', '.join(splits)})"


def _validated(kind: type[Dataset], data: dict[str, Any]) -> Dataset:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise RecipeError(f"{data.get('repo', data['dataset'])}: {complaint(kind, first['loc'], first)}") from error
