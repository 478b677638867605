"""The order in which lines are read."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.models.ocr import Line, in_reading_order
from vlmdata.types import Box, Point


def order(lines):
    return [one.text for one in in_reading_order(lines)]


def table(line):
    """Three rows of three cells, a little out of line, not in order."""
    return [
        line(f"{row}{column}", 300 * column, 40 * row + 3 * column, 300 * column + 80, 40 * row + 20 + 3 * column)
        for column in (2, 0, 1)
        for row in (1, 2, 0)
    ]


def columns(line, count=2, pitch=30):
    """Columns of four long lines each, whose rows do not meet."""
    return [
        line(
            f"{column}{row}",
            300 * column,
            pitch * row + 11 * column,
            300 * column + 270,
            pitch * row + 20 + 11 * column,
        )
        for row in (3, 0, 2, 1)
        for column in range(count)
    ]


def test_rows_are_read_from_top_to_bottom_and_each_from_left_to_right(line):
    assert order(table(line)) == ["00", "01", "02", "10", "11", "12", "20", "21", "22"]


def test_columns_of_prose_are_read_one_after_the_other(line):
    assert order(columns(line)) == ["00", "01", "02", "03", "10", "11", "12", "13"]
    assert order(columns(line, count=3))[4:8] == ["10", "11", "12", "13"]


def test_a_title_and_a_footer_across_both_columns_stay_where_they_are(line):
    title, footer = line("title", 0, -60, 570, -30), line("footer", 200, 200, 400, 220)
    assert order([footer, *columns(line), title]) == ["title", *order(columns(line)), "footer"]


def test_pieces_of_one_line_that_touch_are_read_along_it(line):
    pieces = [line("MINE", 270, 98, 400, 130), line("FULL", 0, 101, 110, 129), line("SHOT", 105, 97, 280, 133)]
    assert order([line("next", 0, 125, 300, 155), *pieces]) == ["FULL", "SHOT", "MINE", "next"]


def test_a_large_word_beside_small_lines_comes_first(line):
    small = [line(f"small {row}", 300, 40 * row, 400, 40 * row + 20) for row in (2, 0, 1)]
    assert order([*small, line("LARGE", 0, 0, 280, 110)]) == ["LARGE", "small 0", "small 1", "small 2"]


def test_vertical_japanese_is_read_from_right_to_left(line):
    lines = [
        line(text, left, 10, left + 30, 260)
        for left, text in ((100, "三行目です"), (300, "一行目です"), (200, "二行目です"))
    ]
    assert order(lines) == ["一行目です", "二行目です", "三行目です"]


def test_tiers_of_vertical_japanese_are_read_one_after_the_other(line):
    tiers = [
        line(f"{tier}段{number}行目です", 300 - 40 * number, 300 * tier, 320 - 40 * number, 300 * tier + 260)
        for number in (2, 0, 1)
        for tier in (1, 0)
    ]
    assert [text[:3] for text in order(tiers)] == ["0段0", "0段1", "0段2", "1段0", "1段1", "1段2"]


def test_one_upright_word_among_lines_across_changes_nothing(line):
    lines = [line(f"a long line, number {row}", 60, 40 * row, 400, 40 * row + 24) for row in range(3)]
    spine = line("背表紙", 0, 0, 30, 110)
    assert order([*reversed(lines), spine]) == ["背表紙", *(one.text for one in lines)]


@given(degrees=st.floats(-8, 8), seed=st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_a_page_that_is_turned_a_little_is_read_as_the_straight_one(degrees, seed):
    def turned(point):
        angle = math.radians(degrees)
        return Point(
            point.x * math.cos(angle) - point.y * math.sin(angle), point.x * math.sin(angle) + point.y * math.cos(angle)
        )

    lines = []
    for row in range(5):
        for column, (left, right) in enumerate(((0, 60), (80, 700), (720, 790))):
            quad = tuple(turned(corner) for corner in Box(left, 40 * row, right, 40 * row + 25).corners)
            lines.append(Line(f"{row}{column}", quad, 1.0, ()))
    straight = [one.text for one in lines]
    seed.shuffle(lines)
    assert order(lines) == straight


BOXES = st.builds(
    lambda x, y, width, height: Box(x, y, x + width, y + height),
    *(st.integers(0, 500), st.integers(0, 500), st.integers(0, 300), st.integers(0, 100)),
)


@given(boxes=st.lists(BOXES, max_size=30), seed=st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_each_line_is_read_once_and_the_order_in_which_they_were_found_does_not_matter(boxes, seed):
    lines = [Line(f"line {number}", box.corners, 1.0, ()) for number, box in enumerate(dict.fromkeys(boxes))]
    before = order(lines)
    assert sorted(before) == sorted(one.text for one in lines)
    seed.shuffle(lines)
    assert [set_of(box, lines) for box in order(lines)] == [set_of(box, lines) for box in before]


def set_of(text, lines):
    """The place of a line by its name: lines at one place may change places."""
    return next(one.quad for one in lines if one.text == text)
