"""Idefics2, Idefics3 and SmolVLM: one shape, three beginnings."""

from __future__ import annotations

from vlmdata.models.chat.format import Around, ChatFormat, tokens


def _around(role: str) -> Around:
    return Around(f"{role}:", end="<end_of_utterance>", tail="\n")


def _format(name: str, source: str, *, start: str, end_of_text: str, video: str | None = None) -> ChatFormat:
    return ChatFormat(
        name=name,
        source=source,
        user=_around("User"),
        assistant=_around("Assistant"),
        system=_around("System"),
        image="<image>",
        video=video,
        start=start,
        end_of_text=end_of_text,
        gap=" ",
        reserved=tokens(
            "<image>",
            "<fake_token_around_image>",
            "<end_of_utterance>",
            end_of_text,
            *filter(None, (start, video)),
            pattern=r"<global-img>|<row_\d+_col_\d+>",
        ),
    )


IDEFICS2 = _format("idefics2", "HuggingFaceM4/idefics2-8b processor_config.json", start="", end_of_text="</s>")
IDEFICS3 = _format(
    "idefics3",
    "HuggingFaceM4/Idefics3-8B-Llama3 chat_template.json",
    start="<|begin_of_text|>",
    end_of_text="<|end_of_text|>",
)
SMOLVLM = _format(
    "smolvlm",
    "huggingface/transformers src/transformers/models/smolvlm/processing_smolvlm.py::DEFAULT_CHAT_TEMPLATE",
    start="<|im_start|>",
    end_of_text="<end_of_utterance>",
    video="<video>",
)
