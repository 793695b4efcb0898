"""The models of the journal, without a window."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QTextDocument
from pytestqt.modeltest import ModelTester

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionKind, ActionStop, ItemResult
from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Device
from medscan_gui.core.finding import ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.words import Cause, Light, Outcome, Severity, Stop, TargetKind, VerdictKind
from medscan_gui.gui.models.acceptances import AcceptancesModel, AcceptedColumn
from medscan_gui.gui.models.actions import ActionColumn, ActionItemsModel
from medscan_gui.gui.models.devices import OPEN_ROLE, OVERDUE_ROLE, DevicesModel, Due, is_due
from medscan_gui.gui.models.facts import FactsModel
from medscan_gui.gui.models.findings import FindingColumn, FindingsModel
from medscan_gui.gui.models.problems import ProblemsModel
from medscan_gui.gui.models.roles import DETAIL_ROLE, SORT_ROLE
from medscan_gui.gui.models.scans import HistoryRow, ScanColumn, ScansModel, sort_scans
from medscan_gui.store.summaries import ActionSummary, DeviceSummary, ScanSummary
from tests.gui.journal_samples import HOSTILE, finding

DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


def summary(number: int, **changes: object) -> ScanSummary:
    values: dict[str, object] = {
        "id": f"scan-{number}",
        "sequence": number,
        "started": f"2026-11-{1 + number % 28:02}T10:00:00.000Z",
        "ended": "2026-11-21T10:05:00.000Z",
        "device": Device(id="d", name="MRI console"),
        "operator": "C. Dubois",
        "target": "This computer",
        "target_kind": TargetKind.COMPUTER,
        "light": Light.BLUE,
        "verdict": VerdictKind.NO_THREAT,
        "stop": Stop.COMPLETED,
        "threats": 0,
        "not_read": 0,
    }
    return ScanSummary(**(values | changes))  # type: ignore[arg-type]


def done(number: int, **changes: object) -> ActionSummary:
    values: dict[str, object] = {
        "id": f"action-{number}",
        "sequence": number,
        "kind": ActionKind.CLEAN_UP,
        "started": f"2026-11-{1 + number % 28:02}T10:00:00.000Z",
        "ended": "2026-11-21T10:05:00.000Z",
        "device": Device(id="d", name="MRI console"),
        "operator": "C. Dubois",
        "target": "This computer",
        "scan_id": "scan-1",
        "stop": ActionStop.COMPLETED,
        "wanted": 3,
        "done": 2,
        "not_done": 1,
        "uncertain": 0,
        "destination": "",
    }
    return ActionSummary(**(values | changes))  # type: ignore[arg-type]


def item(where: bytes = b"E:\\a.exe", result: ItemResult = ItemResult.DONE, **changes: object) -> ActionItem:
    return ActionItem(chain=(where,), result=result, **changes)  # type: ignore[arg-type]


def icon(_light: Light) -> QIcon:
    return QIcon()


def test_the_models_keep_qt_s_rules(qtmodeltester: ModelTester) -> None:
    scans = ScansModel(icon)
    scans.replace([summary(1), summary(2)], complete=False)
    scans.append([summary(3), done(4)])
    devices = DevicesModel(icon)
    devices.set_devices([DeviceSummary(device=Device(id="d"), scans=1)])
    findings = FindingsModel()
    findings.set_findings((finding(),))
    facts = FactsModel()
    facts.set_facts([("Name", "Value")])
    problems = ProblemsModel()
    problems.set_problems(
        [ItemProblem(chain=(b"a",), outcome=Outcome.ENCRYPTED), ItemProblem(chain=(b"b",), outcome=Outcome.DAMAGED)],
        Coverage(),
    )
    items = ActionItemsModel()
    items.set_items((item(),))
    accepted = AcceptancesModel()
    accepted.set_acceptances((Acceptance(sha256="a" * 64, reason="r", person="p", accepted=""),))
    for model in (scans, devices, findings, facts, problems, items, accepted):
        qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]


def test_rows_are_asked_for_once_until_they_come() -> None:
    model = ScansModel(icon)
    asked: list[bool] = []
    model.more_wanted.connect(lambda: asked.append(True))
    model.replace([summary(1)], complete=False)
    assert model.canFetchMore()
    model.fetchMore()
    model.fetchMore()
    assert len(asked) == 1
    model.append([summary(2)], complete=True)
    assert not model.canFetchMore()
    model.fetchMore()
    assert len(asked) == 1
    assert model.rowCount() == 2


def test_columns_sort_by_value_not_by_word() -> None:
    scans = [summary(number, threats=threats) for number, threats in ((5, 10), (4, 9), (3, 100), (2, 9))]
    ordered = sort_scans(scans, ScanColumn.THREATS, descending=False)
    assert [scan.threats for scan in ordered] == [9, 9, 10, 100]
    assert [scan.sequence for scan in ordered][:2] == [4, 2], "equal ones stay newest first"
    assert [scan.threats for scan in sort_scans(scans, ScanColumn.THREATS, descending=True)] == [100, 10, 9, 9]


def test_lights_sort_the_most_serious_first() -> None:
    lights = (Light.BLUE, Light.RED, Light.GREEN, Light.AMBER)
    scans = [summary(number, light=light) for number, light in enumerate(lights)]
    ordered = sort_scans(scans, ScanColumn.LIGHT, descending=False)
    assert [scan.light for scan in ordered] == [Light.RED, Light.AMBER, Light.GREEN, Light.BLUE]


def test_a_wrong_clock_does_not_change_the_order_of_dates() -> None:
    scans = [summary(2, started="1980-01-01T00:00:00.000Z"), summary(1, started="2026-11-21T10:00:00.000Z")]
    assert [scan.sequence for scan in sort_scans(scans, ScanColumn.DATE, descending=True)] == [2, 1]


def test_a_scan_that_was_cut_off_says_so() -> None:
    model = ScansModel(icon)
    model.replace([summary(1, light=Light.AMBER, stop=Stop.CUT_OFF, verdict=VerdictKind.INCOMPLETE)])
    index = model.index(0, ScanColumn.LIGHT)
    assert index.data() == "CUT OFF"
    assert "AMBER" in index.data(TIP)


def test_a_running_scan_has_no_result_yet() -> None:
    model = ScansModel(icon)
    model.replace([summary(1, light=Light.SCANNING, stop=None, verdict=None, ended="")])
    assert model.index(0, ScanColumn.LIGHT).data() == "SCANNING"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_escaped_and_bounded(name: str) -> None:
    scans = ScansModel(icon)
    scans.replace([summary(1, device=Device(id="d", name=name), operator=name, target=name)])
    devices = DevicesModel(icon)
    devices.set_devices([DeviceSummary(device=Device(id="d", name=name, department=name), scans=1, latest_scan_id="s")])
    raw = name.encode("utf-8", "surrogateescape")
    findings = FindingsModel()
    findings.set_findings((finding(raw, family=name, author=name, rule=name, description=name, sha256=name),))
    problems = ProblemsModel()
    problems.set_problems([ItemProblem(chain=(raw,), outcome=Outcome.DAMAGED, detail=name)], Coverage())
    items = ActionItemsModel()
    items.set_items((item(raw, entry=name, sha256=name, place=raw, why=Message.of("no.such.sentence", a=name)),))
    accepted = AcceptancesModel()
    accepted.set_acceptances(
        (Acceptance(sha256=name, reason=name, person=name, accepted=name, until=name, shown_name=name),)
    )
    scans.append([done(2, device=Device(id="d", name=name), operator=name, target=name, destination=name)])
    texts = [scans.index(1, column).data(role) for column in ScanColumn for role in (DISPLAY, TIP)]
    texts += [items.index(0, column).data(role) for column in ActionColumn for role in (DISPLAY, TIP)]
    texts += [accepted.index(0, column).data(role) for column in AcceptedColumn for role in (DISPLAY, TIP)]
    texts += [scans.index(0, column).data(role) for column in ScanColumn for role in (DISPLAY, TIP)]
    texts += [findings.index(0, column).data(role) for column in FindingColumn for role in (DISPLAY, TIP)]
    texts += [devices.index(1, 0).data(), devices.index(1, 0).data(TIP), *devices.index(1, 0).data(DETAIL_ROLE)]
    group = problems.index(0, 0)
    texts += [problems.index(0, column, group).data() for column in (0, 1)]
    for text in map(str, filter(None, texts)):
        assert len(text) < 2500
        assert text.isprintable(), repr(text)
        assert "\u202e" not in text
        assert "\udc80" not in text


def test_a_tool_tip_shows_mark_up_as_text() -> None:
    model = ScansModel(icon)
    model.replace([summary(1, target=HOSTILE[0])])
    tip = QTextDocument()
    tip.setHtml(model.index(0, ScanColumn.TARGET).data(TIP))
    assert tip.toPlainText().strip() == HOSTILE[0]


def test_threats_come_worst_first_and_sort_by_rank() -> None:
    model = FindingsModel()
    severities = (Severity.LOW, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH)
    model.set_findings(tuple(finding(b"%d" % place, severity=word) for place, word in enumerate(severities)))
    shown = [model.finding(row).severity for row in range(4)]
    assert shown == [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW]
    model.sort(FindingColumn.SEVERITY, Qt.SortOrder.DescendingOrder)
    assert model.finding(0).severity is Severity.LOW
    assert model.index(0, FindingColumn.SEVERITY).data(SORT_ROLE) == 3


def test_items_not_read_are_grouped_with_the_ledger_s_counts() -> None:
    """The record lists at most some thousands of items; the groups tell how many there really were."""
    problems = [ItemProblem(chain=(b"%d" % n,), outcome=Outcome.UNREADABLE, cause=Cause.IN_USE) for n in range(3)]
    coverage = Coverage(
        lines=(
            CoverageLine(Outcome.SCANNED, Cause.NONE, 100),
            CoverageLine(Outcome.SKIPPED_BY_POLICY, Cause.LINK, 7),
            CoverageLine(Outcome.UNREADABLE, Cause.IN_USE, 25_000),
            CoverageLine(Outcome.ENCRYPTED, Cause.NONE, 2),
        ),
        items_counted=25_109,
    )
    model = ProblemsModel()
    model.set_problems(problems, coverage)
    titles = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert len(titles) == 2, "what was read or left out on purpose is no problem"
    assert titles[0].startswith("Could not be read")
    assert "25\u202f000" in titles[0]
    group = model.index(0, 0)
    assert model.rowCount(group) == 4
    assert "24\u202f997" in model.index(3, 0, group).data()


def test_a_device_tells_its_latest_scan_in_words() -> None:
    model = DevicesModel(icon)
    known = Device(id="d", name="MRI console", asset_number="MR-3", department="Radiology")
    model.set_devices(
        [
            DeviceSummary(
                device=known,
                light=Light.RED,
                latest_scan="2020-01-01T00:00:00.000Z",
                latest_scan_id="s",
                scans=2,
                threats_open=3,
            ),
            DeviceSummary(device=Device(id="e")),
        ]
    )
    place, latest, still_open, due = model.index(1, 0).data(DETAIL_ROLE)
    assert (still_open, due) == ("3 threats still there", "")
    assert place == "MR-3 · Radiology"
    assert latest.startswith("RED · ")
    assert latest.endswith(" years ago · 2 scans")
    assert model.index(2, 0).data() == "Device without a name"
    assert model.index(2, 0).data(DETAIL_ROLE)[1] == "Never scanned"
    assert model.index(0, 0).data(DETAIL_ROLE) == ("2 devices", "2 scans")


def test_an_action_is_a_line_without_a_light() -> None:
    model = ScansModel(icon)
    model.replace([done(2), summary(1), done(3, stop=None, done=0), done(4, stop=ActionStop.CUT_OFF)])
    cells = [model.index(0, column).data() for column in (ScanColumn.LIGHT, ScanColumn.TARGET, ScanColumn.THREATS)]
    assert cells == ["Clean-up", "2 of 3 files", "–"]
    assert model.index(2, ScanColumn.TARGET).data() == "0 of 3 files · not over yet"
    assert model.index(3, ScanColumn.TARGET).data() == "2 of 3 files · cut off"
    assert "2 of 3 files are in the quarantine" in model.index(0, ScanColumn.LIGHT).data(TIP)
    words = {model.index(0, ScanColumn.LIGHT).data() for model in _one_of_each()}
    assert len(words) == len(ActionKind)


def _one_of_each() -> list[ScansModel]:
    models = []
    for kind in ActionKind:
        model = ScansModel(icon)
        model.replace([done(1, kind=kind)])
        models.append(model)
    return models


def test_actions_stand_behind_the_lights_and_in_the_journal_s_order_among_dates() -> None:
    entries: list[HistoryRow] = [done(3), summary(2, light=Light.BLUE), summary(1, light=Light.RED)]
    by_light = sort_scans(entries, ScanColumn.LIGHT, descending=False)
    assert [entry.sequence for entry in by_light] == [1, 2, 3]
    by_date = sort_scans(entries, ScanColumn.DATE, descending=False)
    assert [entry.sequence for entry in by_date] == [1, 2, 3]


def test_a_scan_that_checks_a_clean_up_says_so() -> None:
    model = ScansModel(icon)
    model.replace([summary(2, follows="scan-1", action="action-1"), summary(1), summary(3, follows="scan-1")])
    assert model.index(0, ScanColumn.TARGET).data() == "After clean-up: This computer"
    assert model.index(2, ScanColumn.TARGET).data() == "Locked files: This computer"
    assert model.index(1, ScanColumn.TARGET).data() == "This computer"


def test_what_was_not_done_comes_first_with_its_reason() -> None:
    model = ActionItemsModel()
    why = Message.of("files.in_use")
    model.set_items(
        [item(b"a"), item(b"b", ItemResult.NOT_DONE, why=why), item(b"c", ItemResult.UNCERTAIN),
         item(b"d", ItemResult.NOT_DONE, why=why)]
    )  # fmt: skip
    assert [model.index(row, ActionColumn.WHERE).data() for row in range(4)] == ["c", "b", "d", "a"]
    assert [count for _reason, count in model.reasons] == [2]
    assert not model.has_places
    model.sort(ActionColumn.WHERE, Qt.SortOrder.DescendingOrder)
    assert model.index(0, ActionColumn.WHERE).data() == "d"


def test_open_threats_behind_another_light_are_a_word_and_a_symbol() -> None:
    lights = ((Light.GREEN, 1), (Light.BLUE, 2), (Light.AMBER, 1), (Light.RED, 1), (Light.GREEN, 0))
    model = DevicesModel(icon)
    model.set_devices(
        [
            DeviceSummary(device=Device(id=str(place)), light=light, latest_scan_id="s", scans=1, threats_open=count)
            for place, (light, count) in enumerate(lights)
        ]
    )
    assert [model.index(row, 0).data(OPEN_ROLE) for row in range(6)] == [False, True, True, True, False, False]
    said = [model.index(row, 0).data(DETAIL_ROLE)[2] for row in range(1, 6)]
    assert said == ["1 threat still there", "2 threats still there", *["1 threat still there"] * 2, ""]
    assert "1 threat still there" in model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_an_overdue_scan_is_a_word_and_a_symbol() -> None:
    now = date(2026, 11, 21)
    days = ("2026-11-20", "2026-11-21", "2026-12-21", "2026-12-22", "", "nonsense")
    devices = [DeviceSummary(device=Device(id=day), next_scan=day) for day in days]
    model = DevicesModel(icon, now=lambda: now)
    model.set_devices(devices)
    said = [model.index(row, 0).data(DETAIL_ROLE)[-1] for row in range(1, 7)]
    assert said == [
        "OVERDUE since 2026-11-20", "Next scan due today", "Next scan due 2026-12-21",
        "Next scan due 2026-12-22", "", "",
    ]  # fmt: skip
    assert [model.index(row, 0).data(OVERDUE_ROLE) for row in range(7)] == [False, True, *[False] * 5]
    assert [one.next_scan for one in devices if is_due(one, Due.OVERDUE, now)] == ["2026-11-20"]
    assert [one.next_scan for one in devices if is_due(one, Due.SOON, now)] == list(days[:3])
    assert all(is_due(one, Due.ANY, now) for one in devices)


def test_an_acceptance_whose_last_day_is_past_says_so_and_stands_last() -> None:
    model = AcceptancesModel(lambda: "2026-11-21")
    model.set_acceptances(
        [
            Acceptance(sha256="a" * 64, reason="", person="", accepted="", until="2026-11-20", shown_name="a"),
            Acceptance(sha256="b" * 64, reason="", person="", accepted="", until="2026-11-21", shown_name="b"),
            Acceptance(sha256="c" * 64, reason="", person="", accepted="", shown_name=""),
        ]
    )
    shown = [model.index(row, AcceptedColumn.UNTIL).data() for row in range(3)]
    assert shown == ["no end", "2026-11-21", "EXPIRED on 2026-11-20"]
    assert model.index(0, AcceptedColumn.FILE).data() == "c" * 16
