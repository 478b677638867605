"""Compiling and running a template's code. jinja2 is imported when the first one is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from vlmdata.errors import BadRecord, UsageError
from vlmdata.models.chat.template.budget import Budget, fits

if TYPE_CHECKING:
    import jinja2

    from vlmdata.models.chat.template.sandbox import Sandbox

BEGIN, END = "\ufdd0", "\ufdd1"
"""Noncharacters of Unicode around what a ``generation`` block writes; no text of the data holds them."""


class Compiled:
    """A template ready to run. It travels to another process as its code."""

    def __init__(self, code: str, sandbox: Sandbox, template: jinja2.Template) -> None:
        self._code = code
        self._sandbox = sandbox
        self._template = template

    def __reduce__(self) -> tuple[Callable[[str], Compiled], tuple[str]]:
        return compiled, (self._code,)

    def run(self, variables: Mapping[str, Any]) -> str:
        """What it writes. ``variables`` are JSON.

        ``BadRecord``: ``template_refused`` where it raises, ``template_limit`` where it does not end.
        """
        self._sandbox.budget = Budget()
        pieces = []
        size = 0
        try:
            for piece in self._template.generate(variables):
                pieces.append(piece)
                size += len(piece)
                fits(size)
        except BadRecord:
            raise
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            raise BadRecord("template_refused", f"{type(error).__name__}: {said}") from error
        return "".join(pieces)


def compiled(code: str) -> Compiled:
    """``UsageError`` where it is no template, or does what none may do."""
    from vlmdata.models.chat.template.sandbox import Sandbox

    sandbox = Sandbox()
    try:
        return Compiled(code, sandbox, sandbox.from_string(code))
    except Exception as error:
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        raise UsageError(f"the template cannot be compiled: {' '.join(str(error).split())[:200]}{where}") from error
