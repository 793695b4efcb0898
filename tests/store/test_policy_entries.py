"""Accepted files, policy cards, ticked steps, and the day on which the next scan is due."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.device import Device, Target
from medscan_gui.core.policy import CardOrigin, PolicyCard, StoredCard
from medscan_gui.core.words import Stop, TargetKind
from medscan_gui.store.journal import Journal, JournalError, JournalProblem
from tests.store.records import FOLDER, SCANNER, STICK, ended, finding, follow_up, journal_file, scan, stub
from tests.store.test_journal_forged import forge

CONTENT = "ab" * 32
SAVED = "2026-11-01T08:00:00.000Z"
PACS = Device(id="device-pacs", name="PACS", make="ACME  Médical", model="P-100")


def acceptance(sha256: str = CONTENT, **facts: object) -> Acceptance:
    given: dict[str, object] = {"reason": "Outil", "person": "Zoé", "accepted": SAVED, **facts}
    return Acceptance(sha256=sha256, **given)  # type: ignore[arg-type]


def own(device_id: str, card: PolicyCard | None, **facts: object) -> StoredCard:
    return StoredCard(device_id=device_id, card=card, saved=SAVED, **facts)  # type: ignore[arg-type]


def of_model(make: str, model: str, card: PolicyCard | None) -> StoredCard:
    return StoredCard(make=make, model=model, card=card, saved=SAVED)


def step(name: str, *, done: bool = True, scan_id: str = "scan-1") -> ProcedureStep:
    return ProcedureStep(scan_id=scan_id, device_id=STICK.id, step=name, text="Isoler", done=done, at=SAVED)


# --- accepted files ---


def test_the_latest_of_each_content_counts(journal: Journal) -> None:
    journal.accept(acceptance())
    journal.accept(acceptance("cd" * 32, until="2020-01-01"))
    later = acceptance(person="Ali", until="2027-05-31")
    journal.accept(later)
    assert journal.acceptances() == (later, acceptance("cd" * 32, until="2020-01-01"))


def test_withdrawn_ones_only_when_asked_for(journal: Journal) -> None:
    journal.accept(acceptance())
    gone = acceptance(withdrawn=True)
    journal.accept(gone)
    assert journal.acceptances() == ()
    assert journal.acceptances(withdrawn=True) == (gone,)
    journal.accept(acceptance(person="Ali"))
    assert journal.acceptances() == (acceptance(person="Ali"),)


def test_the_same_is_entered_once(journal: Journal) -> None:
    journal.accept(acceptance())
    journal.accept(acceptance())
    journal.tick(step("a"))
    journal.tick(step("a"))
    journal.save_card(own(STICK.id, PolicyCard(clean_up=True)))
    journal.save_card(own(STICK.id, PolicyCard(clean_up=True), operator="Ali"))
    journal.save_card(own("nobody", None))
    assert journal.head().sequence == 4


@pytest.mark.parametrize("sha256", ["", "ab", "AB" * 32, "xy" * 32, CONTENT + "\n", CONTENT + "ab"])
def test_only_a_content_is_accepted(journal: Journal, sha256: str) -> None:
    """Findings whose file could not be read again have no digest: "" must never be accepted for all of them."""
    with pytest.raises(ValueError, match="SHA-256"):
        journal.accept(acceptance(sha256))
    assert (journal.acceptances(), journal.head().sequence) == ((), 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE index_acceptances SET sha256 = 'c0' || substr(sha256, 3)",  # another content
        "UPDATE index_acceptances SET sequence = 1",  # another entry
        "UPDATE index_acceptances SET sequence = 99",  # none
        "INSERT INTO index_acceptances VALUES (printf('%064d', 7), 2)",  # a second content, same entry
    ],
)
def test_a_falsified_list_accepts_nothing(
    journal: Journal, folder: Path, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    """While the journal is open, before any check of the lists."""
    journal.accept(acceptance())
    forge(folder, statement)
    with pytest.raises(JournalError) as error:
        journal.acceptances()
    assert error.value.code is JournalProblem.DAMAGED
    assert journal.verify().lists_rebuilt
    assert "made again" in caplog.text
    assert journal.acceptances() == (acceptance(),)


def test_a_falsified_entry_accepts_nothing(journal: Journal, folder: Path) -> None:
    journal.accept(acceptance())
    changed = "CAST(replace(CAST(body AS TEXT), 'abab', 'c0c0') AS BLOB)"
    forge(
        folder,
        f"DROP TRIGGER entries_never_change; UPDATE entries SET body = {changed} WHERE sequence = 2;"
        f"UPDATE index_acceptances SET sha256 = replace(sha256, 'abab', 'c0c0')",
    )
    with pytest.raises(JournalError):
        journal.acceptances()


# --- cards ---


def test_the_latest_card_of_each_device_and_model_counts(journal: Journal) -> None:
    journal.save_card(own(STICK.id, PolicyCard()))
    journal.save_card(of_model("ACME Médical", "P-100", PolicyCard(note="model")))
    latest = own(STICK.id, PolicyCard(clean_up=True), operator="Zoé")
    journal.save_card(latest)
    assert journal.card_of(STICK.id) == latest
    assert journal.cards() == (latest, of_model("ACME Médical", "P-100", PolicyCard(note="model")))
    assert journal.card_of(SCANNER.id) is None
    assert journal.card_of("") is None


@pytest.mark.parametrize(
    ("make", "model"), [("ACME Médical", "P-100"), ("acme medical", "p-100"), (" AcmeMedical ", "P - 100")]
)
def test_models_are_compared_without_case_spaces_and_accents(journal: Journal, make: str, model: str) -> None:
    journal.save_card(of_model("Acme Médical", "P-100", PolicyCard(note="x")))
    found = journal.card_of_model(make, model)
    assert found
    assert found.card == PolicyCard(note="x")


def test_other_models_have_no_card(journal: Journal) -> None:
    journal.save_card(of_model("AB", "C", PolicyCard(clean_up=True)))
    for make, model in (("A", "BC"), ("", "ABC"), ("AB", ""), ("", ""), ("AB", "CD")):
        assert journal.card_of_model(make, model) is None


def test_a_card_is_taken_away(journal: Journal) -> None:
    journal.save_card(own(STICK.id, PolicyCard(clean_up=True)))
    journal.save_card(own(STICK.id, None))
    assert (journal.card_of(STICK.id), journal.cards()) == (None, ())


def test_a_card_of_nobody_is_refused_with_all_that_came_with_it(journal: Journal) -> None:
    with pytest.raises(ValueError, match="belongs to"):
        journal.save_cards([own(STICK.id, PolicyCard()), of_model(" ", "", PolicyCard())])
    assert (journal.cards(), journal.head().sequence) == ((), 1)


def test_a_fleet_is_saved_at_once_and_again_changes_nothing(journal: Journal) -> None:
    fleet = [own(f"device-{number}", PolicyCard(interval_days=number)) for number in range(300)]
    assert journal.save_cards(fleet) == 300
    assert journal.save_cards(fleet) == 0
    assert len(journal.cards()) == 300
    assert journal.verify().lists_agree


# --- steps ---


def test_the_latest_of_each_step(journal: Journal) -> None:
    for one in (step("isolate"), step("call"), step("isolate", done=False), step("call", scan_id="scan-2")):
        journal.tick(one)
    assert journal.steps("scan-1") == (step("call"), step("isolate", done=False))
    assert journal.steps("scan-2") == (step("call", scan_id="scan-2"),)
    assert journal.steps("scan-3") == ()


def test_half_a_character_is_refused_in_words(journal: Journal) -> None:
    refusals: tuple[Callable[[], None], ...] = (
        lambda: journal.accept(acceptance(reason="\ud800")),
        lambda: journal.save_card(own(STICK.id, PolicyCard(note="\ud800"))),
        lambda: journal.tick(step("\ud800")),
    )
    for refused in refusals:
        with pytest.raises(JournalError) as error:
            refused()
        assert error.value.code is JournalProblem.NOT_TEXT


# --- due ---


def due(journal: Journal, device_id: str = STICK.id) -> str:
    (found,) = [shown.next_scan for shown in journal.devices() if shown.device.id == device_id]
    return found


def scanned(journal: Journal, number: int, day: str, **facts: object) -> None:
    """A scan of the stick that ended on `day` at half past ten in the evening, UTC."""
    begun = stub(number, **{key: facts.pop(key) for key in ("target", "device") if key in facts})  # type: ignore[arg-type]
    record = ended(begun, (), **facts)  # type: ignore[arg-type]
    journal.begin_scan(begun)
    journal.finish_scan(msgspec.structs.replace(record, ended=f"{day}T22:30:00.000Z", utc_offset_min=60))


@pytest.mark.parametrize(
    ("card", "days", "expected"),
    [
        (None, ["2026-11-02"], ""),
        (PolicyCard(), ["2026-11-02"], ""),
        (PolicyCard(interval_days=30), [], "2026-11-01"),  # never scanned: since the card was saved
        (PolicyCard(interval_days=30), ["2026-11-02"], "2026-12-02"),
        (PolicyCard(interval_days=30), ["2028-01-31"], "2028-03-01"),  # a leap year
        (PolicyCard(interval_days=30), ["2026-11-09", "2026-11-02"], "2026-12-02"),  # the journal's order
        (PolicyCard(next_scan="2026-12-24"), [], "2026-12-24"),
        (PolicyCard(next_scan="2026-12-24"), ["2026-12-23"], "2026-12-24"),
        (PolicyCard(next_scan="2026-12-24"), ["2026-12-24"], ""),  # that day was kept, and nothing follows
        (PolicyCard(next_scan="2026-12-24", interval_days=10), ["2026-12-23"], "2026-12-24"),
        (PolicyCard(next_scan="2026-12-24", interval_days=10), ["2026-12-24"], "2027-01-03"),
        (PolicyCard(next_scan="2026-12-24", interval_days=10), ["2027-01-30"], "2027-02-09"),
        (PolicyCard(interval_days=3650), ["9999-12-01"], ""),  # past the calendar
    ],
)
def test_next_scan(journal: Journal, card: PolicyCard | None, days: list[str], expected: str) -> None:
    journal.save_device(STICK)
    journal.save_card(own(STICK.id, card))
    for number, day in enumerate(days):
        scanned(journal, number, day)
    assert due(journal) == expected


def test_the_day_is_the_computers_own(journal: Journal) -> None:
    """23:30 UTC is the next day in Paris."""
    journal.save_card(own(STICK.id, PolicyCard(interval_days=1)))
    begun = stub(1)
    journal.begin_scan(begun)
    journal.finish_scan(
        msgspec.structs.replace(ended(begun), ended="2026-11-02T23:30:00.000Z", utc_offset_min=60)
    )
    assert due(journal) == "2026-11-04"


@pytest.mark.parametrize(
    "facts",
    [
        {"stop": Stop.CANCELLED},
        {"stop": Stop.TARGET_GONE},
        {"target": Target(kind=TargetKind.FILE, paths=(b"/media/stick/a",))},
    ],
)
def test_scans_that_do_not_count(journal: Journal, facts: dict[str, object]) -> None:
    journal.save_card(own(STICK.id, PolicyCard(interval_days=30)))
    scanned(journal, 1, "2026-11-02")
    scanned(journal, 2, "2026-11-20", **facts)
    assert due(journal) == "2026-12-02"


def test_a_verifying_scan_does_not_count(journal: Journal) -> None:
    journal.save_card(own(STICK.id, PolicyCard(interval_days=30)))
    scanned(journal, 1, "2026-11-02")
    first = ended(stub(2), (finding(),), stop=Stop.CANCELLED)
    journal.finish_scan(first)
    journal.finish_scan(msgspec.structs.replace(follow_up(first, 3, 1), ended="2026-11-20T10:00:00Z"))
    assert due(journal) == "2026-12-02"


@pytest.mark.parametrize("offset", [10**30, -(10**12), 10**7])
def test_impossible_offsets_give_no_day(journal: Journal, offset: int) -> None:
    journal.save_card(own(STICK.id, PolicyCard(interval_days=30)))
    journal.finish_scan(msgspec.structs.replace(ended(stub(1)), utc_offset_min=offset))
    assert len(due(journal)) in {0, 10}
    assert journal.verify().lists_agree


def test_the_models_card_counts_where_the_device_has_none(journal: Journal) -> None:
    journal.save_device(PACS)
    journal.save_device(STICK)
    journal.save_card(of_model("acme medical", "P-100", PolicyCard(next_scan="2026-12-01")))
    assert due(journal, PACS.id) == "2026-12-01"
    origins = {shown.device.id: shown.card_origin for shown in journal.devices()}
    assert origins == {PACS.id: CardOrigin.MODEL, STICK.id: None}
    journal.save_card(own(PACS.id, PolicyCard()))
    assert (due(journal, PACS.id), journal.devices("pacs")[0].card_origin) == ("", CardOrigin.DEVICE)
    journal.save_card(own(PACS.id, None))
    assert (due(journal, PACS.id), journal.devices("pacs")[0].card_origin) == ("2026-12-01", CardOrigin.MODEL)


def test_what_is_due_comes_longest_due_first(journal: Journal) -> None:
    for number, day in enumerate(("2026-12-03", "2026-12-01", "", "2026-12-02", "2027-01-01")):
        journal.save_device(Device(id=f"device-{number}"))
        journal.save_card(own(f"device-{number}", PolicyCard(next_scan=day)))
    assert [shown.device.id for shown in journal.devices(due_by="2026-12-03")] == ["device-1", "device-3", "device-0"]
    assert [shown.device.id for shown in journal.devices(due_by="2026-12-03", limit=1, offset=1)] == ["device-3"]
    assert journal.devices(due_by="2020-01-01") == ()
    assert len(journal.devices()) == 5


def test_what_was_decided_is_there_at_the_next_start(journal: Journal, folder: Path) -> None:
    journal.accept(acceptance())
    journal.save_card(own(STICK.id, PolicyCard(clean_up=True, next_scan="2026-12-01")))
    journal.tick(step("a"))
    scan(journal, 1, target=FOLDER)
    before = journal.acceptances(), journal.cards(), journal.steps("scan-1"), journal.devices()
    journal.rebuild_lists()
    journal.close()
    sound = journal_file(folder).read_bytes()
    again = Journal.open(folder, removable=True)
    assert (again.acceptances(), again.cards(), again.steps("scan-1"), again.devices()) == before
    again.close()
    assert journal_file(folder).read_bytes() == sound
