"""TSV rows by number, whatever their cells hold."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.digest import input_digest
from vlmdata.io.tsv_rows import TsvRows


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLMDATA_HOME", str(tmp_path_factory.mktemp("home")))


def read(path: Path, data: bytes) -> tuple[TsvRows, list[object]]:
    path.write_bytes(data)
    rows = TsvRows(path, input_digest(path))
    found = [str(row) if isinstance(row, BadRecord) else row for row in rows.between(0, rows.rows)]
    return rows, list(found)


def test_cells_may_hold_tabs_newlines_and_quotes(tmp_path: Path) -> None:
    rows, found = read(tmp_path / "a.tsv", b'a\tb\n"one\ttab"\t"two\nlines"\n"say ""hi"""\tplain "quote"\n')
    assert rows.names == ("a", "b")
    assert found == [["one\ttab", "two\nlines"], ['say "hi"', 'plain "quote"']]


def test_a_cell_of_megabytes_is_read(tmp_path: Path) -> None:
    _, found = read(tmp_path / "a.tsv", b"a\tb\n1\t" + b"A" * 3_000_000 + b"\n2\tx\n")
    assert [len(row[1]) for row in found if isinstance(row, list)] == [3_000_000, 1]


def test_a_quote_that_is_not_closed_swallows_no_row(tmp_path: Path) -> None:
    _, found = read(tmp_path / "a.tsv", b'a\tb\n"open\t1\nplain\t2\nother"\t3\n"\t4\n')
    assert found == [['"open', "1"], ["plain", "2"], ['other"', "3"], ['"', "4"]]


def test_a_row_with_another_number_of_cells_costs_itself(tmp_path: Path) -> None:
    _, found = read(tmp_path / "a.tsv", b"a\tb\n1\t2\n1\n1\t2\t3\n\xff\t2\n3\t4")
    assert found == [
        ["1", "2"],
        "bad_row: 1 cells where 2 are expected",
        "bad_row: 3 cells where 2 are expected",
        "not_unicode: its bytes are not UTF-8",
        ["3", "4"],
    ]


def test_a_mark_blank_lines_and_windows_line_ends_are_no_cells(tmp_path: Path) -> None:
    rows, found = read(tmp_path / "a.tsv", b"\xef\xbb\xbfa\tb\r\n\r\n1\t2\r\n\n3\t4\r\n")
    assert rows.names == ("a", "b")
    assert found == [["1", "2"], ["3", "4"]]


def test_a_column_that_comes_again_bears_its_number(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.tsv", b"a\t a\tb\n")
    assert rows.names == ("a", "a_1", "b")
    assert rows.rows == 0


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the names of its columns"):
        read(tmp_path / "a.tsv", b"")


def test_the_last_cell_may_have_several_lines(tmp_path: Path) -> None:
    _, found = read(tmp_path / "a.tsv", b'a\tb\n1\t"two\nlines"\n2\tx\n')
    assert found == [["1", "two\nlines"], ["2", "x"]]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\t"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=8))
def test_what_csv_writes_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerows([("a", "b", "c"), *rows])
    _, found = read(tmp_path_factory.mktemp("rows") / "a.tsv", text.getvalue().encode())
    assert found == [list(row) for row in rows]


def test_rows_can_be_read_in_any_range(tmp_path: Path) -> None:
    data = b"a\n" + b"".join(b'"%d\n"\n' % number for number in range(700))
    rows, found = read(tmp_path / "a.tsv", data)
    assert rows.rows == 700
    assert list(rows.between(510, 515)) == found[510:515]
