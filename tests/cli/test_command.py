"""Exit codes, streams and the first second: what scripts and new users meet."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Here, Vlmdata

HEAVY = ("PIL", "aiohttp", "datasets", "fsspec", "numpy", "pyarrow", "pydantic", "rich", "yaml")
VERBS = (
    "fetch",
    "preprocess",
    "check",
    "fingerprints",
    "steps",
    "datasets",
    "models",
    "tokens",
    "inspect",
    "verify",
    "report",
    "compact",
    "export",
    "push",
    "cache",
    "doctor",
)


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], "--help"], capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert imported.isdisjoint(HEAVY)


def test_help_says_each_verb_in_one_whole_line(vlmdata: Vlmdata) -> None:
    done = vlmdata("--help", COLUMNS="80")
    assert (done.returncode, done.stderr) == (0, "")
    listed = done.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(VERBS)
    assert all(line.endswith(".") and not line.endswith("...") and len(line) <= 80 for line in listed)


@pytest.mark.parametrize("words", [[], ["-h"]])
def test_help_is_what_a_bare_command_shows(here: Here, words: list[str]) -> None:
    assert here(*words) == here("--help")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_json_and_quiet(here: Here, verb: str) -> None:
    code, out, err = here(verb, "--help")
    assert (code, err) == (0, "")
    assert f"Example: vlmdata {verb}" in out
    assert "--json" in out
    assert "--quiet" in out


def test_a_run_speaks_on_stdout_and_a_second_one_says_it_is_finished(vlmdata: Vlmdata, recipe: Path) -> None:
    first, second = (vlmdata("preprocess", recipe, "--workers", 1) for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("small: 60 rows in, ")
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert second.stderr == f"{recipe.parent / 'small'} is finished already: nothing to do\n"


def test_wrong_use_exits_with_two_and_one_line(vlmdata: Vlmdata) -> None:
    done = vlmdata("preprocess", "nowhere.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("vlmdata: no recipe at ")
    assert done.stderr.count("\n") == 1


def test_debug_adds_the_traceback_wherever_it_stands(vlmdata: Vlmdata) -> None:
    for words in (["--debug", "check", "nowhere.yaml"], ["check", "nowhere.yaml", "--debug"]):
        done = vlmdata(*words)
        assert done.returncode == 2
        assert done.stderr.startswith("Traceback")
        assert done.stderr.splitlines()[-1].startswith("vlmdata: no recipe at ")


def test_an_unexpected_error_is_one_line_too(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ZeroDivisionError("first line\nsecond \x1b[31mline")

    monkeypatch.setattr("vlmdata.recipe.load", broken)
    code, out, err = here("check", "demo")
    expected = "vlmdata: unexpected ZeroDivisionError: first line second \\x1b[31mline. Please report this with"
    assert (code, out, err) == (1, "", f"{expected} the output of --debug\n")


def test_a_reader_that_leaves_early_meets_no_traceback(finished: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "inspect", str(finished), "--limit", "60"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def _lines_of_json(here: Here, finished: Path, recipe: Path) -> list[list[object]]:
    return [
        ["preprocess", recipe, "--out", finished],
        ["preprocess", recipe, "--dry-run"],
        ["check", recipe],
        ["fetch", "shapes", "--limit", 5, "--out", "raw"],
        ["steps"],
        ["steps", "filter.image"],
        ["datasets"],
        ["datasets", "llava"],
        ["inspect", finished, "--limit", 2],
        ["inspect", finished, "--dropped"],
        ["verify", finished],
    ]


def test_json_is_all_there_is_on_stdout(here: Here, finished: Path, recipe: Path) -> None:
    for words in _lines_of_json(here, finished, recipe):
        code, out, err = here(*words, "--json")
        assert (code, err) == (0, ""), words
        assert isinstance(json.loads(out), (dict, list))


def test_quiet_prints_nothing(here: Here, finished: Path, recipe: Path) -> None:
    for words in _lines_of_json(here, finished, recipe):
        code, out, err = here(*words, "-q")
        assert (code, out, err) == (0, "", ""), words


def test_compact_speaks_json_or_nothing(here: Here, recipe: Path) -> None:
    assert here("preprocess", recipe, "-q", "--workers", 1) == (0, "", "")
    code, out, err = here("compact", "small", "--json")
    assert (code, err) == (0, "")
    assert len(json.loads(out)["shards"]) == 4
    assert here("compact", "small", "-q", "--max-samples", 7) == (0, "", "")
    assert here("verify", "small", "-q") == (0, "", "")
