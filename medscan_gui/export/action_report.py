"""From the record of an action to its report's values: what was done with which file, and why not with the others."""

from collections.abc import Iterator

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.finding import worst_first
from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown_chain, shown_raw
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import Words, grouped
from medscan_gui.export.figures import date_text, date_time_text, duration_text, offset_text, size_text, utc_text
from medscan_gui.export.model import ActionFile, ActionGroup, ActionReport, Fact, Figure, JournalPosition
from medscan_gui.export.speaker import (
    FOOT_LIMIT,
    PERIMETER_LIMIT,
    SHORT_ID,
    TARGET_LIMIT,
    TEXT_LIMIT,
    Speaker,
    attachment_name,
    document_moment,
)

#: Reasons listed, files listed for one reason, and files listed in all.
REASONS_LISTED = 40
FILES_PER_REASON = 120
FILES_LISTED = 400
#: Longest name in a list, in characters: about five lines.
NAME_LIMIT = 400
#: What was found in one file is named up to here, in characters.
THREAT_LIMIT = 80

_Reason = tuple[ItemResult, Message | None]
#: What needs someone's attention comes first.
_RESULT_ORDER = {ItemResult.UNCERTAIN: 0, ItemResult.NOT_DONE: 1, ItemResult.DONE: 2}


def build_action_report(
    action: ActionRecord,
    position: JournalPosition | None,
    words: Words,
    covered: frozenset[int],
    *,
    hospital: str = "",
    scan: ScanRecord | None = None,
) -> ActionReport:
    """Return the report of an action. `covered` holds the code points that the fonts draw (`glyphs.drawable`)."""
    speaker = Speaker(words, covered)
    outcome = _outcome(action)
    groups, left_out = _groups(action, scan, speaker)
    attachment = attachment_name(action.id)
    name = action.device.title or action.target.label or action.target.shown
    kind = speaker.say(f"report.action.{action.kind.value}")
    date = date_text(action.started, action.utc_offset_min, words)
    return ActionReport(
        language=words.language,
        title=speaker.say("report.action.title_of", kind=kind, device=speaker.plain(name[:60]), date=date),
        moment=document_moment(action.ended, action.started),
        hospital=speaker.data(hospital, PERIMETER_LIMIT),
        kind=kind,
        running_label=speaker.say("report.label.action_id"),
        subtitle=" · ".join(part for part in (speaker.data(name, PERIMETER_LIMIT), date) if part),
        running_title=speaker.data(name, FOOT_LIMIT),
        running_scan=speaker.plain(action.id[:SHORT_ID]),
        running_code=speaker.plain(position.short_code[:20]) if position else "",
        labels=speaker.labels(),
        attachment=attachment,
        attachment_description=speaker.say("report.action.attachment_description"),
        attachment_note=speaker.say("report.attachment_note", attachment=attachment),
        outcome=outcome,
        headline=speaker.say(f"report.action.headline.{outcome}"),
        sentence=_sentence(action, speaker),
        means=speaker.say(_means(action, outcome)),
        next_steps=tuple(speaker.say(code) for code in _next_steps(action, outcome)),
        figures=tuple(_figures(action, speaker)),
        perimeter=tuple(_perimeter(action, speaker)),
        notes=tuple(_notes(action, scan, speaker)),
        groups=groups,
        groups_left_out=left_out,
        context=tuple(_context(action, position, speaker)),
    )


def _outcome(action: ActionRecord) -> str:
    done = action.count(ItemResult.DONE)
    if done and done >= action.wanted and done == len(action.items) and action.stop is ActionStop.COMPLETED:
        return "done"
    return "partly" if done or action.count(ItemResult.UNCERTAIN) else "not_done"


def _not_done(action: ActionRecord) -> int:
    """Return how many files were not done; those that the action never came to are among them."""
    listed = action.count(ItemResult.NOT_DONE)
    return listed + max(0, action.wanted - len(action.items))


def _sentence(action: ActionRecord, speaker: Speaker) -> str:
    said = [speaker.say(f"report.action.sentence.{action.kind.value}", count=action.count(ItemResult.DONE))]
    if left := _not_done(action):
        said.append(speaker.say(f"report.action.left.{action.kind.value}", count=left))
    if doubtful := action.count(ItemResult.UNCERTAIN):
        said.append(speaker.say("report.action.uncertain", count=doubtful))
    if action.stop is not ActionStop.COMPLETED:
        said.append(speaker.say(f"report.action.stop.{action.stop.value}"))
    return " ".join(said)


