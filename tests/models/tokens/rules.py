"""Which tokens carry loss, as training codes have it: over ids and rendered messages, without spans or offsets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

IGNORED = -100
Encode = Callable[[str], list[int]]
Turns = Sequence[tuple[str, str]]


def chatml(role: str, words: str) -> str:
    return f"<|im_start|>{role}\n{words}<|im_end|>\n"


def internvl(turns: Turns, encode: Encode) -> list[int]:
    """OpenGVLab/InternVL ``preprocess_internvl2_5``: each message by itself; header and newline are counted off."""
    header = len(encode("<|im_start|>assistant\n"))
    labels = []
    for role, words in turns:
        ids = encode(chatml(role, words))
        labels += [IGNORED] * header + ids[header:-1] + [IGNORED] if role == "assistant" else [IGNORED] * len(ids)
    return labels


def qwen(ids: Sequence[int], assistant: int, im_end: int) -> list[int]:
    """QwenLM/Qwen3-VL ``preprocess_qwen_visual``: from two behind the token "assistant" to one behind the end."""
    labels = [IGNORED] * len(ids)
    place = 0
    while place < len(ids):
        if ids[place] == assistant:
            start = end = place + 2
            while end < len(ids) and ids[end] != im_end:
                end += 1
            if end < len(ids):
                labels[start : end + 2] = ids[start : end + 2]
                place = end
        place += 1
    return labels


def llava_next_qwen(turns: Turns, encode: Encode) -> list[int]:
    """LLaVA-VL/LLaVA-NeXT ``preprocess_qwen``: whole messages of the assistant, three tokens anywhere."""
    anywhere = {encode(token)[0] for token in ("\n", "<|im_start|>", "<|im_end|>")}
    labels = []
    for role, words in turns:
        ids = encode(chatml(role, words))
        labels += [number if role == "assistant" or number in anywhere else IGNORED for number in ids]
    return labels


def nanovlm(turns: Turns, encode: Encode) -> list[int]:
    """huggingface/nanoVLM ``_prepare_inputs_and_loss_mask``, before its labels are rolled by one."""
    rendered = chatml("assistant", "xzyvd")
    prefix = len(encode(rendered[: rendered.index("xzyvd")]))
    labels = []
    for role, words in turns:
        ids = encode(chatml(role, words))
        labels += [IGNORED] * prefix + ids[prefix:] if role == "assistant" else [IGNORED] * len(ids)
    return labels


def llava_image_tokens(prompt: str, encode: Encode, bos: int) -> list[int]:
    """haotian-liu/LLaVA ``tokenizer_image_token``."""
    chunks = [encode(chunk) for chunk in prompt.split("<image>")]
    return [bos, *chunks[0], *(number for chunk in chunks[1:] for number in (-200, *chunk))]


def llava(prompt: str, encode: Encode, bos: int) -> list[int]:
    """haotian-liu/LLaVA ``preprocess_v1``: rounds are counted; all is masked where the count is off."""
    labels = llava_image_tokens(prompt, encode, bos)
    total, separator = len(labels), " ASSISTANT: "
    labels[0] = IGNORED
    place = 1
    for turn in prompt.split("</s>"):
        if not turn:
            break
        parts = turn.split(separator)
        if len(parts) != 2:
            break
        instruction = len(llava_image_tokens(parts[0] + separator, encode, bos)) - 2
        labels[place : place + instruction] = [IGNORED] * instruction
        place += len(llava_image_tokens(turn, encode, bos))
    labels[place:] = [IGNORED] * (total - place)
    return labels if place == total else [IGNORED] * total
