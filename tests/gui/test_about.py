"""The About page: versions that are really those of this program."""

import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from medscan_gui import __version__
from medscan_gui.core.bundle import AgeThresholds
from medscan_gui.gui.pages.about import AboutPage
from medscan_gui.gui.pages.about_facts import components, read_signatures, signature_facts
from tests.gui.conftest import ROOT
from tests.gui.journal_samples import record
from tests.gui.page_services import paths_in, services_in

# Qt's offscreen platform says so of every window that is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SIGNATURES = ROOT / "signatures"


def test_it_tells_the_versions_and_copies_them(tmp_path: Path, qtbot: QtBot) -> None:
    services = services_in(tmp_path)
    services.journal.finish_scan(record())
    page = AboutPage()
    qtbot.addWidget(page)
    page.set_services(services)
    page.retranslate()
    page.show()
    bundle = read_signatures(services.paths.signatures).bundle
    assert bundle is not None
    qtbot.waitUntil(lambda: bundle.digest in page.facts.as_text(), timeout=30_000)
    page.copy.click()
    copied = QGuiApplication.clipboard().text()
    msgspec = f"msgspec {version('msgspec')}"
    for told in (__version__, "Apache-2.0", sqlite3.sqlite_version, "4.5.4", bundle.version, msgspec):
        assert told in copied
    assert page.copied.text()
    assert page.facts_table.accessibleName()
    services.close()


def test_without_a_scan_the_engine_s_version_is_not_invented(tmp_path: Path, qtbot: QtBot) -> None:
    services = services_in(tmp_path)
    page = AboutPage()
    qtbot.addWidget(page)
    page.set_services(services)
    page.retranslate()
    qtbot.waitUntil(lambda: "sha" in page.facts.as_text() or "Number of rules" in page.facts.as_text(), timeout=30_000)
    assert "known after the first scan" in page.facts.as_text()
    services.close()


def test_the_window_never_loads_libyara() -> None:
    code = (
        "import sys; import medscan_gui.gui.pages.about, medscan_gui.gui.pages.journal; "
        "sys.exit('yara' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_altered_signatures_are_told(tmp_path: Path) -> None:
    copy = tmp_path / "signatures"
    shutil.copytree(SIGNATURES, copy)
    rule = next(copy.rglob("*.yar"))
    rule.write_bytes(rule.read_bytes() + b"\n// altered\n")
    state = read_signatures(copy)
    assert state.bundle is None
    ((_name, told),) = signature_facts(state, AgeThresholds())
    assert rule.name in told
    assert "[" not in told


@pytest.mark.parametrize(
    ("days", "word"),
    [
        (0, "made today, up to date"),
        (8, "8 days old, ageing"),
        (31, "31 days old, old"),
        (91, "91 days old, too old"),
    ],
)
def test_the_age_is_told_in_words(days: int, word: str) -> None:
    state = read_signatures(SIGNATURES)
    assert state.bundle is not None
    facts = dict(signature_facts(state, AgeThresholds(), state.bundle.created + timedelta(days=days, hours=1)))
    assert facts["Age of the signatures"] == word


def test_a_clock_before_the_signatures_gives_no_age() -> None:
    state = read_signatures(SIGNATURES)
    facts = dict(signature_facts(state, AgeThresholds(), datetime(2001, 1, 1, tzinfo=UTC)))
    assert "clock" in facts["Age of the signatures"]


def test_every_component_has_version_and_licence(tmp_path: Path) -> None:
    listed = components()
    required = (ROOT / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    names = {part.name.casefold() for part in listed}
    for line in required:
        name = line.partition("==")[0].strip()
        if name and not name.startswith("#") and name != "Babel":
            assert name.casefold() in names
    for part in listed:
        assert part.version
        assert part.licence
    (absent,) = components(["no-such-distribution"])[3:]
    assert (absent.version, absent.licence) == ("", "")
    assert paths_in(tmp_path).data_dir == tmp_path
