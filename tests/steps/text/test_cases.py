"""Texts in English and Japanese, and what each rule alone makes of them: ``cleaned.yaml`` and ``dropped.yaml``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from vlmdata.steps.base import Context
from vlmdata.steps.text import CleanText, FilterText
from vlmdata.types import Drop, Sample

HERE = Path(__file__).parent
ALL_OFF: dict[str, Any] = {
    "clean": dict.fromkeys(("unicode", "html", "boilerplate", "repeats", "spaces"), False) | {"form": None},
    "filter": dict.fromkeys(("placeholders", "empty_answers", "refusals", "echoes", "same_turns", "repetition"), False),
}
CLEAN: dict[str, dict[str, Any]] = {
    "form": {"form": "NFC"},
    "nfkc": {"form": "NFKC"},
    "urls": {"urls": "remove"},
    "emails": {"emails": "mask"},
    "phones": {"phones": "mask"},
}
FILTER: dict[str, dict[str, Any]] = {
    "placeholder": {"placeholders": True},
    "empty_answer": {"empty_answers": True},
    "refusal": {"refusals": True},
    "echo": {"echoes": True},
    "min_letters": {"min_letters": 0.5},
    "max_digits": {"max_digits": 0.4},
    "unsuitable": {"unsuitable": ["en", "ja"]},
    "languages": {"languages": ["en", "ja"]},
}
ENOUGH = 300


def table(name: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))


def said(case: Any) -> list[str]:
    return case if isinstance(case, list) else [case]


def test_the_tables_are_long() -> None:
    cases = [case for rule in table("cleaned").values() for half in rule.values() for case in half]
    cases += [case for rule in table("dropped").values() for half in rule.values() for case in half]
    assert len(cases) >= ENOUGH


@pytest.mark.parametrize("rule", sorted(table("cleaned")))
def test_each_cleaning_rule(rule: str, make: Callable[..., Sample]) -> None:
    step = CleanText.model_validate(ALL_OFF["clean"] | CLEAN.get(rule, {rule: True}))
    wrong = []
    halves = table("cleaned")[rule]
    for before, after in [*halves["changes"].items(), *((text, text) for text in halves["stays"])]:
        ctx = Context(1, "clean.text")
        cleaned = step.apply(make(("assistant", before), sizes=()), ctx).messages[0].text
        name = "form" if rule == "nfkc" else rule
        if cleaned != after or ctx.notes[f"changed:{name}"] != (before != after):
            wrong.append((before, cleaned))
    assert wrong == []


@pytest.mark.parametrize("rule", sorted(table("dropped")))
def test_each_reason_to_drop(rule: str, make: Callable[..., Sample]) -> None:
    step = FilterText.model_validate(ALL_OFF["filter"] | FILTER.get(rule, {rule: True}))
    reason = "language" if rule == "languages" else rule
    wrong = []
    halves = table("dropped")[rule]
    for case, is_dropped in [*((one, True) for one in halves["drops"]), *((one, False) for one in halves["keeps"])]:
        texts = said(case)
        roles = ("assistant",) if len(texts) == 1 else ("user", "assistant") * (len(texts) // 2)
        outcome = step.apply(make(*zip(roles, texts, strict=True), sizes=()), Context(1, "filter.text"))
        if (outcome.reason if isinstance(outcome, Drop) else None) != (reason if is_dropped else None):
            wrong.append((case, outcome.reason if isinstance(outcome, Drop) else None))
    assert wrong == []
