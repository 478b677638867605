"""The command ``vlmdata``: one file per verb, errors as one line, exit codes as promised.

0 done, 1 failed, 2 wrong use, 3 waiting for parts, 130 interrupted.
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import click
import typer

from vlmdata import __version__
from vlmdata.cli import check, compact, datasets, fetch, inspect, preprocess, steps, verify
from vlmdata.errors import VlmdataError

app = typer.Typer(
    name="vlmdata",
    help="Take vision-language data sets from their source to training-ready shards.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
VERBS = (
    ("fetch", fetch.fetch),
    ("preprocess", preprocess.preprocess),
    ("check", check.check),
    ("steps", steps.steps),
    ("datasets", datasets.datasets),
    ("inspect", inspect.inspect),
    ("verify", verify.verify),
    ("compact", compact.compact),
)
for _name, _verb in VERBS:
    app.command(_name)(_verb)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vlmdata {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take vision-language data sets from their source to training-ready shards.

    `--debug` anywhere shows the traceback of an error.
    """


def run() -> None:
    """Entry point of the console script."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for noisy in ("datasets", "fsspec", "httpx", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    sys.exit(_exit_code(arguments, debug))


def _exit_code(arguments: list[str], debug: bool) -> int:
    try:
        code = app(arguments, prog_name="vlmdata", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.UsageError as error:
        verb = error.ctx.command_path if error.ctx else "vlmdata"
        return _fail(f"{error.format_message()} See '{verb} --help'", 2)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted. Finished shards are kept; the same command goes on from there", 130)
    except VlmdataError as error:
        if debug:
            raise
        return _fail(str(error), error.exit_code)
    except Exception as error:
        if debug:
            raise
        return _fail(f"unexpected {type(error).__name__}: {error}. Please report this with the output of --debug", 1)


def _fail(message: str, code: int) -> int:
    typer.echo(f"vlmdata: {message}", err=True)
    return code
