"""What a scan had to keep to, and what was decided about it: policy card, accepted files, the clean-up it verifies."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.policy import CardInForce, PolicyCard
from medscan_gui.core.record import ScanRecord, timestamp
from medscan_gui.core.text import grouped
from medscan_gui.export.figures import date_text, date_time_text
from medscan_gui.export.model import AcceptedFile, CleanUp, Fact
from medscan_gui.export.speaker import FACT_LIMIT, TARGET_LIMIT, TEXT_LIMIT, Speaker

#: Accepted files, folders of a card and places read again that a report lists.
ACCEPTED_LISTED = 60
PLACES_LISTED = 12
#: Longest folder in a list of folders, in characters.
FOLDER_LIMIT = 120
#: Largest number of milliseconds of a UUIDv7 that is a date of the calendar.
_LAST_MOMENT_MS = 253_402_300_799_000


def card_summary(card: CardInForce, speaker: Speaker) -> str:
    """Return in a few words what the card in force allows."""
    return speaker.say("report.card.clean_up" if card.card.clean_up else "report.card.look_only")


def card_facts(in_force: CardInForce | None, speaker: Speaker) -> Iterator[Fact]:
    """Yield the short facts of the policy card that a scan followed; none for a record that knows no card."""
    if in_force is None:
        return
    card = in_force.card
    yield Fact(speaker.say("report.fact.card_origin"), speaker.say(f"report.origin.{in_force.origin.value}"))
    rule = "report.card.clean_up_long" if card.clean_up else "report.card.look_only_long"
    yield Fact(speaker.say("report.fact.card_clean_up"), speaker.say(rule))
    yield speaker.given("report.fact.card_manufacturer", card.manufacturer)
    yield speaker.given("report.fact.card_contact", card.contact)
    yield speaker.given("report.fact.card_approval", card.approval)
    yield Fact(speaker.say("report.fact.card_due"), _due(card, speaker))
    gentle = speaker.say("report.card.gentle" if card.gentle else "report.card.not_gentle", share=card.cpu_share)
    yield Fact(speaker.say("report.fact.card_gentle"), gentle)


def card_lists(in_force: CardInForce | None, speaker: Speaker) -> Iterator[Fact]:
    """Yield the long facts of the policy card, those that it has."""
    if in_force is None:
        return
    card = in_force.card
    if when := _when(card, speaker):
        yield Fact(speaker.say("report.fact.card_when"), when)
    if card.scan_by:
        yield speaker.given("report.fact.card_by", ", ".join(card.scan_by), limit=TARGET_LIMIT)
    if card.headers_only:
        yield Fact(speaker.say("report.fact.card_headers"), _folders(card.headers_only, speaker))
    if card.protected:
        yield Fact(speaker.say("report.fact.card_protected"), _folders(card.protected, speaker))
    if card.note:
        yield speaker.given("report.fact.card_note", " ".join(card.note.split()), limit=TEXT_LIMIT)


def _due(card: PolicyCard, speaker: Speaker) -> str:
    day = date_text(f"{card.next_scan}T12:00:00Z", 0, speaker.words) if card.next_scan else ""
    if day and card.interval_days:
        return speaker.say("report.card.due_every", day=day, count=card.interval_days)
    if card.interval_days:
        return speaker.say("report.card.every", count=card.interval_days)
    return day or speaker.say("report.unknown")


def _when(card: PolicyCard, speaker: Speaker) -> str:
    days = ", ".join(speaker.say(f"report.weekday.{day.value}") for day in card.scan_days)
    return " · ".join(part for part in (card.scan_hours, days) if part)


def _folders(folders: Sequence[str], speaker: Speaker) -> str:
    listed = " · ".join(speaker.data(folder, FOLDER_LIMIT) for folder in folders[:PLACES_LISTED])
    rest = len(folders) - PLACES_LISTED
    return f"{listed} {speaker.say('report.more_folders', count=rest)}" if rest > 0 else listed


def accepted_files(record: ScanRecord, speaker: Speaker) -> tuple[tuple[AcceptedFile, ...], str]:
    """Return what the hospital accepts of what was found, and the sentence about what is left out ("" if nothing)."""
    offset = record.utc_offset_min
    listed = tuple(_accepted(one, offset, speaker) for one in record.accepted[:ACCEPTED_LISTED])
    rest = len(record.accepted) - ACCEPTED_LISTED
    return listed, speaker.say("report.more_accepted", count=rest) if rest > 0 else ""


def _accepted(one: Acceptance, offset_min: int, speaker: Speaker) -> AcceptedFile:
    until = date_text(f"{one.until}T12:00:00Z", 0, speaker.words) if one.until else speaker.say("report.no_end")
    accepted = date_text(one.accepted, offset_min, speaker.words) or speaker.say("report.unknown")
    person = shown(one.person, FACT_LIMIT) or speaker.say("report.unknown")
    return AcceptedFile(
        name=speaker.data(one.shown_name) or speaker.say("report.unknown"),
        sha256=speaker.data(one.sha256, 64).replace("\u200b", ""),
        person=speaker.told("report.accepted_by", person=person, date=accepted),
        reason=speaker.data(one.reason, TEXT_LIMIT) or speaker.say("report.unknown"),
        until=speaker.say("report.accepted_until", until=until or speaker.say("report.unknown")),
    )


def moment_in_id(identity: str) -> str:
    """Return the time that a record's number holds (UUID version 7, RFC 9562); "" if it holds none."""
    try:
        value = uuid.UUID(identity)
    except ValueError:
        return ""
    milliseconds = value.int >> 80
    if value.version != 7 or not 0 < milliseconds <= _LAST_MOMENT_MS:
        return ""
    return timestamp(datetime.fromtimestamp(milliseconds / 1000, UTC))


def clean_up(record: ScanRecord, speaker: Speaker) -> CleanUp | None:
    """Return what a scan that follows another one builds on and what it read again; None for any other scan."""
    if not record.follows:
        return None
    evidence = record.evidence
    time = date_time_text(moment_in_id(record.follows), record.utc_offset_min, speaker.words)
    facts = [Fact(speaker.say("report.fact.follows"), speaker.data(record.follows, 60), code=True)]
    if record.action:
        facts.append(Fact(speaker.say("report.fact.action_id"), speaker.data(record.action, 60), code=True))
    facts += [
        speaker.given("report.fact.follows_time", time),
        Fact(speaker.say("report.fact.items_before"), grouped(evidence.earlier_items_read)),
        Fact(speaker.say("report.fact.items_again"), grouped(record.coverage.items_read)),
    ]
    if record.action:
        facts.append(Fact(speaker.say("report.fact.removed"), grouped(evidence.threats_removed)))
        note = "report.clean_up_note" if evidence.threats_removed > 0 else "report.clean_up_note_none"
    else:
        note = "report.unlocked_note"
    places = tuple(speaker.data(shown_raw(place), FOLDER_LIMIT) for place in record.places[:PLACES_LISTED])
    rest = len(record.places) - PLACES_LISTED
    return CleanUp(
        title=speaker.say("report.clean_up_title" if record.action else "report.unlocked_title"),
        note=speaker.say(note),
        facts=tuple(facts),
        places=places,
        places_left_out=speaker.say("report.more_folders", count=rest) if rest > 0 else "",
    )
