"""``vlmdata push`` as a command: what it shows, and that it never shows the token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hub.conftest import TOKEN, Made, Server, made, server
from vlmdata.types import License

__all__ = ["made", "server"]

Done = subprocess.CompletedProcess[str]
Command = Callable[..., Done]


@pytest.fixture
def command(server: Server, tmp_path: Path) -> Command:
    def run(*words: object, **env: str) -> Done:
        where = {**os.environ, "HF_HOME": str(tmp_path / "hf"), "PYTHONPATH": str(Path(__file__).parents[2]), **env}
        line = [sys.executable, "-m", "vlmdata", *map(str, words)]
        return subprocess.run(line, cwd=tmp_path, env=where, capture_output=True, text=True, timeout=120)

    return run


def test_a_push_says_what_it_did(command: Command, made: Made, server: Server) -> None:
    made(2)
    done = command("push", "made-up", "me/made-up")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("sent 5 files (")
    assert "by size and hash, 10 rows in 2 Parquet footers" in done.stdout
    assert done.stdout.splitlines()[-1] == f"{server.hub.endpoint}/datasets/me/made-up"
    assert "MB sent to me/made-up" in done.stderr
    again = json.loads(command("push", "made-up", "me/made-up", "--json").stdout)
    assert (again["sent"], len(again["kept"]), again["verified"]["rows"]) == ([], 5, 10)
    assert command("push", "made-up", "me/made-up", "-q").stdout == ""


def test_a_dry_run_shows_and_writes_nothing(command: Command, made: Made, server: Server) -> None:
    root = made(2, license=License(annotations="mine"))
    done = command("push", root, "me/made-up", "--dry-run")
    assert done.returncode == 2
    assert "send    parquet/train-00000.parquet" in done.stdout
    assert "in 1 commit to a new me/made-up" in done.stdout
    assert "refused: texts under mine" in done.stdout
    assert "refused: pictures under no stated licence" in done.stdout
    assert {seen.method for seen in server.hub.requests} <= {"GET", "HEAD"}
    told = json.loads(command("push", root, "me/made-up", "--dry-run", "--json", "--i-have-the-rights").stdout)
    assert (told["commits"], told["refusals"], len(told["sent"])) == (1, [], 5)
    assert server.hub.repos == {}


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param("hf_nobodysSecret", "does not know the token", id="unknown"),
        pytest.param("hf_another", "write access to me", id="of-someone-else"),
        pytest.param("hf_bad\x0bSecret", "copy it again", id="no-header"),
        pytest.param("hf_büßSecret", "copy it again", id="not-ascii"),
        pytest.param("", "needs a token with write access", id="none"),
    ],
)
def test_the_token_is_never_shown(command: Command, made: Made, token: str, said: str) -> None:
    root = made(1)
    done = command("--debug", "push", root, "me/made-up", HF_TOKEN=token)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" in done.stderr
    for shown in (done.stdout, done.stderr):
        assert not token or token not in shown
        assert TOKEN not in shown


def test_the_token_is_not_shown_where_the_way_breaks(command: Command, made: Made, server: Server) -> None:
    root = made(1)
    server.depot.cut("commit")
    done = command("--debug", "push", root, "me/made-up")
    assert done.returncode == 1
    assert "The same command goes on from there" in done.stderr
    gone = command("--debug", "push", root, "me/made-up", HF_ENDPOINT="http://127.0.0.1:9")
    assert gone.returncode != 0
    for shown in (done, gone):
        assert TOKEN not in shown.stdout + shown.stderr
        assert "signature=" not in shown.stdout + shown.stderr


def test_the_stored_token_is_used(command: Command, made: Made, tmp_path: Path) -> None:
    made(1)
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf/token").write_text(f"{TOKEN}\n", encoding="utf-8")
    done = command("push", "made-up", "me/made-up", HF_TOKEN="")
    assert done.returncode == 0, done.stderr
