"""The Japanese pages say what the English ones do: the same headings, blocks of code, links and figures."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import blocks, prose, text_of

PAIRS = {"README.md": "README.ja.md", "docs/quickstart.md": "docs/quickstart.ja.md"}


@pytest.mark.parametrize("english", PAIRS)
def test_headings_are_at_the_same_places(english: str) -> None:
    assert _levels(PAIRS[english]) == _levels(english)


def _levels(page: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(text_of(page)), re.MULTILINE)]


@pytest.mark.parametrize("english", PAIRS)
def test_blocks_of_code_differ_in_their_comments_alone(english: str) -> None:
    assert _code(PAIRS[english]) == _code(english)


def _code(page: str) -> list[str]:
    return [re.sub(r"[ \t]+# .*", "", block) for block in blocks(text_of(page), "", "sh", "yaml", "python")]


@pytest.mark.parametrize("english", PAIRS)
def test_tables_have_the_same_rows_figures_and_names(english: str) -> None:
    assert _rows(PAIRS[english]) == _rows(english)


def _rows(page: str) -> list[list[tuple[list[str], list[str]]]]:
    """Of each cell the numbers and the words in code, in any order: languages differ in it."""
    lines = [line for line in prose(text_of(page)).splitlines() if line.startswith("|")]
    return [
        [(sorted(re.findall(r"\d+(?:[.,]\d+)*", one)), sorted(re.findall(r"`[^`]*`", one))) for one in line.split("|")]
        for line in lines
    ]


@pytest.mark.parametrize("english", PAIRS)
def test_sections_have_the_same_figures_and_names(english: str) -> None:
    assert list(map(_facts, _sections(PAIRS[english]))) == list(map(_facts, _sections(english)))


def _sections(page: str) -> list[str]:
    return re.split(r"^#+ .*$", prose(text_of(page)), flags=re.MULTILINE)


def _facts(text: str) -> tuple[list[str], list[str]]:
    """Numbers with a point, a comma, or several digits; names in code."""
    numbers = [one for one in re.findall(r"\d+(?:[.,]\d+)*", text) if len(one) > 1]
    return sorted(numbers), sorted(set(re.findall(r"`[^`]*`", text)))


@pytest.mark.parametrize("english", PAIRS)
def test_every_link_is_there_too(english: str) -> None:
    missing = {link for link in _links(english) - _links(PAIRS[english]) if not link.endswith(".ja.md")}
    assert not missing


def _links(page: str) -> set[str]:
    return set(re.findall(r"\]\(([^)]+)\)", prose(text_of(page))))
