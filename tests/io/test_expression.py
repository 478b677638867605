"""Conditions: what they mean, that tables and rows agree, and that mistakes are shown where they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.errors import UsageError
from vlmdata.io.expression import parse

ROW = {
    "width": 640,
    "height": 480,
    "similarity": 0.3,
    "name": "it's",
    "flag": True,
    "nothing": None,
    "tags": ["ocr", "chart"],
    "odd name": 1,
    "empty": [],
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("width >= 256 and similarity > 0.28", True),
        ("width < 640 or height = 480", True),
        ("width == 640 and height != 480", False),
        ("not width < 640", True),
        ("not flag", False),
        ("flag", True),
        ("flag == true", True),
        ("width / height > 1.3 and width / height < 1.4", True),
        ("7 / 2 = 3.5", True),
        ("2 + 3 * 4 = 14 and (2 + 3) * 4 = 20", True),
        ("10 - 3 - 2 = 5", True),
        ("-width < -639.5", True),
        ("true or false and false", True),
        ("(true or false) and false", False),
        ("width in (320, 640, 1e3)", True),
        ("width not in (320, 641)", True),
        ('name = "it\'s"', True),
        ("'ocr' in tags", True),
        ("'oc' in tags or 'table' in tags", False),
        ("'table' not in tags AND NOT 'map' IN tags", True),
        ("'x' in empty", False),
        ("`odd name` = 1", True),
        ("nothing is null and width is not null and absent is null", True),
        ("nothing > 3", None),
        ("nothing", None),
        ("not nothing > 3", None),
        ("nothing in (1, 2)", None),
        ("'a' in nothing", None),
        ("nothing + 1 > 3", None),
        ("nothing > 3 or width = 640", True),
        ("nothing and width = 1", False),
        ("width / 0 > 1", True),
    ],
)
def test_meaning(text, answer):
    assert parse(text).evaluate(ROW) is answer


@pytest.mark.parametrize(
    "text", ["name > 3", "flag = 1", "tags = 'ocr'", "width", "name + 1 > 2", "'a' in width", "not width", "huge > 1"]
)
def test_values_of_different_kinds_are_a_type_error(text):
    with pytest.raises(TypeError):
        parse(text).evaluate({**ROW, "huge": 2**70})


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", 1, "expected a value"),
        ("width >= and x", 10, "expected a value"),
        ("a > 'x", 5, "no meaning"),
        ("a & b", 3, "'&' has no meaning"),
        ("a < b < c", 7, "two values are compared at a time"),
        ("x == null", 6, "ask 'is null'"),
        ("x is 3", 6, "expected 'null'"),
        ("a b", 3, "expected 'and', 'or' or the end"),
        ("(a", 3, "expected '\\)'"),
        ("a in ()", 7, "expected a value"),
        ("a in tags", 6, "quoted text"),
        ("width + 2", 1, "expected a condition"),
        ("a > 1 and 5", 11, "expected a condition"),
        ("(a > 1) + 2 > 3", 2, "expected a value"),
        ("a > 1 and\n b >> 2", 15, "expected a value"),
        ("(" * 60, 52, "too deeply"),
        ("__import__('os')", 11, "expected 'and'"),
        ("a.b > 1", 2, "no meaning"),
    ],
)
def test_mistakes_are_shown_with_a_caret(text, place, said):
    with pytest.raises(UsageError, match=said) as caught:
        parse(text)
    lines = str(caught.value).splitlines()
    assert f"at character {place}" in lines[0]
    assert lines[2].index("^") - 4 == place - 1


def test_names_in_order_and_those_that_must_not_be_null():
    expression = parse("b > 1 and (a is null or c = 2) and b < 9")
    assert expression.names == ("b", "a", "c")
    assert expression.compared == ("b", "c")


def test_long_lists_do_not_exhaust_the_stack():
    numbers = ", ".join(str(number) for number in range(3000))
    assert parse(f"width in ({numbers})").evaluate({"width": 2999}) is True


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(NAMES, st.integers(-3, 3).map(lambda n: str(n) if n >= 0 else f"({n})"))
SUMS = st.recursive(VALUES, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner))
TESTS = st.one_of(
    st.builds("{} {} {}".format, SUMS, st.sampled_from(["<", "<=", "=", "!=", ">", ">="]), SUMS),
    st.builds("{} in ({}, {})".format, VALUES, VALUES, VALUES),
    st.builds("{} is null".format, NAMES),
    st.builds("'x' in tags".format),
    st.just("flag"),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)
NUMBERS = st.none() | st.integers(-3, 3)
ROWS = st.fixed_dictionaries(
    {
        "a": NUMBERS,
        "b": NUMBERS,
        "c": NUMBERS | st.sampled_from([0.5, 2.0]),
        "flag": st.none() | st.booleans(),
        "tags": st.none() | st.lists(st.sampled_from(["x", "y", "xy"]), max_size=2),
    }
)


def table_of(rows):
    import pyarrow as pa

    types = {
        "a": pa.int64(),
        "b": pa.int32(),
        "c": pa.float64(),
        "flag": pa.bool_(),
        "tags": pa.list_(pa.string()),
        "row": pa.int64(),
    }
    return pa.Table.from_pylist([{**row, "row": number} for number, row in enumerate(rows)], pa.schema(types))


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, st.lists(ROWS, min_size=1, max_size=5))
def test_a_table_keeps_the_rows_that_hold_one_by_one(text, rows):
    expression = parse(text)
    kept = table_of(rows).filter(expression.compute())["row"].to_pylist()
    assert kept == [number for number, row in enumerate(rows) if expression.evaluate(row)]
