"""``decontaminate``: evaluation data found again in training data, by fingerprints of its pictures and questions."""

from vlmdata.steps.leaks.look import Model
from vlmdata.steps.leaks.step import Decontaminate, Named, is_path

__all__ = ["Decontaminate", "Model", "Named", "is_path"]
