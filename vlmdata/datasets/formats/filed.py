"""What the place of a picture says of it: the folder it is filed in, the text beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import Any

from vlmdata.datasets.dialogue import Album
from vlmdata.datasets.fields import Spoken, captioned
from vlmdata.errors import BadRecord
from vlmdata.io.paths import readable
from vlmdata.io.source import slug


def filed(name: str, album: Album, caption: bytes | None) -> tuple[Spoken, dict[str, Any]]:
    """The caption of a picture as its message; the folder of its ``name`` as a tag, and as ``label`` of its meta.

    ``BadRecord``: ``not_unicode``, and what ``captioned`` raises.
    """
    said = Spoken() if caption is None else captioned([_decoded(name, caption)], album.rest())
    folder = PurePath(name).parent.name
    if not folder:
        return said, {}
    return replace(said, tags=(*said.tags, slug(folder))), {"label": readable(folder)}


def _decoded(name: str, text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRecord("not_unicode", f"the text beside {readable(PurePath(name).name)} is not UTF-8") from error
