"""``vlmdata doctor``."""

from __future__ import annotations

from typing import Any

import typer

from vlmdata.cli.options import CORES, Json, Quiet


def doctor(json: Json = False, quiet: Quiet = False) -> None:
    """Show what vlmdata finds on this machine.

    Versions, memory, caches, optional packages, and for each decoder whether it can be used and why not. On a machine
    with a GPU this tries a picture on it, which takes some seconds.

    Example: vlmdata doctor
    """
    from vlmdata.cli.terminal import hanging, say, say_json

    found = _found()
    if json:
        say_json(found)
    elif not quiet:
        for heading, facts in found.items():
            typer.echo(heading)
            width = max(map(len, facts)) + 2
            for name, value in facts.items():
                say(hanging(name, str(value), indent=2, label_width=width))


def _found() -> dict[str, dict[str, Any]]:
    from vlmdata.engine.fingerprint import versions
    from vlmdata.pixels.cuda.probe import probe

    gpu = probe()
    cuda = f"yes: {gpu.decoder.library} on {gpu.decoder.device}" if gpu.decoder else f"no: {gpu.reason}"
    return {
        "machine": _machine(),
        "places": _places(),
        "decoders": {"cpu": "yes", "cuda": cuda, **gpu.facts},
        "extras": _extras(),
        "versions": versions(),
    }


def _machine() -> dict[str, Any]:
    import os
    import platform

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "python": f"{platform.python_version()} ({platform.system()} {platform.machine()})",
        "cores": CORES,
        "memory": f"{memory / 2**30:.1f} GiB",
    }


def _places() -> dict[str, Any]:
    """Where caches are and what is free there, and which servers stand in for others."""
    import os
    import shutil

    from vlmdata.io.cache import home
    from vlmdata.io.http.mirrors import VARIABLE
    from vlmdata.io.hub import endpoint

    cache = home()
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    return {
        "cache": f"{cache} ({free:.0f} GB free; $VLMDATA_HOME moves it)",
        "hub": f"{endpoint()} ($HF_ENDPOINT names another)",
        "mirrors": os.environ.get(VARIABLE) or f"none (${VARIABLE}, --mirror)",
    }


def _extras() -> dict[str, str]:
    """Each optional extra: what of it is installed, or how to install it."""
    from importlib.metadata import PackageNotFoundError, metadata, version

    def state(package: str) -> str | None:
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            return None

    found = {}
    for extra in metadata("vlmdata").get_all("Provides-Extra") or ():
        states = {package: state(package) for package in _packages(extra)}
        missing = [package for package, known in states.items() if known is None]
        advice = f'no {", ".join(missing)}: pip install "vlmdata[{extra}]"'
        found[extra] = advice if missing else ", ".join(filter(None, states.values()))
    return found


def _packages(extra: str) -> list[str]:
    import re
    from importlib.metadata import requires

    lines = (line for line in requires("vlmdata") or () if re.search(rf"extra == ['\"]{extra}['\"]", line))
    return [found[0] for line in lines if (found := re.match(r"[\w.-]+", line))]
