"""Which pictures a conversation shows where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vlmdata.errors import BadRecord
from vlmdata.shards.exports.base import is_clip
from vlmdata.types import Record


def shown(record: Record) -> Iterator[int]:
    """Numbers of the pictures in the order of their places; one that is shown twice comes twice."""
    for message in record["messages"]:
        for part in message["content"]:
            if part["type"] == "image":
                yield part["image_index"]


def check_shown(record: Record) -> None:
    """``BadRecord`` ``picture_not_shown`` where the conversation has no place for one."""
    missing = set(range(len(record["image_info"]))) - set(shown(record))
    if missing:
        raise BadRecord("picture_not_shown", f"picture {min(missing)} of {len(record['image_info'])}")


def by_medium(record: Record, names: Sequence[str]) -> dict[str, list[str]]:
    """File ``names`` of ``image`` and ``video``, each in the order of their places."""
    media: dict[str, list[str]] = {"image": [], "video": []}
    for number in shown(record):
        media[medium(record, number)].append(names[number])
    return media


def medium(record: Record, number: int) -> str:
    return "video" if is_clip(record["image_info"][number]) else "image"


def check_turns(record: Record) -> None:
    """``BadRecord``: ``no_messages``, ``document``, ``system_not_taken``, ``turns_out_of_order``.

    Sound are questions of the user and answers of the assistant by turns, a question first.
    """
    roles = [message["role"] for message in record["messages"]]
    if not roles:
        raise BadRecord("no_messages", "nothing is said")
    if "document" in roles:
        raise BadRecord("document", "interleaved text has no turns")
    if "system" in roles:
        raise BadRecord("system_not_taken", "there is no turn of the system")
    if any(role != ("user", "assistant")[number % 2] for number, role in enumerate(roles)):
        raise BadRecord("turns_out_of_order", " ".join(roles)[:80])
