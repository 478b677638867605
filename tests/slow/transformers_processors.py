"""Ids that the processors of transformers give. Runs in an environment of its own, which has no vlmdata.

    python transformers_processors.py TOKENIZERS < CASES > IDS

``TOKENIZERS`` holds a tokenizer.json in each of ``bytes`` and ``sentences``. A case a line: the name of a processor, a
text with the processor's own marks, the sizes of its pictures, and an answer where the processor takes one apart.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from PIL import Image

CLIP = {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}
LLAVA = {"patch_size": 14, "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1}
QWEN2 = {"min_pixels": 4 * 28 * 28, "max_pixels": 16384 * 28 * 28}
QWEN3 = {"patch_size": 16, "size": {"shortest_edge": 64 * 32 * 32, "longest_edge": 16384 * 32 * 32}}
INTERNVL = {"size": {"height": 448, "width": 448}, "max_patches": 12}
SMOLVLM = {"size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}}
GEMMA = {"boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"}
INTERN_TOKENS = {
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<|video_pad|>",
}
# Model; family and class of its image processor, and its settings; the tokenizer and its tokens; what else is set.
Row = tuple[str, str, dict[str, Any], str, dict[str, str], dict[str, Any]]
PROCESSORS: dict[str, Row] = {
    "llava": ("Llava", "clip/CLIP", CLIP, "sentences", {}, LLAVA),
    "llava_next": ("LlavaNext", "llava_next/LlavaNext", CLIP, "sentences", {}, LLAVA),
    "llava_onevision": (
        "LlavaOnevision",
        "llava_onevision/LlavaOnevision",
        {},
        "bytes",
        {},
        {"video_processor": None, "num_image_tokens": 729, "vision_feature_select_strategy": "full"},
    ),
    "qwen2_vl": ("Qwen2VL", "qwen2_vl/Qwen2VL", QWEN2, "bytes", {}, {}),
    "qwen3_vl": ("Qwen3VL", "qwen2_vl/Qwen2VL", QWEN3, "bytes", {}, {}),
    "internvl": ("InternVL", "got_ocr2/GotOcr2", INTERNVL, "bytes", INTERN_TOKENS, {"image_seq_length": 256}),
    "idefics2": ("Idefics2", "idefics2/Idefics2", {"do_image_splitting": True}, "bytes", {}, {"image_seq_len": 64}),
    "idefics3": ("Idefics3", "idefics3/Idefics3", {}, "bytes", {}, {"image_seq_len": 169}),
    "smolvlm": ("SmolVLM", "smolvlm/SmolVLM", SMOLVLM, "bytes", {}, {"video_processor": None, "image_seq_len": 64}),
    "gemma3": (
        "Gemma3",
        "gemma3/Gemma3",
        {"size": {"height": 896, "width": 896}},
        "bytes",
        GEMMA,
        {"image_seq_length": 256},
    ),
    "paligemma": ("PaliGemma", "siglip/Siglip", {"size": {"height": 224, "width": 224}}, "bytes", {}, {}),
    "mllama": ("Mllama", "mllama/Mllama", {"size": {"height": 560, "width": 560}}, "bytes", {}, {}),
}


def main() -> None:
    tokenizers = Path(sys.argv[1])
    made: dict[str, Any] = {}
    for line in sys.stdin:
        case = json.loads(line)
        name = case["processor"]
        made[name] = made.get(name) or processor(name, tokenizers)
        sys.stdout.write(json.dumps(answer(made[name], case)) + "\n")


def processor(name: str, tokenizers: Path) -> Any:
    from transformers import PreTrainedTokenizerFast

    model, picture, settings, build, tokens, own = PROCESSORS[name]
    family, prefix = picture.split("/")
    images = found(f"{family}.image_processing_pil_{family}", f"{prefix}ImageProcessorPil")(**settings)
    if name == "paligemma":
        images.image_seq_length = 256
    text = PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizers / build / "tokenizer.json"),
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<|endoftext|>",
        extra_special_tokens=tokens,
    )
    # Without torchvision there is no class of video processors to check any argument against.
    unchecked = {"check_argument_for_proper_class": lambda self, name, argument: type(argument)}
    kind = type(model, (found(f"{name}.processing_{name}", f"{model}Processor"),), unchecked)
    return kind(image_processor=images, tokenizer=text, **own)


def found(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"transformers.models.{module}"), name)


def answer(made: Any, case: dict[str, Any]) -> dict[str, list[int]]:
    pictures = [Image.new("RGB", tuple(size)) for size in case["sizes"]]
    options: dict[str, Any] = {"suffix": case["answer"]} if case.get("answer") else {}
    if case["processor"] == "internvl":
        # Its training code gives each of several pictures its share; the processor leaves that to the caller.
        options["max_patches"] = max(1, 12 // len(pictures))
    text = [case["text"]] if case["processor"] == "gemma3" else case["text"]
    encoded = made(images=[pictures] if case["processor"] in ("gemma3", "mllama") else pictures, text=text, **options)
    return {name: list(map(int, encoded[name][0])) for name in ("input_ids", "labels") if name in encoded}


if __name__ == "__main__":
    main()
