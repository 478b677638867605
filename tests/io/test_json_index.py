from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlmdata.errors import BadRecord, InputError, StorageError
from vlmdata.io import json_stream
from vlmdata.io.digest import input_digest
from vlmdata.io.json_rows import JsonRows, is_list, row_object
from vlmdata.io.json_stream import list_elements, section_elements


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("VLMDATA_HOME", str(path))
    return path


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
plain = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@plain
@given(
    st.lists(values, max_size=6), st.sampled_from([None, 1]), st.booleans(), st.sampled_from([1, 3, 50]), st.booleans()
)
def test_elements_are_found_with_their_bytes(
    tmp_path: Path, data: list[Any], indent: int | None, ascii_only: bool, chunk: int, mark: bool
) -> None:
    path = tmp_path / "list.json"
    content = (b"\xef\xbb\xbf" if mark else b"") + json.dumps(data, indent=indent, ensure_ascii=ascii_only).encode(
        errors="surrogatepass"
    )
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        found = list(list_elements(path))
    assert [json.loads(element.raw) for element in found] == data
    assert [content[element.start : element.stop] for element in found] == [element.raw for element in found]


@plain
@given(st.dictionaries(st.text(alphabet="abc"), st.lists(st.integers(), max_size=4) | values), st.sampled_from([1, 7]))
def test_sections_of_an_object(tmp_path: Path, data: dict[str, Any], chunk: int) -> None:
    path = tmp_path / "object.json"
    path.write_text(json.dumps(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        found = [(section, json.loads(element.raw)) for section, element in section_elements(path)]
    assert found == [(name, item) for name, value in data.items() if isinstance(value, list) for item in value]


@plain
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.json"
    for content in (data, b"[" + data, b'{"a": [' + data):
        path.write_bytes(content)
        try:
            rows = JsonRows(path, input_digest(path))
        except InputError:
            continue
        found = list(rows.between(0, rows.rows))
        assert len(found) == rows.rows
        assert {_verdict(raw) for raw in found} <= {"row", "bad_json", "not_unicode", "not_an_object"}


def _verdict(raw: bytes) -> str:
    try:
        row_object(raw)
    except BadRecord as bad:
        return bad.reason
    return "row"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[1]", True),
        (b"\xef\xbb\xbf\n [", True),
        (b'{"a": 1}\n{"b": 2}', False),
        (b'{"a": 1}', False),
        (b"\n", False),
        (b"", False),
    ],
)
def test_lists_and_lines_are_told_apart(tmp_path: Path, content: bytes, expected: bool) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(content)
    assert is_list(path) == expected


def test_a_list_on_the_first_of_several_lines_is_a_bad_row(tmp_path: Path) -> None:
    lines, whole, pretty = (tmp_path / name for name in ("a.jsonl", "b.jsonl", "c.jsonl"))
    lines.write_text('[]\n{"a": 1}\n')
    whole.write_text('[{"a": 1}]\n')
    pretty.write_text('[\n{"a": 1}\n]')
    assert [is_list(path) for path in (lines, whole, pretty)] == [False, True, True]


def test_numbers_python_would_not_read_cost_their_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(f'[{{"a": {"9" * 5000}}}, {{"b": NaN}}, {{"c": 1e999}}, {{"d": {"[" * 500}{"]" * 500}}}]')
    rows = JsonRows(path, input_digest(path))
    first, second, third, fourth = rows.between(0, 4)
    with pytest.raises(BadRecord, match="bad_json"):
        row_object(first)
    assert row_object(second) == {"b": None}
    assert row_object(third) == {"c": float("inf")}
    assert "d" in row_object(fourth)


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text("[" * 200_000)
    with pytest.raises(InputError, match="nested too deep"):
        list(list_elements(path))


def test_an_element_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    monkeypatch.setattr(json_stream, "MAX_ELEMENT", 1000)
    path = tmp_path / "rows.json"
    path.write_text('[{"a": 1}, "' + "x" * 10_000)
    with pytest.raises(InputError, match=r"byte 11 .*larger than"):
        list(list_elements(path))


def test_an_index_is_made_once_and_left_whole(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n' * 700)
    rows = JsonRows(path, input_digest(path))
    assert rows.rows == 700
    (index,) = (home / "indexes").iterdir()
    before = index.stat().st_mtime_ns
    assert list(JsonRows(path, input_digest(path)).between(510, 514)) == [b'{"a": 1}\n'] * 4
    assert index.stat().st_mtime_ns == before
    index.write_bytes(b"torn")
    assert JsonRows(path, input_digest(path)).rows == 700


def test_many_may_make_one_index_at_the_same_time(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n' * 3000)
    digest = input_digest(path)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: JsonRows(path, digest).rows, range(8)))
    assert found == [3000] * 8
    assert len(list((home / "indexes").iterdir())) == 1


def test_a_failed_index_leaves_nothing(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"a": 1}, ')
    with pytest.raises(InputError):
        JsonRows(path, input_digest(path))
    assert list((home / "indexes").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.json"
    path.write_text("[{}]")
    monkeypatch.setenv("VLMDATA_HOME", str(path))
    with pytest.raises(StorageError, match="VLMDATA_HOME"):
        JsonRows(path, "digest")
