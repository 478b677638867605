"""CSV, TSV, lists and JSON as tables: nothing vanishes, and every column has the type all its values have."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.errors import BadRecord, InputError
from vlmdata.io.table.convert import FAULT
from vlmdata.io.table.delimited import Fields, delimited
from vlmdata.io.table.files import table_files
from vlmdata.io.table.rows import table_rows

HEADER = "url,text\n"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(path: Path) -> list[dict[str, Any] | BadRecord]:
    (file,) = table_files(path).values()
    digest = file.digest()
    with file.opened(digest) as table:
        rows = table.metadata.num_rows
        return [row.values for row in table_rows(table, digest, range(rows), 0, rows)]


def types_of(path: Path) -> dict[str, str]:
    (file,) = table_files(path).values()
    with file.opened(file.digest()) as table:
        return {field.name: str(field.type) for field in table.schema_arrow if field.name != FAULT}


def fields_of(path: Path) -> list[Fields]:
    return list(delimited(path, path.suffix[1:]).rows())


def shown(fields: Fields) -> object:
    return fields.reason if isinstance(fields, BadRecord) else fields


FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_comes_back(rows: list[tuple[str, str, str]], end: str) -> None:
    import tempfile

    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["url", "text", "note"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        assert fields_of(write(Path(folder, "a.csv"), text.getvalue())) == [list(row) for row in rows]


def test_marks_ends_of_lines_and_quoted_newlines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '\ufeffurl,text\r\nhttp://a/1,"one, and\r\n""two"""\r\n\r\nhttp://a/2,\r\n')
    assert rows_of(path) == [{"url": "http://a/1", "text": 'one, and\r\n"two"'}, {"url": "http://a/2", "text": None}]


def test_a_malformed_line_costs_itself_alone(tmp_path: Path) -> None:
    lines = [
        b"http://a/1,fine",
        b"http://a/2,too,many",
        b"http://a/3",
        b'http://a/4,"never closed',
        b"http://a/5,caf\xe9",
        b'http://a/6,"closed" and more',
        b"http://a/7,fine",
    ]
    path = write(tmp_path / "a.csv", HEADER.encode() + b"\n".join(lines))
    assert [shown(fields) for fields in fields_of(path)] == [
        ["http://a/1", "fine"],
        "bad_row",
        "bad_row",
        "bad_row",
        "not_unicode",
        ["http://a/6", "closed and more"],
        ["http://a/7", "fine"],
    ]
    bad = rows_of(path)[1]
    assert isinstance(bad, BadRecord)
    assert (bad.reason, bad.detail) == ("bad_row", "3 fields where 2 are expected")


def test_texts_that_begin_with_a_quote_do_not_swallow_rows_of_a_tsv(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", 'text\turl\n"one\thttp://a/1\ntwo"\thttp://a/2\n"three" x\thttp://a/3\n')
    assert fields_of(path) == [['"one', "http://a/1"], ['two"', "http://a/2"], ['"three" x', "http://a/3"]]


def test_a_quote_that_is_never_closed_holds_little(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER + 'http://a/0,"open\n' + "http://a/1,x\n" * 40_000)
    found = fields_of(path)
    assert len(found) == 40_001
    assert shown(found[0]) == "bad_row"
    assert all(shown(fields) == ["http://a/1", "x"] for fields in found[1:])


def test_a_line_without_end_is_one_bad_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER + "http://a/1," + "x" * (3 << 20) + "\nhttp://a/2,y\n")
    assert [shown(fields) for fields in fields_of(path)] == ["bad_row", ["http://a/2", "y"]]


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("cc3m.tsv", "a dog\thttp://a/1\na cat\thttp://a/2\n", ("text", "url")),
        ("cc12m.tsv", "http://a/1\ta dog\nhttp://a/2\ta cat\n", ("url", "text")),
        ("list.txt", "http://a/1\nhttps://a/2\n", ("url",)),
        ("three.csv", "http://a/1,x,7\nhttps://a/2,y,8\n", ("url", "column_2", "column_3")),
    ],
)
def test_a_first_row_with_an_address_is_no_header(
    tmp_path: Path, name: str, content: str, names: tuple[str, ...]
) -> None:
    path = write(tmp_path / name, content)
    file = delimited(path, path.suffix[1:])
    assert file.names == names
    assert len(list(file.rows())) == 2


