"""The pictures of the docs are drawn by the steps: each does something, and talks end as the docs say."""

from __future__ import annotations

import pytest

from docs.draw import STEPS, TALKS, applied, rendered, said, talk


@pytest.mark.parametrize("step", STEPS)
def test_every_step_shown_changes_the_picture(step: str) -> None:
    before, after = talk(), applied(step, talk())
    assert after != before
    assert len(rendered(after)) == max(1, len(after.images[0].layout.views))


def test_what_is_said_is_what_the_docs_say() -> None:
    after = [applied("augment.hflip: {p: 1}", talk(question, answer, language)) for language, question, answer in TALKS]
    assert said(after[0]).endswith("On the right, above the dog on the left. Its right ear hangs out of the window.")
    assert said(after[1]).endswith("右上にあります。左下にもう一つあります。")
    assert said(after[2]) == "What is left on the rope? Nothing is left on it."
    assert [bool(one.images[0].edits) for one in after] == [True, True, True, False]
