"""The command ``vlmdata``: one file per verb, errors as one line, exit codes as promised.

0 done, 1 failed, 2 wrong use, 3 waiting for parts, 130 interrupted.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from io import TextIOWrapper
from typing import Annotated, cast

import typer

from vlmdata import __version__
from vlmdata.cli import (
    cache,
    check,
    compact,
    datasets,
    doctor,
    export,
    fetch,
    fingerprints,
    inspect,
    models,
    preprocess,
    push,
    report,
    steps,
    tokens,
    verify,
)
from vlmdata.cli.terminal import printable
from vlmdata.errors import VlmdataError
from vlmdata.io.memory import collect_seldom, keep_freed_buffers

app = typer.Typer(
    name="vlmdata",
    help="Take vision-language data sets from their source to training-ready shards.",
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
VERBS = (
    ("fetch", fetch.fetch),
    ("preprocess", preprocess.preprocess),
    ("check", check.check),
    ("fingerprints", fingerprints.fingerprints),
    ("steps", steps.steps),
    ("datasets", datasets.datasets),
    ("models", models.models),
    ("tokens", tokens.tokens),
    ("inspect", inspect.inspect),
    ("verify", verify.verify),
    ("report", report.report),
    ("compact", compact.compact),
    ("export", export.export),
    ("push", push.push),
    ("cache", cache.cache),
    ("doctor", doctor.doctor),
)
for _name, _verb in VERBS:
    app.command(_name)(_verb)

_RESUMED = {
    "fetch": "Finished shards are kept",
    "preprocess": "Finished shards are kept",
    "push": "What has arrived is kept",
}
_INTERRUPTED = 130
# Newer typer has its own copy of click: the base class of wrong use is reached from the one class typer exports.
_WrongUse = cast("type[typer.BadParameter]", typer.BadParameter.__base__)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vlmdata {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere.")] = False,
) -> None:
    """Declares the options of the command itself; ``run`` takes ``--debug`` out before they are read."""


def run() -> None:
    """Entry point of the console script."""
    keep_freed_buffers()
    collect_seldom()
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("vlmdata").setLevel(logging.INFO)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # it may not be UTF-8
            stream.reconfigure(errors="replace")
    sys.exit(exit_code(arguments, debug))


def exit_code(arguments: list[str], debug: bool = False) -> int:
    """Run one command line; its exit code. An error is one line on stderr."""
    try:
        code = app(arguments or ["--help"], prog_name="vlmdata", standalone_mode=False)
    except _WrongUse as error:
        verb = error.ctx.command_path if error.ctx else "vlmdata"
        return _fail(f"{_sentence(error.format_message())} See '{verb} --help'", 2)
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except VlmdataError as error:
        return _fail(str(error), error.exit_code, debug)
    except Exception as error:
        report = "" if debug else ". Please report this with the output of --debug"
        return _fail(f"unexpected {type(error).__name__}: {error}{report}", 1, debug)
    if code == _INTERRUPTED:
        kept = _RESUMED.get("".join(arguments[:1]))
        return _fail(f"interrupted{f'. {kept}; the same command goes on from there' if kept else ''}", _INTERRUPTED)
    return code if isinstance(code, int) else 0


def _sentence(message: str) -> str:
    """Typer's complaint about an option, without the words of its type checker."""
    message = re.sub(r"^Invalid value for '(?:[^']* / )?([^' ]+)': Input should", r"\1 should", message)
    message = message.replace(", unable to parse string as an integer", "").rstrip(".")
    return message if message.endswith("?") else message + "."


def _fail(message: str, code: int, debug: bool = False) -> int:
    if debug:
        traceback.print_exc()
    typer.echo(f"vlmdata: {printable(' '.join(message.split()))}", err=True)
    return code
