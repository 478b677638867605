from dataclasses import replace

from vlmdata.steps.group import Group
from vlmdata.types import Alternative, Annotation, Box, Choices, HFlip, ImagePart, License, RegionPart, TextPart


def grouped(ctx, *samples, window=1000):
    return list(Group(window=window).run(iter(samples), ctx))


def question(make, key, image="p", text="Q?", answer="A", picture=None, **fields):
    return make(("user", 0, text), ("assistant", answer), key=key, images=(picture(name=image),), **fields)


def test_turns_of_one_picture_stand_together_in_order_of_arrival(make, picture, ctx):
    samples = [question(make, f"{image}{n}", image, f"Q{n}?", picture=picture) for n in range(2) for image in "pq"]
    first, second = grouped(ctx, *samples)
    assert (first.key, second.key) == ("p0", "q0")
    assert [message.text for message in first.messages] == ["Q0?", "A", "Q1?", "A"]
    assert [part for message in first.messages for part in message.content].count(ImagePart(0)) == 1
    assert len(first.images) == 1
    assert [member["key"] for member in first.meta["members"]] == ["p0", "p1"]


def test_numbers_of_messages_move_along(make, picture, ctx):
    one = question(make, "a", picture=picture, choices=(Choices(0, ("x", "y"), 0),))
    two = question(make, "b", picture=picture, choices=(Choices(0, ("z",), 0),), alternatives=(Alternative(1, "B", 2),))
    (whole,) = grouped(ctx, one, two)
    assert [choice.message for choice in whole.choices] == [0, 2]
    assert whole.alternatives == (Alternative(3, "B", 2),)


def test_annotations_keep_apart_and_regions_follow(make, picture, ctx):
    here, there = Annotation(id="1", box=Box(0, 0, 1, 1)), Annotation(id="1", box=Box(5, 5, 9, 9))
    one, two, again = (
        make(("user", 0, "Where?"), ("assistant", ("1",)), key=key, images=(picture(),), annotations=(mark,))
        for key, mark in (("a", here), ("b", there), ("c", there))
    )
    (whole,) = grouped(ctx, one, two, again)
    assert whole.annotations == (here, replace(there, id="1-2"))
    regions = [part for message in whole.messages for part in message.content if isinstance(part, RegionPart)]
    assert regions == [RegionPart(("1",)), RegionPart(("1-2",)), RegionPart(("1-2",))]
    assert whole.spoken_of == {mark.id for mark in whole.annotations}


def test_captions_become_alternatives(make, picture, ctx):
    one, two = (make(("user", 0), ("assistant", text), key=text, images=(picture(),)) for text in ("cat", "pet"))
    (whole,) = grouped(ctx, one, replace(two, alternatives=(Alternative(1, "tom", 0.5),)))
    assert [message.text for message in whole.messages] == ["", "cat"]
    assert whole.alternatives == (Alternative(1, "pet"), Alternative(1, "tom", 0.5))


def test_a_caption_that_comes_late_stands_first(make, picture, ctx):
    asked = question(make, "a", picture=picture)
    caption = make(("user", 0), ("assistant", "A cat."), key="b", images=(picture(name="p"),))
    (whole,) = grouped(ctx, asked, caption, replace(caption, key="c"))
    assert whole.key == "a"
    assert whole.images == asked.images
    assert [message.text for message in whole.messages] == ["", "A cat.", "Q?", "A"]
    assert whole.messages[0].content == (ImagePart(0),)
    assert whole.alternatives == (Alternative(1, "A cat."),)


def test_tags_language_and_meta(make, picture, ctx):
    one = question(make, "a", picture=picture, tags=("vqa", "ocr"), language="en", meta={"set": 1, "id": 1})
    two = question(make, "b", picture=picture, tags=("chart", "vqa"), language="ja", meta={"set": 1, "id": 2})
    (whole,) = grouped(ctx, one, two)
    assert whole.tags == ("vqa", "ocr", "chart")
    assert whole.language is None
    assert whole.meta == {"set": 1, "members": [{"key": "a", "meta": {"id": 1}}, {"key": "b", "meta": {"id": 2}}]}


def test_what_differs_in_more_than_its_question_stays_apart(make, picture, ctx):
    base = question(make, "a", picture=picture)
    others = [
        question(make, "b", picture=picture, dataset="other"),
        question(make, "c", picture=picture, license=License(commercial="no")),
        question(make, "d", picture=picture, role="eval"),
        question(make, "e", picture=picture).transformed(HFlip(), 0),
        make(("system", "S"), ("user", 0, "Q?"), ("assistant", "A"), key="f", images=(picture(),)),
        make(("user", "Left ", 0, " or right?"), ("assistant", "A"), key="g", images=(picture(),)),
        make(("user", "text only"), ("assistant", "A"), key="h", sizes=[]),
        question(make, "i", "elsewhere", picture=picture),
    ]
    assert grouped(ctx, base, *others) == [base, *others]


def test_published_identity_counts_more_than_bytes(make, picture, ctx):
    one, two = (
        make(("user", 0, "Q?"), ("assistant", "A"), key=name, images=(picture(name=name, id="coco:1"),))
        for name in ("a", "b")
    )
    assert len(grouped(ctx, one, two)) == 1


def test_the_window_bounds_what_is_held_and_keeps_the_order(make, picture, ctx):
    taken = []

    def arriving():
        for number in range(50):
            taken.append(number)
            yield question(make, f"k{number}", f"p{number % 5}" if number < 40 else f"q{number}", picture=picture)

    run = Group(window=7).run(arriving(), ctx)
    first = next(run)
    assert len(taken) == 8
    rest = list(run)
    assert (first.key, len(first.messages)) == ("k0", 4)
    arrived = [int(sample.key[1:]) for sample in (first, *rest)]
    assert arrived == sorted(arrived)
    assert sum(len(sample.messages) // 2 for sample in (first, *rest)) == 50


def test_text_after_the_picture_reads_on(make, picture, ctx):
    one, two = (make(("user", "Q?", 0), ("assistant", "A"), key=key, images=(picture(),)) for key in ("a", "b"))
    (whole,) = grouped(ctx, one, two)
    assert whole.messages[2].content == (TextPart("Q?"),)
