from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlmdata.errors import InputError
from vlmdata.io.paths import input_files, labels, marked, plain_part, readable


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.tar", "a.tar", "sub/c.TAR", "sub/d.txt", ".hidden/e.tar", ".f.tar"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def test_a_file_a_folder_a_pattern(tree: Path) -> None:
    assert list(input_files(tree / "sub/d.txt", (".tar",))) == ["d.txt"]
    assert list(input_files(tree, (".tar",))) == ["a.tar", "b.tar", "sub/c.TAR"]
    assert list(input_files(tree / "*.tar", (".tar",))) == ["a.tar", "b.tar"]
    assert input_files(tree / "**" / "*.txt", (".tar",)) == {"sub/d.txt": tree / "sub/d.txt"}
    assert plain_part(tree / "s*" / "c.tar") == tree


def test_nothing_there_says_what_is(tree: Path) -> None:
    for root, message in [
        (tree / "sub", "no .zip files"),
        (tree / "*.zip", "no file matches"),
        (tree / "c.tar", "no file or folder .*a.tar, b.tar, sub"),
        (tree / "x" / "y", "nor is there a folder"),
    ]:
        with pytest.raises(InputError, match=message):
            input_files(root, (".zip",))


@given(st.lists(st.text(min_size=1, max_size=80), unique=True, max_size=8))
def test_labels_are_short_and_differ(names: list[str]) -> None:
    found = labels(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,32}", label) for label in found.values())


def test_a_label_is_its_stem_where_that_is_enough() -> None:
    assert labels(["a/part-0.tar", "b/part-1.tar.gz"]) == {"a/part-0.tar": "part-0", "b/part-1.tar.gz": "part-1"}
    assert marked("word", "identity") == marked("word", "identity")
    assert readable("\udcff.jpg") == "\\xff.jpg"
