"""YAML as people mean it."""

from __future__ import annotations

import pytest

from vlmdata.errors import RecipeError
from vlmdata.io.yaml_text import parse


def test_every_value_knows_its_line() -> None:
    data, lines = parse("a: 1\nsteps:\n  - one\n  - two: {p: 0.5}\n", "r.yaml")
    assert data == {"a": 1, "steps": ["one", {"two": {"p": 0.5}}]}
    assert lines["a",] == 1
    assert lines["steps", 1] == 4
    assert lines["steps", 1, "two", "p"] == 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("1e-3", 0.001),
        ("1.5", 1.5),
        ("-2.5e+3", -2500.0),
        ("10", 10),
        ("512MB", "512MB"),
        ("1.2.3", "1.2.3"),
        ("~", None),
    ],
)
def test_words_and_numbers_are_what_they_look_like(text: str, value: object) -> None:
    data, _ = parse(f"x: {text}", "r.yaml")
    assert data == {"x": value}
    assert type(data["x"]) is type(value)


def test_a_key_given_twice_is_refused_with_both_lines() -> None:
    with pytest.raises(RecipeError, match=r"r\.yaml:3: 'a' is given twice, first in line 1"):
        parse("a: 1\nb: 2\na: 3\n", "r.yaml")
    with pytest.raises(RecipeError, match=r"r\.yaml:1: 'p' is given twice"):
        parse("x: {p: 1, p: 2}", "r.yaml")


def test_bad_yaml_names_its_line() -> None:
    with pytest.raises(RecipeError, match=r"r\.yaml:2: not valid YAML"):
        parse("a: 1\n b: : 2", "r.yaml")
    with pytest.raises(RecipeError, match="empty"):
        parse("# nothing\n", "r.yaml")


def test_code_in_yaml_is_refused() -> None:
    with pytest.raises(RecipeError, match="not valid YAML"):
        parse("a: !!python/object/apply:os.system ['true']", "r.yaml")


def test_keys_are_words_and_text_is_text() -> None:
    with pytest.raises(RecipeError, match=r"r\.yaml:2: a key is one word"):
        parse("a: 1\nname: {{x}}\n", "r.yaml")
    with pytest.raises(RecipeError, match=r"r\.yaml:2: not valid YAML: .*U\+0007"):
        parse("a: 1\nb: \x07\n", "r.yaml")
