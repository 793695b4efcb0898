"""The one way by which text enters a report: words of one language, escaped, shortened, made drawable."""

import re
from datetime import UTC, datetime

from medscan_gui.core.messages import Message, Parameter
from medscan_gui.core.record import moment_of
from medscan_gui.core.sentences import SENTENCES
from medscan_gui.core.sentences.report import LABEL
from medscan_gui.core.text import Words
from medscan_gui.export.glyphs import breakable, printable
from medscan_gui.export.model import Fact

#: Longest value of a fact of page 1, in characters: that page must stay one page.
PERIMETER_LIMIT = 64
#: Longest value elsewhere; the longest target; the longest text in the foot of a page.
FACT_LIMIT = 120
TARGET_LIMIT = 480
FOOT_LIMIT = 36
#: Longest sentence that someone typed: a reason, a note, a step of a procedure.
TEXT_LIMIT = 600
#: Characters of a number that tell it from those around it: its time and a bit more.
SHORT_ID = 13
#: When a record has no readable time: the document then says nothing about a date.
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)

Moment = tuple[int, int, int, int, int, int]


class Speaker:
    """Words of one language, made drawable."""

    def __init__(self, words: Words, covered: frozenset[int]) -> None:
        self.words = words
        self._covered = covered

    def say(self, code: str, **params: Parameter) -> str:
        """Return the sentence `code`."""
        return self.sentence(Message.of(code, **params))

    def sentence(self, message: Message) -> str:
        """Return a message as a sentence."""
        return printable(self.words.sentence(message), self._covered)

    def reason(self, message: Message, limit: int = TEXT_LIMIT) -> str:
        """Return a message whose parameters come from outside: shortened, with places to break."""
        return self.data(self.words.sentence(message), limit)

    def told(self, code: str, **params: Parameter) -> str:
        """Return the sentence `code` with parameters from outside: as they came, for here they are escaped."""
        return self.reason(Message.of(code, **params))

    def plain(self, text: str) -> str:
        """Return text from outside, escaped, as it is otherwise."""
        return printable(text, self._covered)

    def data(self, text: str, limit: int = FACT_LIMIT) -> str:
        """Return text from outside, escaped, shortened in the middle to `limit`, with places to break."""
        escaped = printable(text, self._covered)
        if len(escaped) > limit:
            head = limit // 3
            escaped = f"{escaped[:head]}…{escaped[-(limit - head - 1):]}"
        return breakable(escaped)

    def given(self, label: str, *texts: str, limit: int = FACT_LIMIT) -> Fact:
        """Return a fact of these texts; where there are none it says so."""
        value = " ".join(text for text in texts if text)
        return Fact(self.say(label), self.data(value, limit) or self.say("report.unknown"))

    def short(self, label: str, *texts: str) -> Fact:
        """Return a fact of page 1."""
        return self.given(label, *texts, limit=PERIMETER_LIMIT)

    def labels(self) -> dict[str, str]:
        """Return the words that the templates use, by name."""
        return {code.removeprefix(LABEL): self.say(code) for code in SENTENCES if code.startswith(LABEL)}


def attachment_name(identity: str) -> str:
    """Return the name of an attached record: ASCII, without anything that a file system dislikes."""
    safe = re.sub(r"[^0-9A-Za-z-]", "", identity)[:40]
    return f"medscan-{safe or 'scan'}.json"


def document_moment(*stamps: str) -> Moment:
    """Return the date of a document: the first of these record times that can be read, in UTC."""
    moment = next(filter(None, map(moment_of, stamps)), _NO_MOMENT)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar: a clock gone mad
        moment = _NO_MOMENT
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
