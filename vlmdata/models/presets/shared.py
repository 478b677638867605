"""What several models have in common: normalisations, chat formats and placeholders."""

from __future__ import annotations

from vlmdata.models.presets.preset import Chat, Normalisation, Placeholder

CLIP = Normalisation((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
HALF = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
NONE = Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

HF = "huggingface/transformers src/transformers/models/"
NO_DIALECT = "No way to write places is published for it; name a dialect in boxes.render."
AS_COUNTED = "as often as the tiling policy counts"

VICUNA = Chat("vicuna-v1", "haotian-liu/LLaVA llava/conversation.py::conv_vicuna_v1")
QWEN = Chat("qwen2-vl", "Qwen chat_template.json; hiyouga/LLaMA-Factory src/llamafactory/data/template.py")
QWEN3 = Chat("qwen3-vl", "Qwen/Qwen3-VL-8B-Instruct chat_template.json")
INTERNVL = Chat("internvl2.5", "OpenGVLab/InternVL internvl_chat/internvl/conversation.py, internvl2_5")
SMOLVLM = Chat("smolvlm", HF + "smolvlm/processing_smolvlm.py::DEFAULT_CHAT_TEMPLATE")

ONE_IN_TEXT = Placeholder(
    mark="<image>",
    rule="once in the text; the model puts all that the tiling policy counts in its place",
    source="haotian-liu/LLaVA llava/constants.py, llava/model/llava_arch.py",
)
QWEN_VISION = Placeholder(
    mark="<|image_pad|>",
    before="<|vision_start|>",
    after="<|vision_end|>",
    rule=AS_COUNTED,
    source=HF + "qwen2_vl/processing_qwen2_vl.py",
)
INTERNVL_CONTEXT = Placeholder(
    mark="<IMG_CONTEXT>",
    before="<img>",
    after="</img>",
    rule=f"{AS_COUNTED}: 256 for each view",
    source="OpenGVLab/InternVL internvl_chat/internvl/train/constants.py, dataset.py::preprocess_internvl2_5",
)


def idefics3_placeholder(view_tokens: int, family: str) -> Placeholder:
    return Placeholder(
        mark="<image>",
        before="<fake_token_around_image>",
        after="<fake_token_around_image>",
        rule=f"{view_tokens} for each view, after <fake_token_around_image> and <row_R_col_C>, a newline for each row, "
        "then the whole after <global-img>; the tiling policy counts all of these",
        source=f"{HF}{family}/processing_{family}.py",
    )
