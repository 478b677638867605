"""Every format, letter by letter, beside the code or template it is published in."""

from __future__ import annotations

import pytest

from tests.models.chat.talk import pieces, talk
from vlmdata.models.chat import CHAT_FORMATS, ChatOptions, render
from vlmdata.models.presets import MODELS

TWO_TURNS = talk(
    ("user", 0, "What is on the table?"), ("assistant", "A red cup."), ("user", "Is it full?"), ("assistant", "No.")
)
TWO_PICTURES = talk(("user", 0, 1, "Which is older?"), ("assistant", "The first."))
SYSTEM = talk(("system", "Answer in Japanese."), ("user", 0, "これは何ですか。"), ("assistant", "赤いカップです。"))
JAPANESE = talk(("user", 0, "これは何ですか。"), ("assistant", "赤いカップです。"))
WORDS_ONLY = talk(("user", "これは何ですか。"), ("assistant", "本です。"))

VICUNA = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions. "
)
INTERNVL = (
    "<|im_start|>system\n你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的"
    "多模态大语言模型。<|im_end|>\n"
)
HELPFUL = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
PAD = "<|vision_start|><|image_pad|><|vision_end|>"
LLAMA_USER = "<|start_header_id|>user<|end_header_id|>\n\n"
LLAMA_ASSISTANT = "<|start_header_id|>assistant<|end_header_id|>\n\n"
MINICPM = "<image><unk></image>"

