"""What the author of a recipe may want to think over. Nothing of it stops a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vlmdata.datasets.base import Dataset
from vlmdata.io.source import RecipeInput
from vlmdata.recipe.model import Recipe
from vlmdata.recipe.roles import role_of

_TEXT = frozenset({"text"})


def advice(recipe: Recipe) -> list[str]:
    """A sentence or two for each thing; empty for most recipes.

    LLaVA's two stages are the measure of a mix: captions align pictures with words, then instructions are learned.
    Only what the catalogue knows is judged, so a mix with files of the user's own has none of this.
    """
    measured = [one for one in recipe.inputs if role_of(one) == "eval"]
    augmenting = [step.name for step in recipe.steps if step.name.startswith("augment.")]
    found = []
    if measured and augmenting:
        found.append(
            f"{_names(measured)}: evaluation data is measured as it was published, and {', '.join(augmenting)} "
            "leaves it alone: take it out of the recipe"
        )
    known = [one for one in recipe.inputs if isinstance(one, Dataset) and hasattr(one, "entry")]
    if not measured and len(known) == len(recipe.inputs):
        found += _on_phases(known)
    return found


def _on_phases(inputs: Sequence[Dataset]) -> Iterable[str]:
    entries = [one.entry for one in inputs]
    if all(_TEXT.issuperset(entry.tasks) for entry in entries):
        yield f"{_names(inputs)}: text alone. A model learns to see from pictures: add data that has some"
    elif not any(entry.phase == "pretrain" or "caption" in entry.tasks for entry in entries):
        yield (
            f"{_names(inputs)}: questions and instructions without captions. A model that has not been aligned yet "
            "learns captions first, such as llava-pretrain, in this mix or in a recipe of their own"
        )
    elif all(entry.phase == "pretrain" for entry in entries):
        yield (
            f"{_names(inputs)}: captions without instructions. They align a model, which then describes pictures but "
            "follows no instructions: train on instruction data next, such as llava-instruct-150k"
        )


def _names(inputs: Sequence[RecipeInput]) -> str:
    return ", ".join(dict.fromkeys(one.title for one in inputs))
