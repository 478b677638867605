from vlmdata.steps.leaks.question import questions, told
from vlmdata.types import Alternative, Choices

LONG = "Which of the two red buses near the old stone bridge will reach the crowded market square first?"


def one(sample):
    (found,) = questions(sample)
    return found


def test_a_short_question_is_not_specific(make):
    found = one(make(("user", 0, "What is this?"), ("assistant", "A dog.")))
    assert found.stem is None
    assert (found.specific, found.ngrams) == ((), ())
    found = one(make(("user", 0, "What colour is the car?"), ("assistant", "Red")))
    assert found.stem is not None
    assert (found.specific, found.ngrams) == ((), ())


def test_a_long_question_is_the_same_in_slightly_other_words(make):
    first = one(make(("user", 0, LONG)))
    assert first.specific
    assert first.ngrams
    again = one(make(("user", "Question: " + LONG.replace("Which of the", "what of these") + "\nAnswer shortly.")))
    assert again.stem == first.stem
    assert set(again.specific) & set(first.specific)
    other = one(make(("user", 0, LONG.replace("red", "blue"))))
    assert not set(other.specific) & set(first.specific)


def test_options_make_a_short_question_specific_in_any_order(make):
    asked = "What is the dog doing?"
    options = ("chasing a yellow ball", "sleeping under the table", "eating green grass")
    lines = "".join(f"\n{letter}. {option}" for letter, option in zip("ABC", options, strict=True))
    first = one(make(("user", 0, asked + lines), choices=(Choices(0, options),)))
    turned = "".join(f"\n({letter}) {option}" for letter, option in zip("ABC", options[::-1], strict=True))
    again = one(make(("user", 0, asked + turned + "\nAnswer with the letter.")))
    assert len(first.specific) == 1
    assert again.specific == first.specific
    assert again.stem == first.stem == one(make(("user", 0, asked))).stem


def test_lines_of_a_dialogue_are_no_options(make):
    dialogue = "What comes next?\nA: Northward Airways, good morning\nB: Yes, do you have flights\nA: To Sydney we do"
    options = "What comes next?\nA: Northward Airways, good morning\nB: Yes, do you have flights"
    assert one(make(("user", dialogue))).stem != one(make(("user", options))).stem


def test_an_answer_makes_a_short_question_specific(make):
    asked, said = "Why does the man run?", "He wants to catch the last train to Edinburgh before midnight."
    first = one(make(("user", 0, asked), ("assistant", said)))
    assert len(first.specific) == 1
    assert one(make(("user", asked), ("assistant", said.upper()))).specific == first.specific
    several = one(make(("user", asked), ("assistant", "To be fit."), alternatives=(Alternative(1, said),)))
    assert several.specific == first.specific


def test_the_letter_of_an_answer_stands_for_its_option(make):
    asked = "Why does the man run so very fast through heavy rain?\nA. {}\nB. {}"
    first = one(make(("user", asked.format("to catch trains", "for fun")), ("assistant", "A")))
    again = one(make(("user", asked.format("for fun", "to catch trains")), ("assistant", "(B)")))
    assert first.specific == again.specific
    assert len(first.specific) == 2


def test_documents_are_looked_at_and_answers_apart(make):
    sample = make(("document", LONG, 0), ("system", LONG), sizes=[(9, 9)])
    assert len(list(questions(sample))) == 1
    talk = make(("user", "Tell me."), ("assistant", LONG))
    assert [found.ngrams for found in told(talk)] == [one(make(("user", LONG))).ngrams]
