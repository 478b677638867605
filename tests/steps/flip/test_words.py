"""Words in any surroundings: what is swapped comes back, and what public code got wrong stands."""

from __future__ import annotations

import inspect
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.steps.flip.conftest import Mirror
from vlmdata.steps.flip import hflip, vflip
from vlmdata.steps.flip.english.otherwise import CORRECT_OR_DUE, EXACTLY, LEFT
from vlmdata.steps.flip.english.reader import OTHER_WORDS, SHORT, TWINS
from vlmdata.steps.flip.english.sides import SIDES
from vlmdata.steps.flip.findings import Scene, read, swapped
from vlmdata.steps.flip.gates import text_obstacle

_BEFORE = ("A dog lies on the ", "to the ", "His ", "The upper ", "From ", "turning ", "", "two are ", "He ", "all ")
_AFTER = (
    "",
    ".",
    " side",
    " hand",
    " of the tree",
    " cup is red",
    " behind it",
    ", and more",
    " the room",
    "most",
    "-hand",
)
_AHEAD = ("犬の", "画面", "", "写真の", "彼は", "最も", "証", "五")
_BEHIND = ("", "側", "手を上げる", "の人", "から二番目", "官", "衛門", "京区", "上", "に", "往")


PLAIN = Scene()


def in_mirror(text: str, scene: Scene = PLAIN) -> str | None:
    """The text in a mirror; None where a word of it cannot be placed."""
    findings = list(read(text, scene, hflip.READERS))
    return None if any(one.verdict == "refuse" for one in findings) else swapped(text, findings)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(_BEFORE), st.sampled_from(sorted(TWINS | SHORT)), st.sampled_from(_AFTER)),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([str, str.upper, str.capitalize]),
    st.booleans(),
)
def test_twice_mirrored_english_is_as_it_was(parts, cased, grounding):  # type: ignore[no-untyped-def]
    text = cased(". ".join("".join(part) for part in parts))
    scene = Scene(grounding=grounding, aerial=True)
    once = in_mirror(text, scene)
    twice = None if once is None else in_mirror(once, scene)
    assert twice in (None, text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(_AHEAD), st.sampled_from(["左", "右", "ひだり", "みぎ"]), st.sampled_from(_BEHIND)),
        min_size=1,
        max_size=3,
    )
)
def test_twice_mirrored_japanese_is_as_it_was(parts):  # type: ignore[no-untyped-def]
    text = "。".join("".join(part) for part in parts)
    once = in_mirror(text)
    twice = None if once is None else in_mirror(once)
    assert twice in (None, text)


@pytest.mark.parametrize("word", sorted(TWINS))
def test_every_word_of_the_lexicon_is_swapped_and_comes_back(word: str) -> None:
    sentence = "{} side of the dog" if word in ("left", "right") else "{} dog"
    for cased in (str, str.capitalize, str.upper):
        text = cased(sentence.format(word))
        once = in_mirror(text)
        assert once == cased(sentence.format(TWINS[word]))
        assert in_mirror(once) == text


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(["left", "右", "Right"]))
def test_no_surroundings_hide_a_word_that_stands_alone(text: str, word: str) -> None:
    assert list(read(f"{text} {word} {text}", Scene(), hflip.READERS)) != []


@pytest.mark.parametrize(
    "word",
    [
        "bright", "upright", "copyright", "playwright", "frightened", "cleft", "alright", "birthright", "wright",
        "outright", "downright", "theft", "Easter", "Westminster", "seconds", "port city", *sorted(OTHER_WORDS),
    ],
)  # fmt: skip
def test_parts_of_other_words_are_let_alone(word: str) -> None:
    assert in_mirror(f"a {word} dog") == f"a {word} dog"


def test_every_rule_is_in_the_documents() -> None:
    documented = inspect.getdoc(hflip.HFlipAugment) or ""
    names = {rule.name for rule in (*SIDES, *LEFT, *EXACTLY, *CORRECT_OR_DUE)}
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", documented)] == []


def test_both_sides_of_a_sentence_are_swapped_at_once(mirror: Mirror) -> None:
    assert mirror("The left cup and the right cup.") == ["The right cup and the left cup."]
    assert mirror("LEFT of the dog, Left of the cat.") == ["RIGHT of the dog, Right of the cat."]


NAMES = """
    左右田 五右衛門 石川五右衛門 吉右衛門 左衛門 与左エ門 左近 右近 左京 右京 左門 右門 左内 左千夫 左沢線 左右吉
    左官 左遷 左様 座右の銘 右往左往 左大臣 右大臣 極左 極右 証左 左派 右派 土左衛門 右田 左古 左海 左貫 左織
    右城 右山 右松 右子 左妻 左合 左川 右左口峠 右手峠 左手子 左富士 右の沢 左ノ沢 左升 右籾 伝右 俊右 洋右 見左
    渚左 左入 左礫 右会津川 北右田 市谷左内 佐左木
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_japanese_names_and_sayings_are_never_swapped(name: str) -> None:
    for text in (name, f"{name}です。", f"{name}の写真", f"{name}に行く。", f"古い{name}があります。"):
        assert in_mirror(text) in (None, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("What does the sign say?", "reading"),
        ("看板に何と書いてありますか。", "reading"),
        ('It is called "Joe"', "quoted"),
        ("「犬」", "quoted"),
        ("It is 'open' today", "quoted"),
        ("at [0.1, 0.2, 0.3, 0.4]", "coordinates"),
        ("(12,40)", "coordinates"),
        ("1, 2, 3, 4", "coordinates"),
        ("<box>", "coordinates"),
        ("<|box_start|>", "coordinates"),
        ("кот на столе", "language"),
        ("왼쪽 사람", "language"),
        ("a chest x-ray", "subject"),
        ("棒グラフです。", "subject"),
        ("a man reading a newspaper", None),
        ("answer the question using a single word or phrase.", None),
        ("answer with the option's letter from the given choices directly.", None),
        ("they're here, the dog's bowl", None),
    ],
)
def test_other_reasons_not_to_mirror(text: str, reason: str | None) -> None:
    assert text_obstacle(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "1" * 20_000, "[1" + " " * 20_000, "'a " * 5_000, "[1, " * 5_000, "3, " * 20_000, "left " * 2_000,
        "the right " * 2_000, "左" * 2_000, "on the " * 5_000 + "right", "first " * 2_000, "two of " * 3_000 + "left",
    ],
    ids=lambda text: f"{text[:8]}{len(text)}",
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    text_obstacle(text)
    list(read(text, Scene(grounding=True), (*hflip.READERS, *vflip.READERS)))
    assert time.process_time() - began < 10
