"""The program tesseract on real pixels."""

import shutil
import stat

import numpy as np
import pytest

from vlmdata.errors import BadRecord, MissingExtraError
from vlmdata.models.ocr.tesseract import Tesseract
from vlmdata.types import Box


def engine(*languages):
    try:
        return Tesseract(languages)
    except MissingExtraError as error:
        pytest.skip(str(error))


def test_english_is_read_by_words_where_they_stand(page):
    (line,) = engine("en").read(page((520, 120), (30, 30, "No parking here")))
    assert [word.text for word in line.words] == ["No", "parking", "here"]
    boxes = [Box.around(word.quad) for word in line.words]
    assert 25 < boxes[0].x1 < boxes[0].x2 < boxes[1].x1 < boxes[1].x2 < boxes[2].x1
    assert all(box.y1 > 30 and box.y2 < 95 for box in boxes)
    assert all(0.5 < word.score <= 1 for word in line.words)


def test_pieces_of_japanese_words_are_put_together(page):
    lines = engine("ja", "en").read(page((560, 200), (30, 30, "東京駅の本屋"), (30, 110, "図書館の朝市")))
    assert [line.text for line in lines] == ["東京駅の本屋", "図書館の朝市"]


def test_an_empty_picture_has_no_lines():
    assert engine("en").read(np.full((40, 3000, 3), 255, np.uint8)) == []
    assert engine("en").read(np.full((1, 1, 3), 255, np.uint8)) == []


def test_its_digest_knows_its_models():
    english, both = engine("en"), engine("en", "ja")
    assert english.digest(("en",)) == english.digest(("en",)) != both.digest(("en", "ja"))


def test_without_the_program_it_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for use in (Tesseract, Tesseract.digest):
        with pytest.raises(MissingExtraError, match="apt-get install tesseract-ocr-eng tesseract-ocr-jpn"):
            use(("en", "ja"))


def program(folder, script):
    """A program called tesseract that does as the script says."""
    path = folder / "tesseract"
    path.write_text(f"#!{shutil.which('sh')}\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


def test_without_a_model_it_says_how_to_install_it(monkeypatch, tmp_path):
    program(tmp_path, """echo 'List of available languages in "/usr/share/" (1):'; echo eng""")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtraError, match="lacks models for ja: apt-get install tesseract-ocr-jpn"):
        Tesseract(("en", "ja"))


def test_version_4_is_refused(monkeypatch, tmp_path):
    program(
        tmp_path, """case $1 in --version) echo tesseract 4.1.1;; *) echo 'List of available languages (1):';; esac"""
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtraError, match=r"needs tesseract 5, and here is tesseract 4\.1\.1"):
        Tesseract(("en",))


def test_a_program_that_fails_spoils_one_picture_only(monkeypatch, tmp_path):
    script = (
        """case $1 in --list-langs) echo 'List in "/usr/share/" (1):'; echo eng;; *) echo too bad >&2; exit 3;; esac"""
    )
    program(tmp_path, script)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadRecord, match="ocr_failed: too bad"):
        Tesseract(("en",)).read(np.zeros((9, 9, 3), np.uint8))
