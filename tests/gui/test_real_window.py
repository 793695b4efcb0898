"""The program itself, in a real window, scanning for real: started, driven by keyboard, closed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from medscan_gui.core.words import Light
from medscan_gui.store.journal import Journal
from tests.samples import eicar, fill

pytestmark = pytest.mark.real_window

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds until something is taken for missing


@pytest.fixture
def display() -> Iterator[str]:
    """The X display at hand, or one of our own."""
    if found := os.environ.get("DISPLAY"):
        yield found
        return
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("needs an X display: `python3 dev.py test` starts one")
    read, write = os.pipe()
    command = [server, "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as process:
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        try:
            yield f":{number}"
        finally:
            process.terminate()


@pytest.fixture
def env(display: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "MEDSCAN"))}
    return {**kept, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}


def test_the_window_is_painted(env: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "medscan_gui", "--data-dir", str(tmp_path), "--lang", "en"],
        env={**env, "MEDSCAN_STARTUP_PROBE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "painted\n", "")


#: Runs in a process of its own: the real program, and a hand that chooses a folder and presses F5.
DRIVER = """
import json, sys
from pathlib import Path
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from medscan_gui.gui import app
from medscan_gui.gui.main_window import MainWindow
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.system.paths import find_paths

seen = {}

class Hand:
    def __init__(self, window):
        self.window, self.page = window, window.scan_page
        self.step = self.choose
        self.timer = QTimer(window)
        self.timer.timeout.connect(lambda: self.step())
        self.timer.start(30)

    def choose(self):
        if self.page.services is not None:
            self.page.ready.chooser.choose_path(sys.argv[1])
            self.step = self.press

    def press(self):
        target = self.page.ready.chooser.target
        if target is not None and target.label == Path(sys.argv[1]).name:
            seen["platform"] = QApplication.platformName()
            seen["focus"] = type(QApplication.focusWidget()).__name__
            QTest.keyClick(self.window, Qt.Key.Key_F5)
            self.step = self.look

    def look(self):
        if self.page.stage is Stage.RUNNING:
            seen["while_scanning"] = self.page.hero.light.light.value
        if self.page.stage is Stage.RESULT:
            seen["light"] = self.page.hero.light.light.value
            seen["threats"] = self.page.result.threats.rowCount()
            seen["picture"] = not self.window.grab().isNull()
            self.timer.stop()
            self.window.close()

show = MainWindow.show
def show_and_drive(window):
    show(window)
    window.hand = Hand(window)
MainWindow.show = show_and_drive
code = app.run(find_paths(Path(sys.argv[2])), "en")
print(json.dumps({**seen, "code": code}))
"""


@pytest.mark.parametrize(("infected", "light"), [(False, Light.BLUE), (True, Light.RED)])
def test_a_real_scan_in_a_real_window(env: dict[str, str], tmp_path: Path, infected: bool, light: Light) -> None:
    tree, data = tmp_path / "stick", tmp_path / "data"
    fill(tree, 3_000)
    if infected:
        (tree / "0003" / "setup.exe").write_bytes(eicar())
    command = [sys.executable, "-W", "error", "-c", DRIVER, str(tree), str(data)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE * 2, check=False)
    assert done.stderr == ""
    seen = json.loads(done.stdout)
    assert seen == {
        "platform": "xcb",
        "focus": "Button",
        "while_scanning": "scanning",
        "light": light.value,
        "threats": int(infected),
        "picture": True,
        "code": 0,
    }
    journal = Journal.open(data, removable=False)
    try:
        scans = journal.scans()
        assert [(scan.light, scan.threats) for scan in scans] == [(light, int(infected))]
        assert journal.verify().ok
    finally:
        journal.close()


def test_a_signal_during_a_scan_leaves_a_cancelled_record(env: dict[str, str], tmp_path: Path) -> None:
    """The session of the system ends, or someone types kill: the record is written, no process stays."""
    tree, data = tmp_path / "stick", tmp_path / "data"
    fill(tree, 20_000)
    driver = DRIVER.replace(
        'seen["while_scanning"] = self.page.hero.light.light.value',
        'print("scanning", flush=True); self.step = lambda: None',
    )
    with subprocess.Popen(
        [sys.executable, "-c", driver, str(tree), str(data)], env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "scanning\n"
            process.terminate()
            output, _errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert json.loads(output)["code"] == 0
    journal = Journal.open(data, removable=False)
    try:
        scans = journal.scans()
        assert [scan.light for scan in scans] == [Light.AMBER]
        assert scans[0].stop == "cancelled"
    finally:
        journal.close()
