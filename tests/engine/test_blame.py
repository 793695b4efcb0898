"""The child that looks for a slow rule may say what it likes: the item's trouble is told, and the scan goes on."""

import sys
from pathlib import Path

import pytest

from medscan_gui.core.finding import ItemProblem
from medscan_gui.core.words import Outcome
from medscan_gui.engine import limits
from medscan_gui.engine.blame import Blame
from medscan_gui.engine.events import ItemTrouble
from medscan_gui.engine.identity import UNKNOWN
from medscan_gui.engine.process import ChildProcess, Mailbox
from medscan_gui.engine.protocol import Suspect
from medscan_gui.engine.report import Report

#: What a child writes, as Python that makes it.
SAYINGS = {
    "no end": f"b'x' * {limits.LINE_BYTES + (1 << 17)}",
    "no JSON": "b'nonsense\\n'",
    "no message": "b'[\"hit\", 1]\\n'",
    "deep": "b'[' * 100000 + b'\\n'",
    "no text": "b'\"\\xff\\xfe\"\\n'",
    "nothing": "b''",
}


@pytest.mark.parametrize("saying", SAYINGS.values(), ids=SAYINGS)
def test_whatever_it_says_the_trouble_is_told(saying: str, tmp_path: Path) -> None:
    mailbox = Mailbox()
    report = Report()
    program = f"import sys; sys.stdout.buffer.write({saying}); sys.stdout.buffer.flush()"
    children: list[ChildProcess] = []

    def start() -> ChildProcess:
        children.append(ChildProcess((sys.executable, "-c", program), mailbox))
        return children[-1]

    blame = Blame(report, b"", start)
    problem = ItemProblem(chain=(b"/x/slow",), outcome=Outcome.TIMED_OUT)
    report.end_slow_item(problem, 1, Suspect(str(tmp_path).encode(), b"slow", UNKNOWN))
    blame.go_on(0.0)
    child = children[0]
    chunk = b"something"
    while chunk:
        mail = mailbox.get(timeout=60.0)
        assert mail is not None
        chunk = mail.chunk
        if not blame.hear(mail):
            assert blame.idle
            child.taken()
    child.reap(60.0)
    assert [event for event in report.take() if isinstance(event, ItemTrouble)] == [ItemTrouble(problem, 1)]
    assert child.heard_out, "each mail is dealt with once"
