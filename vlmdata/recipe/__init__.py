"""A recipe: what is made from what, by which steps. Checked when it is loaded, the same on every machine.

Where it runs (workers, executor, paths of output) is not in it, so equal recipes have equal output.
"""

from vlmdata.recipe.advice import advice
from vlmdata.recipe.check import named_dataset, named_source, named_step
from vlmdata.recipe.complaints import nearest
from vlmdata.recipe.files import load, parsed, shipped
from vlmdata.recipe.model import Output, Recipe

__all__ = [
    "Output",
    "Recipe",
    "advice",
    "load",
    "named_dataset",
    "named_source",
    "named_step",
    "nearest",
    "parsed",
    "shipped",
]
