"""Samples in the terminal: readable, cut, harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Here
from vlmdata.engine.run import Where, preprocess
from vlmdata.recipe import parsed

Show = Callable[..., str]


@pytest.fixture
def show(here: Here, tmp_path: Path) -> Show:
    """What `inspect` says of one picture with this caption."""

    def run(caption: str, *words: str) -> str:
        (tmp_path / "photos").mkdir()
        Image.new("RGB", (64, 48), "red").save(tmp_path / "photos" / "red.png")
        (tmp_path / "photos" / "red.txt").write_text(caption)
        recipe = "version: 1\nname: one\ninputs: [{path: photos, format: imagefolder}]\n"
        preprocess(parsed(recipe, "r.yaml", tmp_path), tmp_path / "one", Where())
        code, out, err = here("inspect", "one", *words)
        assert (code, err) == (0, "")
        return out

    return run


def test_a_sample_with_boxes_tiles_and_turns(here: Here, finished: Path) -> None:
    code, out, _ = here("inspect", finished, "--key", "shapes-train-000042")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].endswith("shapes-train-000042")
    assert "  from       shapes train train#42; CC0-1.0" in lines
    assert "             llava-next: global 336×336, 4 × tile 336×336" in lines
    assert "  user       <image 0>Is the green hexagon below the black hexagon?" in lines
    (mark,) = (line for line in lines if "yellow heart" in line)
    assert mark.startswith("  a0         yellow heart  box 177 159 315 270")


def test_a_dropped_sample_says_where_and_why(here: Here, finished: Path) -> None:
    code, out, _ = here("inspect", finished, "--dropped", "--reason", "truncated", "--limit", 1)
    assert code == 0
    assert "  dropped    clean.image, truncated: image/jpeg: Premature end of JPEG file\n" in out
    assert "  from       train#7\n" in out


def test_a_hostile_caption_is_shown_and_does_nothing(show: Show) -> None:
    out = show("\x1b]0;owned\x07\x1b[2J\x1b[8mhidden\u202e[bold red]markup[/]")
    assert "\\x1b]0;owned\\x07\\x1b[2J\\x1b[8mhidden\\u202e[bold red]markup[/]" in out.replace("\n" + " " * 13, "")
    assert not {"\x1b", "\x07", "\u202e"} & set(out.replace("\x1b[1m", "").replace("\x1b[0m", ""))


def test_a_long_caption_is_cut_unless_asked_for(show: Show, here: Here) -> None:
    out = show("many words " * 300)
    assert out.count("many words") < 100
    assert " …\n" in out
    assert here("inspect", "one", "--full")[1].count("many words") >= 250


def test_json_holds_the_text_as_it_is(show: Show) -> None:
    (row,) = json.loads(show("\x1b[31mred", "--json"))
    assert row["messages"][-1]["content"][-1]["text"] == "\x1b[31mred"
    assert "images" not in row


def test_the_funnel_says_by_which_rule_each_step_decided(here: Here, finished: Path) -> None:
    code, out, _ = here("inspect", finished, "--funnel")
    assert code == 0
    assert "augment.hflip" in out
    assert "flipped  " in out
    assert "swap " in out
    code, out, _ = here("inspect", finished, "--funnel", "--json")
    notes = {name for tally in json.loads(out) for name in tally["notes"]}
    assert {"flipped:swap", "swapped:side", "left_alone:coin", "left_alone:tag"} <= notes