# Format, conversation, text. Sources: vlmdata.models.chat.CHAT_FORMATS[format].source; texts of templates are what
# transformers 5.23 renders with them, that of pixtral what mistral-common 1.13 writes.
EXPECTED = [
    (
        "vicuna-v1",
        TWO_TURNS,
        VICUNA + "USER: <image>\nWhat is on the table? ASSISTANT: A red cup.</s>USER: Is it full? ASSISTANT: No.</s>",
    ),
    ("vicuna-v1", TWO_PICTURES, VICUNA + "USER: <image>\n<image>\nWhich is older? ASSISTANT: The first.</s>"),
    ("vicuna-v1", SYSTEM, "Answer in Japanese. USER: <image>\nこれは何ですか。 ASSISTANT: 赤いカップです。</s>"),
    (
        "llava-qwen",
        TWO_TURNS,
        HELPFUL + "<|im_start|>user\n<image>\nWhat is on the table?<|im_end|>\n<|im_start|>assistant\nA red cup."
        "<|im_end|>\n<|im_start|>user\nIs it full?<|im_end|>\n<|im_start|>assistant\nNo.<|im_end|>\n",
    ),
    ("plain", JAPANESE, "<image>赤いカップです。\n"),
    (
        "qwen2-vl",
        TWO_TURNS,
        (
            f"{HELPFUL}<|im_start|>user\n{PAD}What is on the table?<|im_end|>\n"
            "<|im_start|>assistant\nA red cup.<|im_end|>\n"
            "<|im_start|>user\nIs it full?<|im_end|>\n<|im_start|>assistant\nNo.<|im_end|>\n"
        ),
    ),
    (
        "qwen2-vl",
        SYSTEM,
        (
            f"<|im_start|>system\nAnswer in Japanese.<|im_end|>\n<|im_start|>user\n{PAD}これは何ですか。<|im_end|>\n"
            "<|im_start|>assistant\n赤いカップです。<|im_end|>\n"
        ),
    ),
    (
        "qwen3-vl",
        TWO_PICTURES,
        f"<|im_start|>user\n{PAD}{PAD}Which is older?<|im_end|>\n<|im_start|>assistant\nThe first.<|im_end|>\n",
    ),
    (
        "internvl2.5",
        JAPANESE,
        INTERNVL + "<|im_start|>user\n<img><IMG_CONTEXT></img>\nこれは何ですか。<|im_end|>\n"
        "<|im_start|>assistant\n赤いカップです。<|im_end|>\n",
    ),
    (
        "nanovlm",
        TWO_PICTURES,
        (
            "<|im_start|>user\n<image: 0><|image|><image: 1><|image|>Which is older?<|im_end|>\n"
            "<|im_start|>assistant\nThe first.<|im_end|>\n"
        ),
    ),
    (
        "idefics2",
        TWO_TURNS,
        (
            "User:<image>What is on the table?<end_of_utterance>\nAssistant: A red cup.<end_of_utterance>\n"
            "User: Is it full?<end_of_utterance>\nAssistant: No.<end_of_utterance>\n"
        ),
    ),
    (
        "idefics3",
        SYSTEM,
        (
            "<|begin_of_text|>System: Answer in Japanese.<end_of_utterance>\n"
            "User:<image>これは何ですか。<end_of_utterance>\n"
            "Assistant: 赤いカップです。<end_of_utterance>\n"
        ),
    ),
    (
        "smolvlm",
        TWO_PICTURES,
        "<|im_start|>User:<image><image>Which is older?<end_of_utterance>\nAssistant: The first.<end_of_utterance>\n",
    ),
    (
        "phi-3",
        TWO_PICTURES,
        "<|user|>\n<|image_1|>\n<|image_2|>\nWhich is older?<|end|>\n<|assistant|>\nThe first.<|end|>\n",
    ),
    (
        "phi-4-mm",
        SYSTEM,
        (
            "<|system|>Answer in Japanese.<|end|><|user|><|image_1|>これは何ですか。<|end|>"
            "<|assistant|>赤いカップです。<|end|><|endoftext|>"
        ),
    ),
    (
        "minicpm-llama3",
        TWO_TURNS,
        (
            f"<|begin_of_text|>{LLAMA_USER}{MINICPM}\nWhat is on the table?<|eot_id|>"
            f"{LLAMA_ASSISTANT}A red cup.<|eot_id|>"
            f"{LLAMA_USER}Is it full?<|eot_id|>{LLAMA_ASSISTANT}No.<|eot_id|>"
        ),
    ),
    (
        "llama-3.2",
        JAPANESE,
        f"<|begin_of_text|>{LLAMA_USER}<|image|>これは何ですか。<|eot_id|>{LLAMA_ASSISTANT}赤いカップです。<|eot_id|>",
    ),
    (
        "llama-3.2",
        WORDS_ONLY,
        (
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\n"
            f"Today Date: 26 Jul 2024\n\n<|eot_id|>{LLAMA_USER}これは何ですか。<|eot_id|>"
            f"{LLAMA_ASSISTANT}本です。<|eot_id|>"
        ),
    ),
    (
        "gemma-3",
        SYSTEM,
        (
            "<bos><start_of_turn>user\nAnswer in Japanese.\n\n<start_of_image>これは何ですか。<end_of_turn>\n"
            "<start_of_turn>model\n赤いカップです。<end_of_turn>\n"
        ),
    ),
    ("paligemma", TWO_PICTURES, "<image><image><bos>Which is older?\nThe first.<eos>"),
    (
        "molmo",
        TWO_TURNS,
        (
            "<|endoftext|><|image|> User: What is on the table? Assistant: A red cup.<|endoftext|>"
            " User: Is it full? Assistant: No.<|endoftext|>"
        ),
    ),
    (
        "deepseek-vl2",
        TWO_TURNS,
        (
            "<|User|>: <image>\nWhat is on the table?\n\n<|Assistant|>: A red cup.<｜end▁of▁sentence｜>"
            "<|User|>: Is it full?\n\n<|Assistant|>: No.<｜end▁of▁sentence｜>"
        ),
    ),
    (
        "pixtral",
        TWO_TURNS,
        "<s>[INST][IMG]What is on the table?[/INST]A red cup.</s>[INST]Is it full?[/INST]No.</s>",
    ),
    (
        "pixtral",
        talk(("system", "Be brief."), *[(m.role, m.text) for m in TWO_TURNS]),
        "<s>[INST]What is on the table?[/INST]A red cup.</s>[INST]Be brief.\n\nIs it full?[/INST]No.</s>",
    ),
]
# What of TWO_TURNS (JAPANESE for those that take one question) is trained by default.
TRAINED = {
    "vicuna-v1": ["A red cup.</s>", "No.</s>"],
    "llava-qwen": ["A red cup.<|im_end|>", "No.<|im_end|>"],
    "plain": ["赤いカップです。\n"],
    "qwen2-vl": ["A red cup.<|im_end|>", "No.<|im_end|>"],
    "qwen3-vl": ["A red cup.<|im_end|>", "No.<|im_end|>"],
    "internvl2.5": ["A red cup.<|im_end|>", "No.<|im_end|>"],
    "nanovlm": ["A red cup.<|im_end|>", "No.<|im_end|>"],
    "idefics2": ["A red cup.<end_of_utterance>", "No.<end_of_utterance>"],
    "idefics3": ["A red cup.<end_of_utterance>", "No.<end_of_utterance>"],
    "smolvlm": ["A red cup.<end_of_utterance>", "No.<end_of_utterance>"],
    "phi-3": ["A red cup.<|end|>", "No.<|end|>"],
    "phi-4-mm": ["A red cup.<|end|>", "No.<|end|><|endoftext|>"],
    "minicpm-llama3": ["A red cup.<|eot_id|>", "No.<|eot_id|>"],
    "llama-3.2": ["A red cup.<|eot_id|>", "No.<|eot_id|>"],
    "gemma-3": ["A red cup.<end_of_turn>", "No.<end_of_turn>"],
    "paligemma": ["赤いカップです。<eos>"],
    "molmo": [" A red cup.<|endoftext|>", " No.<|endoftext|>"],
    "deepseek-vl2": ["A red cup.<｜end▁of▁sentence｜>", "No.<｜end▁of▁sentence｜>"],
    "pixtral": ["A red cup.</s>", "No.</s>"],
}


