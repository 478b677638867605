"""Tokenizers trained in a moment, in the two builds that models have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from vlmdata.models.image_tokens import IMAGE_TOKENS

WORDS = (
    "A chat between a curious user and an artificial intelligence assistant. USER: What is in the picture? ASSISTANT: ",
    "The picture shows two dogs and a red car on the street.\n\nThey look to the left.\n",
    "system\nYou are a helpful assistant.\nuser\nassistant\nWhere is it? It is here, isn't it?\n",
    "Here\n\nit\n\nis\n\nso\n\n",
    "犬が二匹います。写真には赤い車が写っています。どこですか。\n",
)
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
"""How Qwen2's tokenizer.json cuts text into words; newlines stay together. Hugging Face Qwen/Qwen2-VL-7B-Instruct."""
CHAT = ("<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<end_of_utterance>")
GRID = tuple(f"<row_{row}_col_{column}>" for row in range(1, 9) for column in range(1, 9))
PICTURES = tuple(dict.fromkeys(token for way in IMAGE_TOKENS.values() for token in (*way.marks, *way.beside)))
SPECIAL = tuple(dict.fromkeys((*CHAT, *PICTURES, *GRID)))


def byte_level(path: Path, special: Sequence[str] = SPECIAL) -> Path:
    """As of Qwen, Llama 3 and SmolLM: bytes, no token around a text. Each special token is one id."""
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.post_processor = processors.ByteLevel(trim_offsets=True)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        WORDS * 9, trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, show_progress=False)
    )
    return _saved(made, special, path)


def sentence_like(path: Path, special: Sequence[str] = SPECIAL) -> Path:
    """As of Llama 1 and 2: a blank before every text, bytes for what is unknown, ``<s>`` before the whole."""
    made = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    own = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    spaced = [text.replace(" ", "▁").replace("\n", "") for text in WORDS]
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
    made.train_from_iterator(spaced * 9, trainers.BpeTrainer(vocab_size=900, special_tokens=own, show_progress=False))
    made.pre_tokenizer = None
    saved = _saved(made, special, path)
    made = Tokenizer.from_file(str(saved))
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", made.token_to_id("<s>"))]
    )
    made.save(str(path))
    return path


def _saved(made: Tokenizer, special: Sequence[str], path: Path) -> Path:
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(str(path))
    return path