def _means(action: ActionRecord, outcome: str) -> str:
    if outcome == "not_done":
        return "report.action.means.nothing"
    if action.kind is ActionKind.CLEAN_UP:
        return f"report.action.means.clean_up_{outcome}"
    return f"report.action.means.{action.kind.value}"


def _next_steps(action: ActionRecord, outcome: str) -> Iterator[str]:
    if outcome != "done":
        yield "report.action.do.see_reasons"
    if action.kind is ActionKind.CLEAN_UP:
        yield "report.action.do.read_scan_report"
        if outcome != "not_done":
            yield "report.action.do.can_be_undone"
    elif action.kind is ActionKind.RESTORE:
        yield "report.action.do.scan_again"
        yield "report.action.do.tell_security"
        yield "report.action.do.accept_or_clean"
    elif action.kind is ActionKind.SETTLE:
        yield "report.action.do.scan_again"
    elif action.kind is ActionKind.EXPORT:
        yield "report.action.do.password_apart"
        yield "report.action.do.only_experts"
    yield "report.action.do.keep_report"


def _figures(action: ActionRecord, speaker: Speaker) -> Iterator[Figure]:
    yield Figure(speaker.say("report.figure.wanted"), grouped(action.wanted))
    done = grouped(action.count(ItemResult.DONE))
    yield Figure(speaker.say(f"report.figure.{action.kind.value}"), done)
    left, doubtful = _not_done(action), action.count(ItemResult.UNCERTAIN)
    yield Figure(speaker.say("report.figure.not_done"), grouped(left), alarming=left > 0)
    if doubtful:
        yield Figure(speaker.say("report.figure.uncertain"), grouped(doubtful), alarming=True)
    size = sum(item.size for item in action.items if item.result is ItemResult.DONE)
    yield Figure(speaker.say("report.figure.data"), size_text(size, speaker.words))


def _perimeter(action: ActionRecord, speaker: Speaker) -> Iterator[Fact]:
    device, words = action.device, speaker.words
    yield speaker.short("report.fact.device", device.name)
    yield speaker.short("report.fact.target", action.target.shown)
    yield speaker.short("report.fact.asset_number", device.asset_number)
    yield speaker.short("report.fact.operator", action.operator)
    yield speaker.short("report.fact.department", device.department)
    yield speaker.short("report.fact.date", date_time_text(action.started, action.utc_offset_min, words))
    yield speaker.short("report.fact.model", device.make, device.model)
    yield speaker.short("report.fact.duration", duration_text(action.started, action.ended, words))
    yield speaker.short("report.fact.serial", device.serial)
    yield speaker.short("report.fact.kit", action.kit)


def _notes(action: ActionRecord, scan: ScanRecord | None, speaker: Speaker) -> Iterator[Fact]:
    if action.reason:
        yield speaker.given("report.fact.reason", " ".join(action.reason.split()), limit=TEXT_LIMIT)
    if action.destination:
        yield speaker.given("report.fact.destination", action.destination, limit=TARGET_LIMIT)
    if scan is not None:
        yield Fact(speaker.say(_scan_label(action, scan)), _scan_words(scan, speaker))


def _scan_label(action: ActionRecord, scan: ScanRecord) -> str:
    return "report.fact.verified_by" if scan.action == action.id else "report.fact.found_by"


def _scan_words(scan: ScanRecord, speaker: Speaker) -> str:
    light = speaker.say(f"light.{scan.light.value}")
    date = date_time_text(scan.started, scan.utc_offset_min, speaker.words)
    number = speaker.data(scan.id[:SHORT_ID])
    return " · ".join(part for part in (light, date, number) if part)


