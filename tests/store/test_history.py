"""Scans and actions as one list."""

import pytest

from medscan_gui.core.action import ActionKind, ItemResult
from medscan_gui.core.words import Light
from medscan_gui.store.journal import ActionSummary, Journal
from medscan_gui.store.queries import ScanOrder
from medscan_gui.store.search import ROWS_SEARCHED
from tests.store.records import SCANNER, STICK, act, action, begun, finding, follow_up, item, scan, stub


@pytest.fixture
def busy(journal: Journal) -> Journal:
    """In the journal's order: two scans, a clean-up, its verifying scan, a restoration, a scan, an export."""
    first = scan(journal, 1, (finding(),), operator="Zoé Martin")
    scan(journal, 2, device=SCANNER, not_read=4)
    act(journal, action(3, item(), scan_id="scan-1", operator="Ali", reason="Faux positif probable"))
    verifying = follow_up(first, 4, 1)
    journal.begin_scan(stub(4))
    journal.finish_scan(verifying)
    hostile = item(b"/media/stick/\xe2\x80\xaecod.exe", ItemResult.NOT_DONE, entry="e-42", sha256="dd" * 32)
    act(journal, action(5, hostile, kind=ActionKind.RESTORE, device=SCANNER))
    scan(journal, 6)
    journal.begin_action(begun(action(7, kind=ActionKind.EXPORT, destination="/media/out.zip")))
    return journal


def ids(journal: Journal, *of: str, **choice: object) -> list[int]:
    return [int(shown.id.partition("-")[2]) for shown in journal.history(*of, **choice)]  # type: ignore[arg-type]


def test_one_list_in_the_journals_order(busy: Journal) -> None:
    assert ids(busy) == [7, 6, 5, 4, 3, 2, 1]
    assert ids(busy, descending=False) == [1, 2, 3, 4, 5, 6, 7]
    assert busy.count_history() == 7
    assert [shown.id for shown in busy.history() if isinstance(shown, ActionSummary)] == [
        "action-7",
        "action-5",
        "action-3",
    ]


def test_what_was_settled_is_listed_and_found(busy: Journal) -> None:
    act(busy, action(8, item(entry="e-settled"), item(b"/media/stick/b", ItemResult.UNCERTAIN), kind=ActionKind.SETTLE))
    newest = busy.history(limit=1)[0]
    assert isinstance(newest, ActionSummary)
    assert (newest.kind, newest.done, newest.uncertain, newest.running) == (ActionKind.SETTLE, 1, 1, False)
    assert busy.action("action-8").kind is ActionKind.SETTLE
    assert ids(busy, search="e-settled") == [8]
    assert busy.verify().lists_agree


def test_a_settling_that_was_cut_off_is_dead(busy: Journal) -> None:
    stub_ = begun(action(8, kind=ActionKind.SETTLE))
    busy.begin_action(stub_)
    assert stub_ not in busy.dead_actions()
    busy._running.release(stub_.id)
    assert stub_ in busy.dead_actions()


def test_each_is_shown_as_in_its_own_list(busy: Journal) -> None:
    history = busy.history()
    assert tuple(shown for shown in history if isinstance(shown, ActionSummary)) == busy.actions()
    assert tuple(shown for shown in history if not isinstance(shown, ActionSummary)) == busy.scans()


@pytest.mark.parametrize(
    ("order", "descending", "expected"),
    [
        ("threats", True, [4, 1, 6, 2, 7, 5, 3]),
        ("threats", False, [6, 2, 4, 1, 7, 5, 3]),
        ("not_read", True, [2, 6, 4, 1, 7, 5, 3]),
        ("light", False, [1, 2, 4, 6, 7, 5, 3]),
        ("light", True, [6, 4, 2, 1, 7, 5, 3]),
    ],
)
def test_other_orders_put_actions_after_scans(
    busy: Journal, order: ScanOrder, *, descending: bool, expected: list[int]
) -> None:
    assert ids(busy, order=order, descending=descending) == expected


@pytest.mark.parametrize("order", ["date", "light", "threats", "not_read"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_are_the_list(busy: Journal, order: ScanOrder, *, descending: bool) -> None:
    whole = ids(busy, order=order, descending=descending)
    pages = [ids(busy, order=order, descending=descending, limit=2, offset=place) for place in (0, 2, 4, 6)]
    assert [number for page in pages for number in page] == whole
    assert ids(busy, order=order, limit=0) == []


def test_of_one_device(busy: Journal) -> None:
    assert ids(busy, STICK.id) == [7, 6, 4, 3, 1]
    assert (busy.count_history(STICK.id), busy.count_history("nobody")) == (5, 0)


def test_a_light_leaves_actions_out(busy: Journal) -> None:
    assert ids(busy, light=Light.GREEN) == [4]
    assert ids(busy, light=Light.RED) == [1]
    assert (busy.count_history(light=Light.RED), busy.count_history(light=Light.SCANNING)) == (1, 0)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ali", [3]),  # operator
        ("FAUX positif", [3]),  # reason
        ("a.exe", [4, 3, 1]),  # file name: the findings' too
        ("entry-7", [3]),
        ("e-42", [5]),
        ("dddddd", [5]),  # sha256
        ("<u+202e>cod.exe", [5]),
        ("out.zip", [7]),
        ("échographe", [5, 2]),  # device
        ("radiologie stick", [7, 6, 4, 3, 1]),
        ("ali conficker", []),
        ("100%", []),
    ],
)
def test_search_finds_both(busy: Journal, words: str, found: list[int]) -> None:
    assert ids(busy, search=words) == found
    assert busy.count_history(search=words) == len(found)


def test_a_verifying_scan_says_what_it_follows(busy: Journal) -> None:
    (verifying,) = busy.scans(light=Light.GREEN)
    assert (verifying.follows, verifying.action) == ("scan-1", "action-4")
    ordinary = busy.scans()[0]
    assert (ordinary.follows, ordinary.action, ordinary.accepted) == ("", "", 0)


def test_files_that_can_be_searched_are_bounded(journal: Journal) -> None:
    many = tuple(item(b"/f/%d.bin" % number) for number in range(ROWS_SEARCHED + 1))
    act(journal, action(1, *many))
    assert ids(journal, search=f"/{ROWS_SEARCHED - 1}.bin") == [1]
    assert ids(journal, search=f"/{ROWS_SEARCHED}.bin") == []
    assert journal.actions()[0].done == ROWS_SEARCHED + 1


def test_long_names_that_can_be_searched_are_bounded(journal: Journal) -> None:
    many = tuple(item(b"/f/%d-" % number + b"x" * 2_000) for number in range(9_000))
    act(journal, action(1, *many))
    with journal._reading() as connection:
        characters = connection.exec_driver_sql("SELECT sum(length(search)) FROM index_action_items").scalar_one()
    assert characters <= 8_000_000
    assert ids(journal, search="/f/0-") == [1]
    assert journal.verify().lists_agree
