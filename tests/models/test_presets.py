"""Every model is a whole row, or refused by name with its reason; a recipe is told."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from vlmdata.errors import RecipeError
from vlmdata.models.dialects import DIALECTS
from vlmdata.models.presets import MODELS, REFUSED, Preset
from vlmdata.models.tiling import POLICIES, tokens_of
from vlmdata.recipe import parsed
from vlmdata.steps.boxes_render import RenderBoxes
from vlmdata.steps.tile import TileAnyres
from vlmdata.types import Size

# Tokens of 640x480. From each model's own processor, see tests/models/tiling.
TOKENS = {
    "llava-1.5": 576,
    "llava-next": 2340,
    "llava-next-hf": 2340,
    "llava-onevision": 2929,
    "internvl2.5": 13 * 256,
    "internvl3": 13 * 256,
    "qwen2-vl": 391,
    "qwen2.5-vl": 391,
    "qwen3-vl": 300,
    "idefics2": 326,
    "idefics3": 2227,
    "smolvlm": 1083,
    "smolvlm2": 862,
    "nanovlm": 5 * 65,
    "paligemma-2": 256,
    "phi-3.5-v": 1921,
    "phi-4-mm": 1065,
    "minicpm-v": 3 * 64,
    "gemma-3": 256,
    "llama-3.2-vision": 1,
    "molmo": 736,
    "deepseek-vl2": 1023,
    "pixtral": 1230,
}
RECIPE = "version: 1\nname: x\nmodel: {}\ninputs: [{{dataset: shapes, limit: 1}}]\nsteps: [{}]\n"


def blank(value: object) -> list[str]:
    """Names of text fields, of the value and what is in it, that say nothing though they should."""
    if is_dataclass(value):
        optional = ("note", "before", "after", "dialect")
        return [
            name
            for field in fields(value)
            if field.name not in optional
            for name in ([field.name] if getattr(value, field.name) == "" else blank(getattr(value, field.name)))
        ]
    return []


def test_a_model_is_a_row_or_refused():
    assert list(MODELS) == list(TOKENS)
    assert {"nvila", "sarashina2.2-vision"} <= {*REFUSED}
    assert not {*MODELS} & {*REFUSED}


@pytest.mark.parametrize("preset", MODELS.values(), ids=MODELS)
def test_a_row_is_whole(preset: Preset):
    assert blank(preset) == []
    assert preset.tiling in POLICIES
    assert preset.dialect is None or preset.dialect in DIALECTS
    assert preset.dialect or preset.note, "a model without a dialect says so"
    assert all(len(channels) == 3 for channels in (preset.normalisation.mean, preset.normalisation.std))
    assert min(preset.normalisation.std) > 0
    assert all(len(source) > 10 for source in preset.sources.values())
    assert set(preset.sources) <= {field.name for field in fields(preset)}
    assert preset.placeholder.mark in str(preset.placeholder)


def test_a_policy_is_of_some_model():
    """But for grids of one's own, and the second form of a model that has a row."""
    assert set(POLICIES) - {preset.tiling for preset in MODELS.values()} == {"custom", "llava-onevision-hf"}


@pytest.mark.parametrize("name", MODELS)
def test_tokens_of_a_photo(name: str):
    assert tokens_of(MODELS[name].tiling, Size(640, 480)) == TOKENS[name]


@pytest.mark.parametrize("name", MODELS)
def test_a_recipe_that_names_a_model_gets_its_policy_and_dialect(name: str):
    recipe = parsed(RECIPE.format(name, "tile.anyres"), "x.yaml", Path())
    assert [step.policy for step in recipe.steps if isinstance(step, TileAnyres)] == [MODELS[name].tiling]
    assert RenderBoxes().with_model(MODELS[name]).dialect == MODELS[name].dialect


@pytest.mark.parametrize("name", REFUSED)
def test_a_recipe_that_names_a_refused_model_gets_the_reason(name: str):
    with pytest.raises(RecipeError) as raised:
        parsed(RECIPE.format(name, "clean.image"), "x.yaml", Path())
    assert str(raised.value) == f"x.yaml:3: model {name} is not supported: {REFUSED[name]}"
