"""Numbers, sizes, durations and dates as words of one language."""

from datetime import datetime, timedelta, timezone

from medscan_gui.core.messages import Message
from medscan_gui.core.record import moment_of
from medscan_gui.core.text import Words

_SIZES = ("report.size.b", "report.size.kb", "report.size.mb", "report.size.gb", "report.size.tb")
_MAX_OFFSET_MIN = 24 * 60 - 1


def size_text(size: int, words: Words) -> str:
    """Return a number of bytes as kB, MB (powers of ten) with at most one decimal."""
    number, step = float(max(0, size)), 0
    # 999.5 kB would be rounded to a four-digit "1000 kB".
    while number >= 999.5 and step < len(_SIZES) - 1:
        number /= 1000
        step += 1
    text = f"{number:.0f}" if step == 0 or number >= 99.95 else f"{number:.1f}"
    text = text.replace(".", words.sentence(Message.of("report.decimal_mark")))
    return words.sentence(Message.of(_SIZES[step], number=text))


def duration_text(started: str, ended: str, words: Words) -> str:
    """Return the time between two record times; "" if one is missing or they run backwards."""
    begin, end = moment_of(started), moment_of(ended)
    if begin is None or end is None or end < begin:
        return ""
    seconds = round((end - begin).total_seconds())
    if seconds < 60:
        return words.sentence(Message.of("report.duration.s", seconds=seconds))
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return words.sentence(Message.of("report.duration.min", minutes=minutes, seconds=f"{rest:02}"))
    hours, minutes = divmod(minutes, 60)
    return words.sentence(Message.of("report.duration.h", hours=hours, minutes=f"{minutes:02}"))


def _local(stamp: str, offset_min: int) -> datetime | None:
    moment = moment_of(stamp)
    if moment is None:
        return None
    bounded = max(-_MAX_OFFSET_MIN, min(_MAX_OFFSET_MIN, offset_min))
    try:
        return moment.astimezone(timezone(timedelta(minutes=bounded)))
    except OverflowError:
        return moment


def date_text(stamp: str, offset_min: int, words: Words) -> str:
    """Return the local day of a record time in words; "" if it is none."""
    moment = _local(stamp, offset_min)
    if moment is None:
        return ""
    month = words.sentence(Message.of(f"report.month.{moment.month}"))
    return words.sentence(Message.of("report.date", day=_day(moment, words), month=month, year=moment.year))


def date_time_text(stamp: str, offset_min: int, words: Words) -> str:
    """Return local day and time of a record time in words; "" if it is none."""
    moment = _local(stamp, offset_min)
    if moment is None:
        return ""
    month = words.sentence(Message.of(f"report.month.{moment.month}"))
    time = moment.strftime("%H:%M")
    day = _day(moment, words)
    return words.sentence(Message.of("report.date_time", day=day, month=month, year=moment.year, time=time))


def _day(moment: datetime, words: Words) -> str:
    return words.sentence(Message.of("report.first_of_month")) if moment.day == 1 else str(moment.day)


def utc_text(stamp: str) -> str:
    """Return a record time as technicians read it in every language: ``2026-11-21 20:31:07``."""
    moment = _local(stamp, 0)
    return moment.replace(tzinfo=None).isoformat(" ", "seconds") if moment else ""


def offset_text(offset_min: int) -> str:
    """Return an offset from UTC: ``+01:00``."""
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{'-' if offset_min < 0 else '+'}{hours:02}:{minutes:02}"
