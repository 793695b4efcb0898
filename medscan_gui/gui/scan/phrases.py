"""Short texts of the scan page. Times are coarse on purpose: a precise guess is still a guess."""

from medscan_gui.core.device import Device, Target
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, ngettext_
from medscan_gui.core.words import VerdictKind
from medscan_gui.gui.models.counts import read_words
from medscan_gui.gui.models.phrases import date_time, headline, number, sentence
from medscan_gui.gui.scan.targets import Choice


def time_left(seconds: float | None) -> str:
    """Return the estimated time to the end in words; None means that nobody knows yet."""
    if seconds is None:
        return _("not known yet")
    if seconds < 20:
        return _("a few seconds")
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 60:
        return ngettext_("about {count} minute", "about {count} minutes", minutes).format(count=minutes)
    hours = round(seconds / 3600)
    return ngettext_("about {count} hour", "about {count} hours", hours).format(count=hours)


def clock(seconds: float) -> str:
    """Return a span as a clock shows it: ``4:07`` or ``1:04:07``."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def ready_words(choice: Choice | None, *, waiting: bool) -> tuple[str, str, str]:
    """Return headline, subject and second line before a scan."""
    if choice is None:
        return _("Looking for what can be scanned…"), "", ""
    if waiting:
        return _("Starting…"), choice.title, _("MedScan is still opening its journal; the scan begins right after.")
    return _("Ready to scan"), choice.title, _("MedScan only reads: nothing is changed or deleted.")


def running_words(target: Target | None, whose: str, *, paused: bool) -> tuple[str, str, str]:
    """Return headline, subject and second line during a scan."""
    words = _("The scan is paused") if paused else _("Scanning…")
    return words, Choice(target).title if target else "", whose


def whose_words(device: Device, operator: str) -> str:
    """Return whose scan it is: device, department, operator, as far as they are known."""
    parts = []
    if device.title:
        parts.append(_("Device: {device}").format(device=shown(device.title, 60)))
    if device.department:
        parts.append(shown(device.department, 60))
    if operator:
        parts.append(_("Operator: {operator}").format(operator=shown(operator, 60)))
    return " · ".join(parts)


def result_words(record: ScanRecord) -> tuple[str, str, str]:
    """Return headline, subject and second line of a result."""
    subject = " · ".join(part for part in (Choice(record.target).title, shown(record.device.title, 60)) if part)
    return _headline(record), subject, _result_line(record)


def _headline(record: ScanRecord) -> str:
    # "No threat was found" would not be true beside a threat that the hospital keeps.
    if record.verdict.kind is VerdictKind.NO_THREAT and record.evidence.threats_accepted > 0:
        return sentence("report.sentence.accepted")
    if record.verdict.kind is VerdictKind.NO_THREAT and record.target.quick:
        return sentence("verdict.no_threat_quick")
    return headline(record.verdict.kind, record.stop)


def _result_line(record: ScanRecord) -> str:
    if not record.follows:
        return " · ".join((date_time(record.ended), read_words(record.coverage, record.target)))
    # The scan that follows another one reads little: its result is on what was read before as well.
    read, again = record.evidence.earlier_items_read, record.coverage.items_read
    parts = (
        date_time(record.ended),
        ngettext_("{count} item read", "{count} items read", read).format(count=number(read)),
        ngettext_("{count} read again", "{count} read again", again).format(count=number(again)) if again else "",
    )
    return " · ".join(part for part in parts if part)
