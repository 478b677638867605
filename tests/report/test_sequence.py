"""What is trained is told apart from what is not, whatever the length."""

from __future__ import annotations

from collections.abc import Callable

from tests.report.conftest import Page, manifest, record
from vlmdata.report.sequence import sequence
from vlmdata.types import IGNORED


def spans(*pieces: tuple[str, str]) -> dict[str, object]:
    text, found = "", []
    for kind, words in pieces:
        found.append({"start": len(text), "end": len(text) + len(words), "kind": kind})
        text += words
    return {"text": text, "spans": found}


def test_a_sample_that_was_not_rendered_has_none() -> None:
    assert sequence(record()) is None
    assert sequence(record(text=None, spans=[], input_ids=[], labels=[])) is None


def test_spans_are_shown_by_kind(page: Callable[..., Page]) -> None:
    row = record(**spans(("context", "USER: "), ("image", "<image>"), ("context", "\nA? "), ("trained", "B.</s>")))
    shown = page(manifest(), row)
    found = sequence(row)
    assert found is not None
    assert [(one.kind, one.text) for one in found.stretches] == [
        ("context", "USER: "), ("image", "<image>"), ("context", "\nA? "), ("trained", "B.</s>"),
    ]  # fmt: skip
    assert "USER: <image> A? B.</s>" in shown.text.replace("  ", " ")
    assert len(shown.attributes("mark")) == 2
    assert "tokens" not in shown.text


def test_long_spans_keep_their_ends() -> None:
    found = sequence(record(**spans(("trained", "a" * 1000 + "END"), ("image", "<image>" * 576))))
    assert found is not None
    answer, image = found.stretches
    assert answer.end.endswith("END")
    assert len(answer.text) + answer.between + len(answer.end) == 1003
    assert (len(image.text) + image.between, image.end) == (7 * 576, "")


def test_tokens_are_counted_by_kind_and_in_runs() -> None:
    row = record(
        input_ids=[5, 6, 7, 8, 0], labels=[IGNORED, 6, 7, IGNORED, IGNORED], attention_mask=[1, 1, 1, 1, 0],
        sequence_lengths=[3, 1],
    )  # fmt: skip
    found = sequence(row)
    assert found is not None
    assert found.tokens == {"trained": 2, "context": 2, "padding": 1}
    assert found.runs == (("context", 1), ("trained", 2), ("context", 1), ("padding", 1))
    assert (found.length, found.packed, found.stretches) == (5, 2, ())


def test_more_runs_than_can_be_seen_are_not_drawn() -> None:
    labels = [IGNORED, 1] * 400
    found = sequence(record(input_ids=[1] * 800, labels=labels, attention_mask=[1] * 800))
    assert found is not None
    assert (found.runs, found.tokens["trained"]) == ((), 400)
