"""What stands in for a journal that cannot be opened; and every problem has its sentence."""

import inspect
import string

import pytest

from medscan_gui.core.messages import Message
from medscan_gui.core.sentences.store import SENTENCES
from medscan_gui.core.text import Words
from medscan_gui.store.journal import Journal, JournalError, JournalProblem, NoJournal
from tests.store.records import FOLDER, STICK, ended, stub

PROBLEM = Message.of("journal.damaged", folder="/data", file="journal.sqlite", detail="")


def test_same_interface() -> None:
    for name, member in inspect.getmembers(Journal, inspect.isfunction):
        if not name.startswith("_"):
            ours, theirs = inspect.signature(getattr(NoJournal, name)), inspect.signature(member)
            assert ours == theirs, name
    for name, _ in inspect.getmembers(Journal, lambda member: isinstance(member, property)):
        assert hasattr(NoJournal(), name), name


def test_reads_as_empty() -> None:
    journal = NoJournal(PROBLEM)
    assert journal.problem == PROBLEM
    assert journal.read_only
    assert (journal.scans(), journal.devices(), journal.suggestions("operator")) == ((), (), ())
    assert journal.device("x") is None
    assert journal.latest_scan("x", FOLDER) == ""
    assert journal.verify().entries == 0
    journal.close()


def test_recording_raises_the_sentence_of_its_problem() -> None:
    journal = NoJournal(PROBLEM)
    for refused in (
        lambda: journal.begin_scan(stub(1)),
        lambda: journal.finish_scan(ended(stub(1))),
        lambda: journal.save_device(STICK),
    ):
        with pytest.raises(JournalError) as error:
            refused()
        assert error.value.message == PROBLEM
        assert error.value.code is JournalProblem.DAMAGED


def test_a_problem_of_others_keeps_its_sentence() -> None:
    problem = Message.of("system.no_data_folder")
    with pytest.raises(JournalError) as error:
        NoJournal(problem).begin_scan(stub(1))
    assert error.value.message == problem


def test_reading_one_scan_raises() -> None:
    with pytest.raises(JournalError):
        NoJournal().record("scan-1")


@pytest.mark.parametrize("problem", JournalProblem)
def test_every_problem_has_a_sentence(problem: JournalProblem) -> None:
    template = SENTENCES[problem.value]
    given = {"folder", "file", "found", "known", "scan", "action"}
    assert {name for _, name, _, _ in string.Formatter().parse(template) if name} <= given
    sentence = Words().sentence(
        Message.of(problem.value, folder="/data", file="journal.sqlite", found=2, known=1, scan="x", action="y")
    )
    assert "{" not in sentence
    assert not sentence.startswith("[")
