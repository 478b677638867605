"""Which files are pieces of one archive."""

from __future__ import annotations

import pytest

from vlmdata.io.archive.parts import beginnings, disks, file_name, pieces, stem


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("a.zip.001", "a.zip.012"),
        ("a.tar.00", "a.tar.11"),
        ("a.tar.gz.aa", "a.tar.gz.bc"),
        ("a.tar.gz.part_aa", "a.tar.gz.part_bc"),
        ("a.zip_aa", "a.zip_bc"),
        ("http://h/d.zip.001/a.tgz.part-01?x=.zip.001", "http://h/d.zip.001/a.tgz.part-12?x=.zip.001"),
    ],
)
def test_pieces_follow_the_first(first: str, last: str) -> None:
    asked: list[str] = []

    def there(place: str) -> bool:
        asked.append(place)
        return asked[-2:-1] != [last]

    found = pieces(first, there)
    assert found[0] == first
    assert found[-1] == last
    assert len(set(found)) == len(asked)


@pytest.mark.parametrize("place", ["a.zip", "a.tar.gz", "a.tar.xz", "a.jpg.001", "a.zip.002", "a.tar.gz.ab", "a.001"])
def test_others_stand_alone(place: str) -> None:
    assert pieces(place, lambda _: True) == [place]


def test_the_last_pieces_have_none_after_them() -> None:
    assert len(pieces("a.zip.01", lambda _: True)) == 99
    assert len(pieces("a.tar.aa", lambda _: True)) == 26 * 26


def test_archives_among_files() -> None:
    names = [
        "a.zip",
        "b.z01",
        "b.z02",
        "b.zip",
        "c.tar.000",
        "c.tar.001",
        "d.zip.001",
        "d.zip.002",
        "e.tgz.aa",
        "e.tgz.ab",
    ]
    assert beginnings(names) == ["a.zip", "b.zip", "c.tar.000", "d.zip.001", "e.tgz.aa"]
    assert disks("http://h/b.zip?k=v", 3) == ["http://h/b.z01?k=v", "http://h/b.z02?k=v", "http://h/b.zip?k=v"]


@pytest.mark.parametrize(
    ("place", "name", "word"),
    [
        ("dir/v1.0.tar.gz.aa", "v1.0.tar.gz.aa", "v1.0"),
        ("https://h/dir/a.ZIP?download=true#x/y.zip", "a.ZIP", "a"),
        ("what? #1.zip", "what? #1.zip", "what? #1"),
    ],
)
def test_names_of_archives(place: str, name: str, word: str) -> None:
    assert (file_name(place), stem(place)) == (name, word)
