"""Texts with pictures as ids: what is tokenized together, and where a text may end."""

from __future__ import annotations

from vlmdata.models.chat.spans import Spanned
from vlmdata.models.tokens.encoded import Encoded, encode
from vlmdata.models.tokens.tokenizer import TextTokenizer
from vlmdata.types import Rendered, Span

FAKE = "<fake_token_around_image>"


def rendered(*pieces: str) -> Rendered:
    """``<image>`` is a picture, the rest context."""
    text = Spanned()
    for piece in pieces:
        text.add(piece, "image" if piece == "<image>" else "context")
    return text.rendered()


def test_a_text_is_tokenized_as_a_whole(tokenizer: TextTokenizer) -> None:
    encoded = encode(tokenizer, rendered("a", "<image>", "\n", "b", "<image>"), ["\n<image>\n", "<image>"])
    assert encoded.text == "a\n<image>\n\nb<image>"
    assert (encoded.ids, encoded.offsets) == tokenizer.encode(encoded.text)
    assert [encoded.text[span.start : span.end] for span in encoded.spans if span.kind == "image"] == [
        "\n<image>\n",
        "<image>",
    ]


def test_around_ids_texts_are_tokenized_by_themselves(tokenizer: TextTokenizer) -> None:
    encoded = encode(tokenizer, rendered("a b", "<image>", "\nis", "<image>", "<image>"), [(-1, -1), (-2,), (-3,)])
    first, second = tokenizer.encode("a b")[0], tokenizer.encode("\nis")[0]
    assert encoded.ids == [*first, -1, -1, *second, -2, -3]
    assert encoded.offsets[len(first)] == encoded.offsets[len(first) + 1] == (3, 10)
    assert encoded.offsets[-1] == (20, 27)
    assert [encoded.ids[number] for number, shown in enumerate(encoded.pictured) if shown] == [-1, -1, -2, -3]


def test_a_mark_stands_once_where_two_pictures_meet(of_bytes: TextTokenizer) -> None:
    run = f"{FAKE}<image>{FAKE}"
    encoded = encode(of_bytes, rendered("<image>", "<image>", " ", "<image>"), [run] * 3, once=FAKE)
    assert encoded.text == f"{FAKE}<image>{FAKE}<image>{FAKE} {run}"
    assert [span.kind for span in encoded.spans] == ["image", "image", "context", "image"]


def test_a_cut_keeps_pictures_and_characters_whole() -> None:
    spans = (Span(0, 1, "context"), Span(1, 2, "image"), Span(2, 4, "trained"))
    # One token, two of the picture, two of a character, one.
    offsets = [(0, 1), (1, 2), (1, 2), (2, 3), (2, 3), (3, 4)]
    encoded = Encoded("aPbc", spans, [1, 2, 3, 4, 5, 6], offsets)
    assert [encoded.cut(most) for most in range(-1, 8)] == [0, 0, 0, 0, 3, 3, 5, 6, 6]


def test_the_last_span_says_whether_an_end_is_trained(of_bytes: TextTokenizer) -> None:
    assert not encode(of_bytes, rendered("a"), ()).ends_trained
    assert encode(of_bytes, Rendered("a", (Span(0, 1, "trained"),)), ()).ends_trained
    assert not encode(of_bytes, Rendered("", ()), ()).ends_trained
