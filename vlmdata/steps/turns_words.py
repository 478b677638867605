"""What ``boxes.to_turns`` asks, in English and Japanese.

No template speaks of sides, order, or of something to be read, and none quotes: a mirror leaves them true.
``{region}`` is the place; ``{label}`` the words of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Language = Literal["en", "ja"]
TurnKind = Literal["detect", "locate", "refer", "describe"]

QUESTIONS: Mapping[tuple[Language, TurnKind], tuple[str, ...]] = MappingProxyType(
    {
        ("en", "detect"): (
            "Find every {label} in the picture.",
            "Detect every {label}.",
            "Mark each {label} that can be seen.",
            "Where in the picture is there a {label}? Mark each one.",
            "Give a box for each {label} in the image.",
        ),
        ("en", "locate"): (
            "Where is the {label}?",
            "Locate the {label} in the picture.",
            "Mark the {label}.",
            "Give the position of the {label}.",
            "In which part of the image is the {label}?",
        ),
        ("en", "refer"): (
            "What is at {region}?",
            "What can be seen at {region}?",
            "Name what is inside {region}.",
            "Which object does {region} hold?",
        ),
        ("en", "describe"): (
            "What is in the picture, and where?",
            "Name the objects in the image together with their positions.",
            "Detect all objects and name each of them.",
            "Go through the objects of the picture and mark each of them.",
        ),
        ("ja", "detect"): (
            "画像の中の{label}をすべて検出してください。",
            "{label}をすべて見つけて、位置を示してください。",
            "写っている{label}をすべて囲んでください。",
            "{label}の位置をすべて教えてください。",
        ),
        ("ja", "locate"): (
            "{label}の位置を示してください。",
            "{label}を囲んでください。",
            "画像の中の{label}の場所を教えてください。",
            "{label}はどこですか。",
        ),
        ("ja", "refer"): (
            "{region}には何が写っていますか。",
            "{region}にあるものは何ですか。",
            "{region}に写っているものの名前を答えてください。",
        ),
        ("ja", "describe"): (
            "何がどこに写っているか、すべて挙げてください。",
            "画像に写っているものを、位置とともに挙げてください。",
            "写っているものをすべて検出し、名前も答えてください。",
        ),
    }
)