@pytest.mark.parametrize(("name", "messages", "text"), EXPECTED, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(EXPECTED)])
def test_the_text_is_that_of_the_published_code(name, messages, text):
    assert render(messages, CHAT_FORMATS[name]).text == text


@pytest.mark.parametrize("name", CHAT_FORMATS)
def test_answers_and_their_end_tokens_are_trained(name):
    one_question = name in ("plain", "paligemma")
    rendered = render(JAPANESE if one_question else TWO_TURNS, CHAT_FORMATS[name])
    assert pieces(rendered, "trained") == TRAINED[name]
    assert pieces(rendered, "image") == [CHAT_FORMATS[name].image.replace("{n}", "1")]


def test_every_format_stands_here():
    assert {name for name, *_ in EXPECTED} == {*CHAT_FORMATS} == {*TRAINED}


def test_every_model_has_its_format():
    assert {preset.chat.name for preset in MODELS.values()} | {"plain"} == {*CHAT_FORMATS}


def test_a_system_message_of_the_recipe_stands_in_for_one_of_the_data_alone():
    qwen = CHAT_FORMATS["qwen2-vl"]
    own = render(JAPANESE, qwen, ChatOptions(system="Be brief."))
    assert own.text.startswith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n")
    assert render(JAPANESE, qwen, ChatOptions(system="")).text.startswith("<|im_start|>user\n")
    assert render(SYSTEM, qwen, ChatOptions(system="Be brief.")) == render(SYSTEM, qwen)


def test_pictures_are_numbered_in_the_words_of_the_model():
    ask = ChatOptions(numbered=True)
    assert f"Picture 1: {PAD}Picture 2: {PAD}Which" in render(TWO_PICTURES, CHAT_FORMATS["qwen2-vl"], ask).text
    assert (
        "user\nImage-1: <img><IMG_CONTEXT></img>\nImage-2: <img><IMG_CONTEXT></img>\nWhich"
        in render(TWO_PICTURES, CHAT_FORMATS["internvl2.5"], ask).text
    )
    nanovlm = CHAT_FORMATS["nanovlm"]
    assert "<image: " not in render(JAPANESE, nanovlm).text
    assert "<image: " not in render(TWO_PICTURES, nanovlm, ChatOptions(numbered=False)).text


def test_a_clip_has_its_own_mark_and_its_own_numbers():
    messages = talk(("user", 0, 1, 2, "What happens?"), ("assistant", "It falls."))
    rendered = render(messages, CHAT_FORMATS["qwen3-vl"], ChatOptions(numbered=True), clips={1})
    video = "<|vision_start|><|video_pad|><|vision_end|>"
    assert f"user\nPicture 1: {PAD}Video 1: {video}Picture 2: {PAD}What" in rendered.text
    assert pieces(rendered, "image") == [PAD, video, PAD]
    smolvlm = render(talk(("user", 0, "What?"), ("assistant", "It.")), CHAT_FORMATS["smolvlm"], clips={0})
    assert smolvlm.text.startswith("<|im_start|>User: <video>What?")
