"""Chat messages in JSON."""

from __future__ import annotations

from typing import Literal

from vlmdata.datasets.formats.rows import JsonConversations


class Messages(JsonConversations):
    """Chat messages as OpenAI and Hugging Face write them: ``{messages: [{role, content}], images}``.

    Content is text or a list of items of type ``text``, ``image``, ``image_url``, ``video`` or ``video_url``.
    An item holds its picture (a file name, a ``data:`` URL) or stands for the next of ``images``, as an
    ``<image>`` in plain text does (LLaMA-Factory, ms-swift). A web address is not followed: its row is counted
    as ``remote_image``.
    """

    format: Literal["messages"] = "messages"
    speaks = "messages"
