"""What a mirror makes of sentences, none of which may come out wrong: ``english.yaml`` and ``japanese.yaml``."""

from __future__ import annotations

import pytest

from tests.steps.flip.conftest import LANGUAGES, Mirror, sentences

FILES = pytest.mark.parametrize("name", sorted(LANGUAGES))
ENOUGH = {"english": 180, "japanese": 120}
PLAIN_AND_SWAPPED = 0.9


def expected(half: dict[str, list[object]]) -> list[tuple[tuple[str, ...], list[str] | None]]:
    """Texts, and what must be said of the mirrored picture; None where the picture must not be mirrored."""
    cases: list[tuple[tuple[str, ...], list[str] | None]] = []
    cases += [((text,), [twin]) for text, twin in half["swap"].items()]  # type: ignore[attr-defined]
    cases += [((str(text),), [str(text)]) for text in half["same"]]
    cases += [((str(text),), None) for text in half["refuse"]]
    for asked, answered, *twins in half["asked"]:  # type: ignore[misc]
        cases.append(((asked, answered), None if twins == ["refuse"] else twins))
    return cases


@FILES
def test_no_sentence_comes_out_wrong(name: str, mirror: Mirror) -> None:
    """Mirrored with its own text and nothing else; to be left alone instead is not wrong."""
    cases = [case for half in sentences(name).values() for case in expected(half)]
    assert len({texts for texts, _ in cases}) == len(cases) >= ENOUGH[name]
    wrong = []
    for texts, twins in cases:
        said = mirror(*texts, language=LANGUAGES[name])
        if said is not None and said != twins:
            wrong.append((texts, said))
    assert wrong == []


@FILES
def test_plain_directions_are_swapped(name: str, mirror: Mirror) -> None:
    plain = [pair for half in sentences(name).values() for pair in half["swap"].items()]
    swapped = [mirror(text, language=LANGUAGES[name]) == [twin] for text, twin in plain]
    assert sum(swapped) >= PLAIN_AND_SWAPPED * len(plain)
    assert len(plain) >= 70


@FILES
def test_most_words_that_only_look_like_directions_stand(name: str, mirror: Mirror) -> None:
    texts = [text for half in sentences(name).values() for text in half["same"]]
    assert sum(mirror(text, language=LANGUAGES[name]) == [text] for text in texts) >= 0.9 * len(texts)


@FILES
def test_a_mirror_of_the_mirror_says_the_same(name: str, mirror: Mirror) -> None:
    plain = [pair for half in sentences(name).values() for pair in half["swap"].items()]
    backs = [(text, mirror(twin, language=LANGUAGES[name])) for text, twin in plain]
    assert [(text, back) for text, back in backs if back not in (None, [text])] == []
    assert sum(back is not None for _, back in backs) >= PLAIN_AND_SWAPPED * len(plain)


@FILES
def test_nothing_is_swapped_where_texts_are_only_to_be_refused(name: str, mirror: Mirror) -> None:
    from vlmdata.steps.flip import HFlipAugment

    plain = [text for half in sentences(name).values() for text in half["swap"]]
    step = HFlipAugment(p=1, policy="refuse")
    assert [text for text in plain if mirror(text, step=step, language=LANGUAGES[name]) is not None] == []
