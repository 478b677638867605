import random

import pytest

from vlmdata.steps.leaks.words import NGRAM, asked, ngrams, telling, weight, words_of

TEXT = "A man in a red coat walks his two small dogs along the river while it rains"


def test_words_are_without_case_and_punctuation():
    assert words_of("Don't touch: the RED-hot ½ stove!") == [
        "don",
        "t",
        "touch",
        "the",
        "red",
        "hot",
        "1",
        "2",
        "stove",
    ]
    assert words_of("図の２は what?") == ["図", "の", "2", "は", "what"]
    assert words_of("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]


def test_every_run_of_13_words_has_its_number():
    words = words_of(TEXT)
    found = list(ngrams(words))
    assert len(found) == len(words) - NGRAM + 1
    assert set(ngrams(words[2 : 2 + NGRAM])) == {found[2]}
    assert not list(ngrams(words[: NGRAM - 1]))


def test_a_run_is_found_wherever_it_stands():
    words = words_of(TEXT)
    around = words_of("What do you see here then " + TEXT + " and nothing else at all")
    assert set(ngrams(words)) <= set(ngrams(around))
    shuffled = random.Random(0).sample(words, len(words))
    assert not set(ngrams(words)) & set(ngrams(shuffled))


def test_letters_of_scripts_without_spaces_count_half():
    letters = "春眠不覺曉處處聞啼鳥夜來風雨聲花落知多少松下問童子言"
    assert len(letters) == 2 * NGRAM
    assert len(list(ngrams(words_of(letters)))) == 1
    assert not list(ngrams(words_of(letters[1:])))
    assert weight(words_of("red 花 car")) == 2.5


def test_telling_words_are_those_with_meaning():
    assert telling(words_of("What is the colour of the cars in this picture?")) == ("colour", "car")
    assert telling(words_of("A. 3 glass dogs")) == ("3", "glass", "dog")
    assert telling(words_of("紫の六角形はどの絵にありますか。")) == tuple("紫六角形絵")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Question: How many? Answer the question using a single word or phrase.", "How many?"),
        ("Please answer with the letter.", ""),
        ("Hint: there are two. How many?", "there are two. How many?"),
        ("图中有几只狗？请直接回答选项字母。", "图中有几只狗？"),
    ],
)
def test_the_form_of_an_answer_is_no_part_of_a_question(line, left):
    assert asked(line) == left
