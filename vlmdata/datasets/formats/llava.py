"""LLaVA's conversations in JSON."""

from __future__ import annotations

from typing import Literal

from vlmdata.datasets.formats.rows import JsonConversations


class Llava(JsonConversations):
    """Conversations as LLaVA writes them: ``{image, conversations: [{from, value}]}`` in a JSON list or JSON Lines.

    ``image``, ``images``, ``video`` and ``videos`` name files (or hold ``data:`` URLs); ``<image>`` and
    ``<video>`` in the text say where they belong. A row without pictures is text alone. Boxes in the text
    become regions where ``boxes`` declares their dialect: ``llava`` for LLaVA-1.5's mix. Source of the form:
    haotian-liu/LLaVA, ``docs/Finetune_Custom_Data.md``.
    """

    format: Literal["llava"] = "llava"
    speaks = "conversations"
