"""DeepSeek-VL2."""

from __future__ import annotations

from vlmdata.models.chat.format import Around, ChatFormat, tokens

_END = "<｜end▁of▁sentence｜>"

DEEPSEEK_VL2 = ChatFormat(
    name="deepseek-vl2",
    source="deepseek-ai/DeepSeek-VL2 deepseek_vl2/models/conversation.py, deepseek; its README numbers pictures",
    user=Around("<|User|>: ", tail="\n\n"),
    assistant=Around("<|Assistant|>: ", end=_END),
    system=Around(tail="\n\n"),
    image="<image>",
    end_of_text=_END,
    glue="\n",
    number="This is image_{n}: ",
    alternates=True,
    strip_turns=True,
    reserved=tokens("<image>", "<|User|>", "<|Assistant|>", "<｜begin▁of▁sentence｜>", _END),
)