def test_columns_without_a_name_of_their_own(tmp_path: Path) -> None:
    assert delimited(write(tmp_path / "a.csv", ",url,url, x \n0,b,c,d\n"), "csv").names == (
        "column_1",
        "url",
        "url_3",
        "x",
    )


@pytest.mark.parametrize(("content", "message"), [(b"", "empty"), (b"caf\xe9,url\n", "cannot be read")])
def test_a_table_without_a_header_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        delimited(write(tmp_path / "a.csv", content), "csv")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-20", "", "9223372036854775807"], "int64"),
        (["1", "2.5", "1e-3", "nan", " 7 "], "double"),
        (["true", "False", ""], "bool"),
        (["1", "two"], "string"),
        (["007", "12"], "string"),
        (["9223372036854775808", "1"], "string"),
        (["12345678901234567890", "0.5"], "string"),
        (["", ""], "string"),
    ],
)
def test_a_column_has_the_type_of_all_its_values(tmp_path: Path, values: list[str], kind: str) -> None:
    path = write(tmp_path / "a.csv", "url,x\n" + "".join(f"http://a/{n},{value}\n" for n, value in enumerate(values)))
    assert types_of(path)["x"] == kind
    if kind == "string":
        assert [row["x"] for row in rows_of(path) if isinstance(row, dict)] == [value or None for value in values]


def test_types_are_told_by_the_whole_file(tmp_path: Path) -> None:
    lines = [f"http://a/{n},{n}" for n in range(20_000)]
    path = write(tmp_path / "a.csv", "\n".join(["url,width", *lines, "http://a/x,unknown"]))
    assert types_of(path)["width"] == "string"
    rows = rows_of(path)
    assert len(rows) == 20_001
    assert rows[12_345] == {"url": "http://a/12345", "width": "12345"}


def test_json_values_come_back_as_they_were(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"url": "http://a/1", "n": 1, "f": 1, "mixed": "x", "tags": ["a", None], "deep": {"a": [1, {"b": None}]}},
        {"url": "http://a/2", "n": None, "f": 2.5, "mixed": 3, "tags": [], "deep": ["x"], "late": True},
        {"url": "http://a/3", "deep": None, "big": 1 << 70},
    ]
    names = ["url", "n", "f", "mixed", "tags", "deep", "late", "big"]
    expected = [{name: row.get(name) for name in names} for row in rows]
    expected[1]["mixed"], expected[2]["big"] = "3", str(1 << 70)
    lines = write(tmp_path / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    whole = write(tmp_path / "b.json", json.dumps(rows, indent=1))
    assert rows_of(lines) == rows_of(whole) == expected
    assert types_of(lines)["n"] == "int64"
    assert types_of(lines)["f"] == "double"
    assert types_of(lines)["tags"].startswith("list<")


def test_a_bad_line_of_json_costs_itself(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", b'{"url": "http://a/1"}\n{"url": \n[1]\n{"url": "caf\xe9"}\n{"url": "http://a/2"}\n'
    )
    reasons = [row.reason if isinstance(row, BadRecord) else row["url"] for row in rows_of(path)]
    assert reasons == ["http://a/1", "bad_json", "not_an_object", "not_unicode", "http://a/2"]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst"])
def test_compressed_tables(tmp_path: Path, name: str) -> None:
    plain = (HEADER + "http://a/1,one\nhttp://a/2,two\n").encode()
    packed = gzip.compress(plain) if name.endswith("gz") else pa.compress(plain, "zstd", asbytes=True)
    assert [row["text"] for row in rows_of(write(tmp_path / name, packed)) if isinstance(row, dict)] == ["one", "two"]
    with pytest.raises(InputError, match="cut off"):
        rows_of(write(tmp_path / f"cut-{name}", packed[:-6]))
    with pytest.raises(InputError, match="is not"):
        rows_of(write(tmp_path / f"no-{name}", plain))


def test_names_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"known are \.parquet, \.csv"):
        table_files(write(tmp_path / "a.xlsx", "x"))
    with pytest.raises(InputError, match=r"has no \.parquet"):
        table_files(tmp_path)


def test_a_text_file_in_a_folder_of_tables_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "README.txt", "see http://a/")
    write(tmp_path / "one.csv", HEADER)
    assert list(table_files(tmp_path)) == ["one.csv"]
