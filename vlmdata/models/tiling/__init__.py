"""How published models cut a picture into views, and what that costs in tokens.

``tiled`` answers for one picture; ``layout_of`` and ``tokens_of`` are its two halves. ``POLICIES`` lists the rules,
one file for each family.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Unpack

from vlmdata.models.tiling import (
    custom,
    deepseek,
    idefics,
    internvl,
    llama,
    llava,
    minicpm,
    molmo,
    nanovlm,
    phi,
    pixtral,
    qwen,
    squares,
)
from vlmdata.models.tiling.policy import Policy, Tiled, TilingOptions
from vlmdata.types import Layout, Size

__all__ = [
    "POLICIES",
    "Policy",
    "Tiled",
    "TilingOptions",
    "TilingPolicy",
    "complaint",
    "layout_of",
    "tiled",
    "tokens_of",
]

TilingPolicy = Literal[
    "llava-1.5",
    "llava-next",
    "llava-next-hf",
    "llava-onevision",
    "llava-onevision-hf",
    "internvl",
    "qwen2-vl",
    "qwen2.5-vl",
    "qwen3-vl",
    "idefics2",
    "idefics3",
    "smolvlm",
    "smolvlm2",
    "nanovlm",
    "phi-3.5",
    "phi-4-mm",
    "minicpm-v",
    "paligemma-2",
    "gemma-3",
    "llama-3.2-vision",
    "molmo",
    "deepseek-vl2",
    "pixtral",
    "custom",
]

POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "llava-1.5": llava.LLAVA_15,
        "llava-next": llava.LLAVA_NEXT,
        "llava-next-hf": llava.LLAVA_NEXT_HF,
        "llava-onevision": llava.LLAVA_ONEVISION,
        "llava-onevision-hf": llava.LLAVA_ONEVISION_HF,
        "internvl": internvl.INTERNVL,
        "qwen2-vl": qwen.QWEN2_VL,
        "qwen2.5-vl": qwen.QWEN25_VL,
        "qwen3-vl": qwen.QWEN3_VL,
        "idefics2": idefics.IDEFICS2,
        "idefics3": idefics.IDEFICS3,
        "smolvlm": idefics.SMOLVLM,
        "smolvlm2": idefics.SMOLVLM2,
        "nanovlm": nanovlm.NANOVLM,
        "phi-3.5": phi.PHI_35,
        "phi-4-mm": phi.PHI_4_MM,
        "minicpm-v": minicpm.MINICPM_V,
        "paligemma-2": squares.PALIGEMMA_2,
        "gemma-3": squares.GEMMA_3,
        "llama-3.2-vision": llama.LLAMA_32_VISION,
        "molmo": molmo.MOLMO,
        "deepseek-vl2": deepseek.DEEPSEEK_VL2,
        "pixtral": pixtral.PIXTRAL,
        "custom": custom.CUSTOM,
    }
)


def tiled(policy: str, size: Size, *, images: int = 1, **options: Unpack[TilingOptions]) -> Tiled:
    """A picture of ``size`` as the model of that policy sees it; ``images`` is how many pictures its sample has.

    Raises ``ValueError`` for an unknown policy or options it does not take, ``BadRecord`` (``too_thin``,
    ``too_small``) for a size that the model's own code fails on.
    """
    if wrong := complaint(policy, options):
        raise ValueError(wrong)
    chosen = POLICIES[policy]
    return chosen.cut(size, images, **{**chosen.defaults, **options})


def layout_of(policy: str, size: Size, *, images: int = 1, **options: Unpack[TilingOptions]) -> Layout:
    """The views of ``tiled`` as the layout of an image. Raises what it raises."""
    cut = tiled(policy, size, images=images, **options)
    return Layout(policy, cut.views, cut.grid, cut.tokens)


def tokens_of(policy: str, size: Size, *, images: int = 1, **options: Unpack[TilingOptions]) -> int:
    """The image tokens of ``tiled``. Raises what it raises."""
    return tiled(policy, size, images=images, **options).tokens


def complaint(policy: str, options: TilingOptions) -> str | None:
    """Why these options do not go with the policy, as a sentence, or None."""
    chosen = POLICIES.get(policy)
    if chosen is None:
        return f"unknown tiling policy {policy!r}; known: {', '.join(POLICIES)}"
    if not options:
        return None
    if foreign := [name for name in options if name not in chosen.defaults]:
        return f"{policy} takes {', '.join(chosen.defaults)}, not {', '.join(foreign)}"
    merged: TilingOptions = {**chosen.defaults, **options}
    return chosen.check(merged)
