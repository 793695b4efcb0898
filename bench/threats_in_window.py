"""The longest pause of the window's event loop with 50,000 threats: found, listed, chosen, confirmed, cleaned up.

    .venv/bin/python bench/threats_in_window.py [FILES] [STICK]

The real window scans a real folder full of the test file with real engine processes, ticks every box, opens the
confirmation, and cleans up until `STOP_AFTER` files are in the quarantine; then it opens the quarantine and the
journal. STICK (/dev/shm) must be on another volume than the temporary folder. Prints JSON: the longest pause of each
step, in milliseconds.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
if not os.environ.get("DISPLAY") and sys.platform != "win32":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from bench.event_loop import Pulse  # noqa: E402
from medscan_gui.core.device import Target  # noqa: E402
from medscan_gui.core.names import raw_bytes  # noqa: E402
from medscan_gui.core.words import TargetKind  # noqa: E402
from medscan_gui.gui import app  # noqa: E402
from medscan_gui.gui.clean_up.dialog import CleanUpDialog  # noqa: E402
from medscan_gui.gui.main_window import MainWindow  # noqa: E402
from medscan_gui.gui.pages.quarantine import QuarantinePage  # noqa: E402
from medscan_gui.gui.pages.scan import ScanPage  # noqa: E402
from medscan_gui.gui.scan.stage import Stage  # noqa: E402
from medscan_gui.gui.theme import theme  # noqa: E402
from medscan_gui.system.paths import find_paths  # noqa: E402
from tests.samples import eicar  # noqa: E402

STOP_AFTER = 300
PER_FOLDER = 500


def fill(stick: Path, files: int) -> None:
    """Write the test file many times."""
    sample = eicar()
    for number in range(files):
        folder = stick / f"{number // PER_FOLDER:04d}"
        if number % PER_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"report-{number}.pdf.exe").write_bytes(sample)


class Steps:
    """Each step of the job, with the longest pause of the event loop during it."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    def measure(self, name: str, begin: Callable[[], object], over: Callable[[], bool]) -> None:
        """Begin, wait until it is over and painted, and note the pauses meanwhile."""
        pulse = Pulse()
        begun = time.perf_counter()
        pulse.start()
        begin()
        while not over():
            QTest.qWait(20)
        self.seconds[name] = round(time.perf_counter() - begun, 1)
        QTest.qWait(200)
        pulse.stop()
        self.longest[name] = round(max(pulse.pauses), 1)
        print(f"{name}: {self.longest[name]} ms", file=sys.stderr, flush=True)


def stick_target(path: str) -> Target:
    """Return the folder as what it stands in for, a removable medium."""
    return Target(kind=TargetKind.VOLUME, paths=(raw_bytes(path),), label="stick", removable=True)


def job(folder: Path, stick: Path) -> Steps:
    """Do the whole job in the window."""
    paths = find_paths(folder / "data")
    theme().install(paths.resources)
    window = MainWindow(paths, ScanPage(target_for_path=stick_target))
    opening = app.Opening(paths, window)
    window.painted.connect(opening.begin)
    window.show()
    page = window.scan_page
    while opening.services is None or not page.ready.chooser.choice:
        QTest.qWait(20)
    page.ready.chooser.choose_path(str(stick))
    while (target := page.ready.chooser.target) is None or target.label != "stick":
        QTest.qWait(20)
    QTest.qWait(300)
    steps = Steps()
    steps.measure("scan and result", page.start, lambda: page.stage is Stage.RESULT and not page.after.busy)
    threats, table = page.result.threats, page.result.threat_table
    steps.measure("choose all", threats.choose_all, lambda: bool(threats.chosen))
    steps.measure("sort", lambda: table.sortByColumn(2, table.horizontalHeader().sortIndicatorOrder()), lambda: True)
    _clean_up(steps, page)
    quarantine = window.page("quarantine")
    assert isinstance(quarantine, QuarantinePage)
    steps.measure("quarantine", lambda: window.show_page("quarantine"), lambda: not quarantine.busy)
    steps.measure("select all", quarantine.view.table.selectAll, lambda: True)
    steps.measure("journal", lambda: window.show_page("journal"), lambda: True)
    window.close()
    opening.end()
    return steps


def _clean_up(steps: Steps, page: ScanPage) -> None:
    confirmed: list[CleanUpDialog] = []

    def confirm() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, CleanUpDialog):
            QTimer.singleShot(50, confirm)
            return
        QTest.qWait(500)
        confirmed.append(dialog)
        dialog.confirm.click()

    QTimer.singleShot(0, confirm)
    steps.measure("confirmation", page.clean_up, lambda: page.stage is Stage.CLEANING)
    steps.measure("cleaning", lambda: None, lambda: _cleaned(page) >= STOP_AFTER or page.stage is not Stage.CLEANING)
    steps.measure("cancel, check, result", page.cancel, lambda: page.stage is Stage.RESULT and not page.after.busy)


def _cleaned(page: ScanPage) -> int:
    return page.cleaning.done


def main() -> int:
    """Measure once and print the result."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    place = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("/dev/shm")
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    folder = Path(tempfile.mkdtemp(prefix="medscan-bench-"))
    stick = Path(tempfile.mkdtemp(prefix="medscan-bench-", dir=place))
    try:
        fill(stick, files)
        steps = job(folder, stick)
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(stick)
    print(json.dumps({"files": files, "longest_pause_ms": steps.longest, "seconds": steps.seconds}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
