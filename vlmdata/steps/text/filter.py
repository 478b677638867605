"""``filter.text``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from vlmdata.steps.base import Context, Step
from vlmdata.steps.limits import contradiction, first_exceeded
from vlmdata.steps.text.characters import has_spaces, shares
from vlmdata.steps.text.language import LANGUAGES, identified, identifier
from vlmdata.steps.text.placeholders import first_mark, shown
from vlmdata.steps.text.refusal import refusal
from vlmdata.steps.text.repetition import excess
from vlmdata.steps.text.turns import Turn, echoes, is_empty, same_turns, turns
from vlmdata.steps.text.unsuitable import WordList, unsuitable
from vlmdata.types import Drop, Role, Sample

Share = Annotated[float | None, Field(ge=0, le=1)]
_LONGEST_VALUE = 80


class FilterText(Step):
    """Drop samples whose words teach nothing, or the wrong thing; keep wanted lengths and languages.

    ## Why
    Empty answers, refusals and stuck models are in every large set. The rules that are on by default find only what
    is nearly always a fault; limits, languages and word lists are a matter of taste and off until asked for. All
    look at messages of the chosen ``roles`` as they are shown: alternatives and options are not looked at.

    Characters and words are counted over these messages together, without the space around them; pictures and
    regions count nothing. Words are what stands between spaces, so ``min_words`` and ``max_words`` are passed over
    (noted ``no_spaces``) where half of the letters or more are of a script without spaces between words, such as
    Japanese, Chinese or Thai: set ``min_chars`` for those. Shares are of all characters but white space.

    The language is the declared one, and of samples that declare none it is identified from their words by script
    and py3langid (``identify``: ``undeclared``, ``never``, ``always``). What it is less certain of than
    ``certainty``, such as single words, is kept, noted ``language_uncertain``. An identified language has no region:
    it is wanted where ``en-GB`` is.

    A sample goes for one bad turn. To lose the turn alone, put ``explode: {by: question}`` before and ``group`` after.

    ## Drops
    - ``language``: not among ``languages`` (``en`` covers ``en-GB``), or not known and not to be identified
    - ``no_assistant``: ``require_assistant`` is set and no message of the assistant says anything
    - ``placeholder``: words of any role hold a mark such as ``<image>`` (but for samples tagged code);
      ``not_shown``: there are messages, and they do not show all pictures
    - ``empty_answer``: a message of the assistant without words, regions, pictures (``nan``, ``[deleted]``)
    - ``refusal``: it speaks as an AI that cannot help or see; English and Japanese
    - ``echo``: it is the question again, or begins with all of it
    - ``same_turns``: the same question with the same answer, or the same long answer, twice
    - ``repetition``: half of a message is a phrase four times or more in a row; of 50 words or more, Gopher's rules
    - ``min_chars``, ``max_chars``, ``min_words``, ``max_words``: length
    - ``min_letters``, ``max_digits``: share of letters of any script, of digits
    - ``unsuitable``: a word of the built-in lists ``unsuitable: [en, ja]``, explicit or abusive in any sense, or of
      your own ``unsuitable_words``; whole words

    ## Example
        - filter.text
        - filter.text: {min_chars: 5, max_chars: 2000, roles: [assistant], languages: [en, ja]}
        - filter.text: {min_letters: 0.6, max_digits: 0.3, unsuitable: [en, ja], unsuitable_words: [casino]}
    """

    name = "filter.text"
    judges = True

    roles: Annotated[tuple[Role, ...], Field(min_length=1, description="whose messages are looked at")] = (
        "user",
        "assistant",
        "document",
    )
    languages: Annotated[tuple[str, ...] | None, Field(min_length=1, description="language tags such as en")] = None
    identify: Literal["undeclared", "never", "always"] = "undeclared"
    certainty: Annotated[float, Field(ge=0, le=1, description="least probability of an identified language")] = 0.5
    require_assistant: bool = False
    placeholders: bool = True
    empty_answers: bool = True
    refusals: bool = True
    echoes: bool = True
    same_turns: bool = True
    repetition: bool = True
    min_chars: Annotated[int | None, Field(ge=0)] = None
    max_chars: Annotated[int | None, Field(ge=0)] = None
    min_words: Annotated[int | None, Field(ge=0)] = None
    max_words: Annotated[int | None, Field(ge=0)] = None
    min_letters: Share = None
    max_digits: Share = None
    unsuitable: tuple[WordList, ...] = ()
    unsuitable_words: tuple[str, ...] = ()

    def ready(self) -> str | None:
        asked = self.model_dump(exclude={"roles", "identify", "certainty"})
        if not any(value not in (None, False, ()) for value in asked.values()):
            return "every rule is switched off; take the step out"
        if self.identify == "always" and not LANGUAGES.issuperset(map(_without_region, self.languages or ())):
            return f"identify: always knows no other languages than {', '.join(sorted(LANGUAGES))}"
        return contradiction(self)

    def setup(self) -> None:
        if self.languages is not None and self.identify != "never":
            identifier()

    def apply(self, sample: Sample, ctx: Context) -> Sample | Drop:
        texts = [message.text.strip() for message in sample.messages if message.role in self.roles]
        drop = (
            self._by_language(sample, texts, ctx)
            or self._by_pictures(sample)
            or self._by_turns(sample)
            or self._by_limits(texts, ctx)
            or self._by_words(texts)
        )
        return drop or sample

    def _by_language(self, sample: Sample, texts: Sequence[str], ctx: Context) -> Drop | None:
        if self.languages is None:
            return None
        language, wanted = sample.language, self.languages
        if self.identify == "always" or (self.identify == "undeclared" and language is None):
            language = identified("\n".join(texts), certainty=self.certainty)
            wanted = tuple(map(_without_region, wanted))
            if language is None:
                ctx.note("language_uncertain")
                return None
        if _is_among(language, wanted):
            return None
        return Drop(reason="language", value=language, threshold=",".join(self.languages))

    def _by_pictures(self, sample: Sample) -> Drop | None:
        if not self.placeholders:
            return None
        if "code" not in sample.tags and (mark := first_mark(sample)):
            return Drop(reason="placeholder", value=mark)
        if sample.messages and (seen := shown(sample)) < len(sample.images):
            return Drop(reason="not_shown", value=str(seen), threshold=str(len(sample.images)))
        return None

    def _by_turns(self, sample: Sample) -> Drop | None:
        conversation = list(turns(sample.messages))
        if self.require_assistant and all(is_empty(turn.answer) for turn in conversation):
            return Drop(reason="no_assistant")
        if "assistant" not in self.roles:
            return None
        found = next((drop for turn in conversation for drop in self._faults(turn)), None)
        if found is None and self.same_turns and len(conversation) > 1 and (pair := same_turns(conversation)):
            return Drop(reason="same_turns", value=f"turns {pair[0] + 1} and {pair[1] + 1}")
        return found

    def _faults(self, turn: Turn) -> Iterator[Drop]:
        if self.empty_answers and is_empty(turn.answer):
            yield Drop(reason="empty_answer")
        if self.refusals and (words := refusal(turn.answer.text)):
            yield Drop(reason="refusal", value=words[:_LONGEST_VALUE])
        if self.echoes and echoes(turn):
            yield Drop(reason="echo", value=turn.question[:_LONGEST_VALUE])

    def _by_limits(self, texts: Sequence[str], ctx: Context) -> Drop | None:
        chars = sum(map(len, texts))
        measured: list[tuple[str, float]] = [("min_chars", chars), ("max_chars", chars)]
        if self.min_words is not None or self.max_words is not None:
            if has_spaces(texts):
                words = sum(len(text.split()) for text in texts)
                measured += [("min_words", words), ("max_words", words)]
            else:
                ctx.note("no_spaces")
        if (self.min_letters is not None or self.max_digits is not None) and (found := shares(texts)):
            measured += [("min_letters", found[0]), ("max_digits", found[1])]
        return first_exceeded(self, measured)

    def _by_words(self, texts: Sequence[str]) -> Drop | None:
        if self.repetition:
            for measure, value, most in filter(None, map(excess, texts)):
                return Drop(reason="repetition", value=f"{measure} {value:.2f}", threshold=f"{most:g}")
        if self.unsuitable or self.unsuitable_words:
            words = unsuitable(self.unsuitable, self.unsuitable_words)
            found = next(filter(None, map(words.found_in, texts)), None)
            return Drop(reason="unsuitable", value=found) if found else None
        return None


def _without_region(tag: str) -> str:
    return tag.lower().replace("_", "-").split("-")[0]


def _is_among(language: str | None, wanted: Sequence[str]) -> bool:
    tag = (language or "").lower().replace("_", "-")
    return any(tag == one.lower() or tag.startswith(f"{one.lower()}-") for one in wanted)
