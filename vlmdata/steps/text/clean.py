"""``clean.text``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.text.boilerplate import bare
from vlmdata.steps.text.contacts import Treatment, without_emails, without_phones, without_urls
from vlmdata.steps.text.html import plain
from vlmdata.steps.text.repeats import once
from vlmdata.steps.text.unicode import mended, normalised, spaced
from vlmdata.types import ROLES, Choices, Message, Part, Role, Sample, TextPart

VERBATIM = frozenset({"code", "document", "gui", "math", "ocr", "table"})
"""Tags of samples whose texts transcribe something: tags, addresses and repeats may be what is to be read."""

_NOT_VERBATIM = frozenset({"html", "boilerplate", "repeats"})
_OF_OPTIONS = frozenset({"unicode", "form", "html", "spaces"})


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    apply: Callable[[str], str]


class CleanText(Step):
    """Clean the words of messages: wrong characters, HTML, addresses, boilerplate, repeats, white space.

    ## Why
    Scraped captions carry wrongly decoded letters, tags, "- stock photo", and models learn to write them. Each rule
    is a switch, and texts that it changed are noted as ``changed:RULE``; no sample is dropped (``filter.text`` drops
    those of which nothing is left). In this order:

    - ``unicode``: text decoded by the wrong table is decoded anew, control characters go, ligatures are letters
      (by ftfy); quotation marks and full width stay
    - ``form``: Unicode normal form NFC; NFKC also makes full width and superscripts plain; null leaves both
    - ``html``: tags and comments go, entities become characters
    - ``urls``, ``emails``, ``phones``: ``keep``, ``remove``, or ``mask`` as ``[url]``, ``[email]``, ``[phone]``;
      kept by default, for an address may be the answer
    - ``boilerplate``: "Image may contain", stock-photo prefixes and suffixes, names of sites, credits in brackets,
      "click to enlarge", file names; English and Japanese. A text that is nothing else becomes empty
    - ``repeats``: signs, words and sentences repeated without sense, said once
    - ``spaces``: one kind of space, one at a time, at most one empty line, none at the ends of a message

    Touched are the texts of messages of the chosen ``roles``, their alternatives and, by ``unicode``, ``form``,
    ``html`` and ``spaces``, the options of their choices. Pictures, regions and annotations stay as they are.
    ``html``, ``boilerplate`` and ``repeats`` pass over samples tagged code, document, gui, math, ocr or table, whose
    texts may be transcripts (noted ``left_alone:tag``); evaluation data is not changed (``left_alone:eval``). Texts
    of which nothing is left are noted ``emptied``. Place it before ``chat.render``.

    ## Drops
    none

    ## Example
        - clean.text
        - clean.text: {form: NFKC, urls: remove, emails: mask, phones: mask, roles: [assistant]}
    """

    name = "clean.text"

    roles: Annotated[tuple[Role, ...], Field(min_length=1, description="whose messages are cleaned")] = ROLES
    unicode: bool = True
    form: Literal["NFC", "NFKC"] | None = "NFC"
    html: bool = True
    urls: Treatment = "keep"
    emails: Treatment = "keep"
    phones: Treatment = "keep"
    boilerplate: bool = True
    repeats: bool = True
    spaces: bool = True

    def ready(self) -> str | None:
        switches = (self.unicode, self.form, self.html, self.boilerplate, self.repeats, self.spaces)
        kept = self.urls == self.emails == self.phones == "keep"
        return "every rule is switched off; take the step out" if kept and not any(switches) else None

    def apply(self, sample: Sample, ctx: Context) -> Sample:
        if sample.role == "eval":
            ctx.note("left_alone:eval")
            return sample
        rules = self._rules
        if not VERBATIM.isdisjoint(sample.tags):
            rules = tuple(rule for rule in rules if rule.name not in _NOT_VERBATIM)
            if len(rules) < len(self._rules):
                ctx.note("left_alone:tag")
        concerned = {number for number, message in enumerate(sample.messages) if message.role in self.roles}
        messages = tuple(
            _message(message, rules, ctx) if number in concerned else message
            for number, message in enumerate(sample.messages)
        )
        alternatives = tuple(
            replace(one, text=_cleaned(one.text, rules, ctx)) if one.message in concerned else one
            for one in sample.alternatives
        )
        choices = tuple(_choices(one, rules, ctx) if one.message in concerned else one for one in sample.choices)
        if (messages, alternatives, choices) == (sample.messages, sample.alternatives, sample.choices):
            return sample
        return replace(
            sample, messages=messages, alternatives=alternatives, choices=choices, rendered=None, tokens=None
        )

    @cached_property
    def _rules(self) -> tuple[_Rule, ...]:
        rules: tuple[tuple[object, _Rule], ...] = (
            (self.unicode, _Rule("unicode", mended)),
            (self.form, _Rule("form", partial(normalised, form=self.form or "NFC"))),
            (self.html, _Rule("html", plain)),
            (self.urls != "keep", _Rule("urls", partial(without_urls, treatment=self.urls))),
            (self.emails != "keep", _Rule("emails", partial(without_emails, treatment=self.emails))),
            (self.phones != "keep", _Rule("phones", partial(without_phones, treatment=self.phones))),
            (self.boilerplate, _Rule("boilerplate", bare)),
            (self.repeats, _Rule("repeats", once)),
            (self.spaces, _Rule("spaces", spaced)),
        )
        return tuple(rule for is_on, rule in rules if is_on)


def _message(message: Message, rules: Sequence[_Rule], ctx: Context) -> Message:
    """With its texts cleaned; white space between a text and a picture or region stays, as one space or break."""
    last = len(message.content) - 1
    parts = tuple(
        _part(part, rules, ctx, is_first=number == 0, is_last=number == last)
        for number, part in enumerate(message.content)
    )
    return message if all(map(operator.is_, parts, message.content)) else Message(message.role, parts)


def _part(part: Part, rules: Sequence[_Rule], ctx: Context, *, is_first: bool, is_last: bool) -> Part:
    if not isinstance(part, TextPart):
        return part
    text = _cleaned(part.text, rules, ctx, is_first=is_first, is_last=is_last)
    return part if text == part.text else TextPart(text)


def _choices(choices: Choices, rules: Sequence[_Rule], ctx: Context) -> Choices:
    gentle = tuple(rule for rule in rules if rule.name in _OF_OPTIONS)
    return replace(choices, options=tuple(_cleaned(option, gentle, ctx) for option in choices.options))


def _cleaned(text: str, rules: Sequence[_Rule], ctx: Context, *, is_first: bool = True, is_last: bool = True) -> str:
    before = text
    for rule in rules:
        cleaned = rule.apply(text)
        if rule.name == "spaces":
            cleaned = cleaned.lstrip() if is_first else cleaned
            cleaned = cleaned.rstrip() if is_last else cleaned
        if cleaned != text:
            ctx.note(f"changed:{rule.name}")
            text = cleaned
    if not text.strip() and before.strip():
        ctx.note("emptied")
    return text
