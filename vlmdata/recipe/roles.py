"""The eval guard: what measures a model is never mixed into what trains it."""

from __future__ import annotations

from collections.abc import Sequence

from vlmdata.errors import InputError
from vlmdata.io.source import RecipeInput
from vlmdata.types import SampleRole

_FOR: dict[SampleRole, str] = {"train": "training", "eval": "evaluation"}


def role_of(source: RecipeInput) -> SampleRole | None:
    """The role of an input, None where that is not known yet: of a data set directory that is still to be made."""
    try:
        return source.role
    except InputError:
        return None


def mixed_roles(inputs: Sequence[RecipeInput]) -> str | None:
    """Why these inputs do not go together, for the author of the recipe; None where they do."""
    roles = [(source, role) for source in inputs if (role := role_of(source))]
    if len({role for _, role in roles}) < 2:
        return None
    named = ", ".join(f"{_name(source)} is for {_FOR[role]}" for source, role in roles)
    return f"evaluation data never becomes training data: {named}. Make a recipe of each kind"


def _name(source: RecipeInput) -> str:
    split = getattr(source, "split", None)
    return f"{source.title} (split {split})" if split else source.title
