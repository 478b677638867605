import pytest

from vlmdata.models.ocr.languages import LANGUAGES, is_written


@pytest.mark.parametrize(
    ("character", "languages"),
    [
        ("a", {*LANGUAGES}),
        ("7", {*LANGUAGES}),
        ("…", {*LANGUAGES}),
        ("€", {*LANGUAGES}),
        ("é", {"de", "es", "fr", "it", "pt", "zh"}),
        ("ß", {"de", "es", "fr", "it", "pt"}),
        ("の", {"ja", "zh"}),
        ("駅", {"ja", "zh"}),
        ("东", {"zh"}),
        ("東", {"ja", "zh"}),
        ("°", {*LANGUAGES}),
        ("ə", set()),
        ("가", set()),
    ],
)
def test_each_language_has_its_letters_and_all_have_the_marks(character, languages):
    assert {language for language in LANGUAGES if is_written(character, [language])} == languages


def test_several_languages_have_the_letters_of_all():
    assert all(is_written(letter, ["fr", "ja"]) for letter in "éの")
