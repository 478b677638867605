"""The published formula of every policy by its name."""

from __future__ import annotations

from collections.abc import Callable

from tests.models.tiling import published, published_idefics, published_phi
from tests.models.tiling.published import Published
from tests.models.tiling.published_padded import PADDED

RULES: dict[str, Callable[[int, int, int], Published | None]] = {
    "llava-1.5": published.llava_15,
    "llava-next": published.llava_next,
    "llava-next-hf": published.llava_next_hf,
    "llava-onevision": lambda w, h, n: published.onevision(w, h, n, rounded=False),
    "llava-onevision-hf": lambda w, h, n: published.onevision(w, h, n, rounded=True),
    "internvl": published.internvl,
    "qwen2-vl": published.qwen2_vl,
    "qwen2.5-vl": published.qwen2_vl,
    "qwen3-vl": published.qwen3_vl,
    "idefics2": published_idefics.idefics2,
    "idefics3": lambda w, h, n: published_idefics.idefics3(w, h, n, longest=1456, m=364, seq=169),
    "smolvlm": lambda w, h, n: published_idefics.idefics3(w, h, n, longest=1536, m=384, seq=81),
    "smolvlm2": lambda w, h, n: published_idefics.idefics3(w, h, n, longest=2048, m=512, seq=64),
    "nanovlm": published_idefics.nanovlm,
    "phi-3.5": published_phi.phi_35,
    "phi-4-mm": published_phi.phi_4_mm,
    "minicpm-v": published_phi.minicpm_v,
    **PADDED,
}