def _groups(
    action: ActionRecord, scan: ScanRecord | None, speaker: Speaker
) -> tuple[tuple[ActionGroup, ...], str]:
    by_reason: dict[_Reason, list[ActionItem]] = {}
    for item in action.items:
        by_reason.setdefault((item.result, item.why), []).append(item)
    threats = _threats_by_file(scan)
    ordered = sorted(by_reason.items(), key=lambda entry: (_RESULT_ORDER[entry[0][0]], -len(entry[1])))
    room = FILES_LISTED
    groups = []
    for reason, items in ordered[:REASONS_LISTED]:
        # At least one file each: a reason without any file would be no help to anyone.
        take = max(1, min(FILES_PER_REASON, room))
        listed = tuple(_file(item, threats, speaker) for item in items[:take])
        groups.append(_group(action.kind, reason, listed, len(items), speaker))
        room -= len(listed)
    left_out = []
    if unlisted := sum(len(items) for _reason, items in ordered[REASONS_LISTED:]):
        left_out.append(speaker.say("report.more_action_files", count=unlisted))
    if unreached := max(0, action.wanted - len(action.items)):
        left_out.append(speaker.say("report.files_not_reached", count=unreached))
    return tuple(groups), " ".join(left_out)


def _threats_by_file(scan: ScanRecord | None) -> dict[bytes, dict[str, None]]:
    """Return what was found in each file on disk, worst first."""
    threats: dict[bytes, dict[str, None]] = {}
    for found in worst_first(scan.findings) if scan is not None else ():
        threats.setdefault(found.chain[0], {})[found.family or found.rule] = None
    return threats


def _group(
    kind: ActionKind, reason: _Reason, listed: tuple[ActionFile, ...], count: int, speaker: Speaker
) -> ActionGroup:
    result, why = reason
    rest = count - len(listed)
    return ActionGroup(
        result=result.value,
        title=speaker.say(result_word(kind, result)),
        reason=speaker.reason(why) if why is not None else "",
        files=speaker.say("report.files_matched", count=count),
        listed=listed,
        left_out=speaker.say("report.more_action_files", count=rest) if rest > 0 else "",
    )


def result_word(kind: ActionKind, result: ItemResult) -> str:
    """Return the code of the words for a file's result; they depend on what was to be done."""
    if result is ItemResult.UNCERTAIN:
        return "report.action.result.uncertain"
    return f"report.action.result.{kind.value}.{result.value}"


def _file(item: ActionItem, threats: dict[bytes, dict[str, None]], speaker: Speaker) -> ActionFile:
    found = threats.get(item.chain[0], {}) if item.chain else {}
    return ActionFile(
        where=speaker.data(shown_chain(item.chain), NAME_LIMIT),
        sha256=speaker.data(item.sha256, 64).replace("\u200b", ""),
        size=size_text(item.size, speaker.words),
        threat=speaker.data(", ".join(found), THREAT_LIMIT),
        entry=speaker.told("report.in_quarantine", entry=item.entry) if item.entry else "",
        place=speaker.told("report.restored_to", place=shown_raw(item.place)) if item.place else "",
    )


def _context(action: ActionRecord, position: JournalPosition | None, speaker: Speaker) -> Iterator[Fact]:
    host, target = action.host, action.target
    yield Fact(speaker.say("report.fact.action_id"), speaker.data(action.id, 60), code=True)
    if action.scan_id:
        yield Fact(speaker.say("report.fact.scan_id"), speaker.data(action.scan_id, 60), code=True)
    yield speaker.given("report.fact.started", utc_text(action.started))
    yield speaker.given("report.fact.ended", utc_text(action.ended))
    offset = speaker.say("report.value.offset", offset=offset_text(action.utc_offset_min))
    yield Fact(speaker.say("report.fact.offset"), offset)
    yield speaker.given("report.fact.host", host.name)
    yield speaker.given("report.fact.system", host.os, host.os_version, host.machine)
    yield speaker.given("report.fact.target", target.shown, limit=TARGET_LIMIT)
    yield speaker.given("report.fact.volume", target.volume_id)
    if position is None:
        yield Fact(speaker.say("report.fact.journal_position"), speaker.say("report.value.no_position"))
        return
    yield speaker.given("report.fact.station", position.station)
    entry = speaker.say("report.value.position", sequence=grouped(position.sequence))
    yield Fact(speaker.say("report.fact.journal_position"), entry)
    yield Fact(speaker.say("report.fact.journal_code"), speaker.data(position.short_code, 40), code=True)
    yield Fact(speaker.say("report.fact.journal_hash"), speaker.data(position.hash), code=True)
