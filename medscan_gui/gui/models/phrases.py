"""Small phrases that several screens share: words of closed sets, dates, and spans of time.

Everything here speaks the language in use (`core.text`) at the moment of the call.
"""

from datetime import UTC, date, datetime

from medscan_gui.core.messages import Message
from medscan_gui.core.record import moment_of
from medscan_gui.core.text import _, current, grouped, ngettext_
from medscan_gui.core.words import Cause, Outcome, Severity, Stop, VerdictKind
from medscan_gui.export.figures import duration_text, size_text

#: How a date and time is written; the year first where a day and a month could be mistaken.
_DATE_TIME = {"fr": "%d/%m/%Y %H:%M"}
_DATE = {"fr": "%d/%m/%Y"}

#: Clocks of two computers may differ by this many seconds without being worth a word.
_CLOCK_TOLERANCE = 300


def sentence(code: str, **params: str | int) -> str:
    """Return the sentence of a message code in the language in use."""
    return current().sentence(Message.of(code, **params))


def severity_word(severity: Severity) -> str:
    """Return a severity in words."""
    return sentence(f"severity.{severity.value}")


def headline(kind: VerdictKind, stop: Stop = Stop.COMPLETED) -> str:
    """Return the one sentence of a result; a scan that was cut off says that first."""
    if kind is VerdictKind.INCOMPLETE and stop is Stop.CUT_OFF:
        return sentence("verdict.cut_off")
    return sentence(f"verdict.{kind.value}")


def not_read_reason(outcome: Outcome, cause: Cause) -> str:
    """Return why an item was not read, as a group's title, starting with a capital."""
    words = sentence(f"outcome.{outcome.value}")
    if cause is not Cause.NONE:
        words = _("{outcome}: {cause}").format(outcome=words, cause=sentence(f"cause.{cause.value}"))
    return words[:1].upper() + words[1:]


def date_time(stamp: str) -> str:
    """Return a record's time stamp as local date and time; a dash if there is none."""
    moment = moment_of(stamp)
    return _local(moment, _DATE_TIME, "%Y-%m-%d %H:%M") if moment else "–"


def date_only(moment: datetime) -> str:
    """Return the local date of a moment."""
    return _local(moment, _DATE, "%Y-%m-%d")


def day(value: date) -> str:
    """Return a day of the calendar, which has no hour and no time zone."""
    return value.strftime(_DATE.get(current().language, "%Y-%m-%d"))


def _local(moment: datetime, formats: dict[str, str], default: str) -> str:
    try:
        local = moment.astimezone()
    except (OverflowError, OSError, ValueError):  # a clock that says the year 1 or 9999
        local = moment
    return local.strftime(formats.get(current().language, default))


def ago(stamp: str, now: datetime | None = None) -> str:
    """Return how long ago a record's time stamp was, in words: "3 days ago"."""
    moment = moment_of(stamp)
    if moment is None:
        return _("date unknown")
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < -_CLOCK_TOLERANCE:
        return _("dated in the future")
    if seconds < 3600:
        return _minutes_ago(int(seconds // 60))
    if seconds < 86_400:
        return _count(ngettext_("{count} hour ago", "{count} hours ago", hours := int(seconds // 3600)), hours)
    return days_ago(int(seconds // 86_400))


def _minutes_ago(minutes: int) -> str:
    if minutes < 1:
        return _("just now")
    return _count(ngettext_("{count} minute ago", "{count} minutes ago", minutes), minutes)


def days_ago(days: int) -> str:
    """Return a number of whole days in the past in words, coarser the longer ago."""
    if days <= 0:
        return _("today")
    if days < 21:
        return _count(ngettext_("{count} day ago", "{count} days ago", days), days)
    if days < 61:
        return _count(ngettext_("{count} week ago", "{count} weeks ago", weeks := days // 7), weeks)
    if days < 730:
        return _count(ngettext_("{count} month ago", "{count} months ago", months := days // 30), months)
    return _count(ngettext_("{count} year ago", "{count} years ago", years := days // 365), years)


def days_old(days: int) -> str:
    """Return an age in whole days in words: "12 days old"."""
    if days <= 0:
        return _("made today")
    return _count(ngettext_("{count} day old", "{count} days old", days), days)


def duration(started: str, ended: str) -> str:
    """Return the time between two stamps in words; "" if either is unknown or they are reversed."""
    return duration_text(started, ended, current())


def number(value: int) -> str:
    """Return a whole number, its thousands set apart."""
    return grouped(value)


def size(octets: int) -> str:
    """Return a number of bytes in words, in powers of 1,000."""
    return size_text(octets, current())


def _count(template: str, count: int) -> str:
    return template.format(count=count)
