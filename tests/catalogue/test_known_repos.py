"""Copies on the Hub of what the catalogue knows as evaluation data stay evaluation data."""

from __future__ import annotations

import pytest

from vlmdata.datasets.hub.known import catalogued, role_of


@pytest.mark.parametrize(
    ("repo", "split", "role"),
    [
        ("lmms-lab/VQAv2", "test", "eval"),
        ("lmms-lab/VQAv2", "testdev", "eval"),
        ("lmms-lab-encoder/VQAv2", "validation", "train"),
        ("lmms-lab/OK-VQA", "val2014", "eval"),
        ("lmms-lab/RefCOCO", "testA", "eval"),
        ("lmms-lab/POPE", "test", "eval"),
        ("MMMU/MMMU", "dev", "eval"),
        ("AI4Math/MathVista", "testmini", "eval"),
        ("someone/else", "test", "train"),
    ],
)
def test_the_role_of_a_repository_and_split(repo: str, split: str, role: str) -> None:
    assert role_of(repo, split) == role


def test_both_names_of_a_moved_repository_are_known() -> None:
    known = catalogued()
    assert known["lmms-lab/VQAv2"] == known["lmms-lab-encoder/VQAv2"] == "vqav2"
